import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioJsonSchema } from '../../harness/scenario/json-schema.js';
import { formatReference, type SchemaNode } from './format-reference.js';

const ROOT = join(__dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'scenario-format.md');

test('docs/scenario-format.md is what the schema says; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  const example = readFileSync(join(ROOT, 'scenarios', 'kb834477', 'second-invitation.yaml'), 'utf8');
  const page = formatReference(scenarioJsonSchema() as SchemaNode, example);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

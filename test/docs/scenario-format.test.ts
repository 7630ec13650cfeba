import { initFiles } from '../../harness/cli/init-files.js';
import { scenarioJsonSchema } from '../../harness/scenario/json-schema.js';
import { formatReference, type SchemaNode } from './format-reference.js';
import { pageOf } from './generated-page.js';

test('docs/scenario-format.md is what the schema says; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  // The scenario that `busyhere init` writes: a test of its own runs it.
  const schema = scenarioJsonSchema();
  const example = initFiles('0', schema).get('scenarios/telephony.yaml') ?? '';
  const page = formatReference(schema as SchemaNode, example);
  expect(pageOf('scenario-format.md', page)).toBe(page);
});

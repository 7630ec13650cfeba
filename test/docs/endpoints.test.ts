import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINT_KINDS, traitsOf } from '../../harness/endpoint/endpoint-kind';
import { withCapabilityTable } from './capability-table';
import { pageOf } from './generated-page';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'endpoints.md'), 'utf8');

test('docs/endpoints.md says what each endpoint can do as the code has it; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  const generated = withCapabilityTable(page);
  expect(pageOf('endpoints.md', generated)).toBe(generated);
});

test('the page names every endpoint, its program and how to get it', () => {
  for (const kind of ENDPOINT_KINDS) {
    expect(page).toContain(kind);
    const { program } = traitsOf(kind);
    if (program) expect(page).toContain(`apt-get install ${program.debianPackage}`);
  }
});

import { COMMANDS } from '../../harness/cli/commands.js';
import { commandLineReference } from './command-line-reference.js';
import { pageOf } from './generated-page.js';

test('docs/command-line.md is what the table of flags says; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  const page = commandLineReference(COMMANDS);
  expect(pageOf('command-line.md', page)).toBe(page);
});

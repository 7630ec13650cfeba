import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../harness/cli/commands.js';
import { commandLineReference, exitCodeRows } from './command-line-reference.js';
import { pageOf } from './generated-page.js';

test('docs/command-line.md is what the table of flags says; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  const page = commandLineReference(COMMANDS);
  expect(pageOf('command-line.md', page)).toBe(page);
});

test('the README has the same exit codes', () => {
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  const rows = readme.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  expect(rows).toEqual(exitCodeRows());
});

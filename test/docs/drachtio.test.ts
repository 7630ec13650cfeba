import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REAL_SERVER_HABITS } from '../../harness/drachtio/real-server-habits.js';
import { withBlocks } from './external-sut-page';
import { pageOf } from './generated-page';

const NAME = 'drachtio.md';
const EXAMPLE = ['receptionist.js', 'receptionist.test.js'];
const page = readFileSync(join(__dirname, '..', '..', 'docs', NAME), 'utf8');
const read = (file: string): string => readFileSync(join(__dirname, 'drachtio-example', file), 'utf8');

test('docs/drachtio.md shows the example that runs here; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  const fresh = withBlocks(page, Object.fromEntries(EXAMPLE.map((file) => [file, read(file)])));
  expect(pageOf(NAME, fresh)).toBe(fresh);
});

test('the page has a row for each habit of the real server, and for no other', () => {
  const [, section = ''] = page.split('## Where the real server has its own way');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(Object.keys(REAL_SERVER_HABITS).sort());
});

// The package by its name, as the example's reader has it.
jest.mock('busyhere/drachtio', () => jest.requireActual('../../harness/drachtio/index'), { virtual: true });

describe('the example', () => {
  require('./drachtio-example/receptionist.test.js');
});

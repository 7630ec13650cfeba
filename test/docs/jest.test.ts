import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchers } from '../../harness/jest/index.js';
import { withBlocks } from './external-sut-page';
import { pageOf } from './generated-page';

const EXAMPLE = 'busy-callee.test.js';
const page = readFileSync(join(__dirname, '..', '..', 'docs', 'jest.md'), 'utf8');

test('docs/jest.md shows the example that runs here; UPDATE_DOCS=1 npx jest test/docs writes it anew', () => {
  const fresh = withBlocks(page, { [EXAMPLE]: readFileSync(join(__dirname, 'jest-example', EXAMPLE), 'utf8') });
  expect(pageOf('jest.md', fresh)).toBe(fresh);
});

test('the page has a row for each matcher, and for no other', () => {
  const rows = [...page.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name);
  expect(rows).toEqual(Object.keys(matchers));
});

// The package by its names, as the example's reader has it.
jest.mock('busyhere', () => jest.requireActual('../../harness/index'), { virtual: true });
jest.mock('busyhere/jest', () => jest.requireActual('../../harness/jest/index'), { virtual: true });

describe('the example', () => {
  require('./jest-example/busy-callee.test.js');
});

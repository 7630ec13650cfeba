import { exitCodeOfRun } from '../../../harness/cli/exit-code';

const NONE = { cases: 4, passed: 0, failed: 0, skipped: 0, inconclusive: 0, interrupted: 0 };

test.each([
  ['all as expected', { passed: 4 }, 0],
  ['some skipped, the others as expected', { passed: 1, skipped: 3 }, 0],
  ['all skipped, so that nothing was tested', { skipped: 4 }, 1],
  ['one failed', { passed: 2, failed: 1, inconclusive: 1 }, 1],
  ['some not judged', { passed: 3, inconclusive: 1 }, 4],
  ['interrupted', { skipped: 3, interrupted: 1 }, 130],
])('a run ends with a code that says what came of it: %s', (_, counts, code) => {
  expect(exitCodeOfRun({ summary: { ...NONE, ...counts } })).toBe(code);
});

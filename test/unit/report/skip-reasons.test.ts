import { skipReasons } from '../../../harness/report/skip-reasons.js';

test('each reason once, behind the number of its cases, in the order in which they came', () => {
  expect(skipReasons(['no sipp', 'no baresip', 'no sipp'])).toEqual(['2: no sipp', '1: no baresip']);
  expect(skipReasons([])).toEqual([]);
});

test.each([
  [5, []],
  [6, ['and 1 other reason']],
  [7, ['and 2 other reasons']],
])('of %i reasons five are told', (many, rest) => {
  const reasons = Array.from({ length: many }, (_, index) => `reason ${index}`);
  expect(skipReasons(reasons)).toEqual([...reasons.slice(0, 5).map((reason) => `1: ${reason}`), ...rest]);
});

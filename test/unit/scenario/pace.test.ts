import { repetitions, timersOf } from '../../../harness/scenario/pace.js';

test.each([
  ['udp', 'fast', [4, 16]],
  ['docker', 'fast', [4, 16]],
  ['udp', 'rfc3261', [1]],
  ['docker', 'rfc3261', [1]],
  ['memory', 'fast', []],
] as const)('on %s with %s timers, what could not be judged is measured again so much slower', (engine, timers, slower) => {
  expect(repetitions({ engine, timers })).toEqual(slower);
});

test('slower timers keep the proportions of RFC 3261', () => {
  const { t1, t2, timerB, timerC } = timersOf({ timers: 'fast' }, 4);
  expect([t2 / t1, timerB / t1, timerC / t1]).toEqual([8, 64, 362]);
});

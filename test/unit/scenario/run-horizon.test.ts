import { horizonOf } from '../../../harness/scenario/run-horizon.js';
import { FAST_TIMERS, RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';
import { sutAt } from '../lab/external-sut';

const external = sutAt({ address: '192.0.2.1', port: 5060 });
const anyCase = { horizon: null, participants: [] };
const shortCase = { horizon: { amount: 500, unit: 'ms' } as const, participants: [] };

test('64 T1, or what the case says', () => {
  expect(horizonOf(anyCase, {}, FAST_TIMERS)).toBe(640);
  expect(horizonOf(anyCase, {}, RFC3261_TIMERS)).toBe(32_000);
  expect(horizonOf(shortCase, {}, FAST_TIMERS)).toBe(500);
});

test('never less than a proxy with timers of its own needs, unless the user says so', () => {
  expect(horizonOf(anyCase, { external }, FAST_TIMERS)).toBe(2000);
  expect(horizonOf(shortCase, { external }, FAST_TIMERS)).toBe(2000);
  expect(horizonOf(anyCase, { external }, RFC3261_TIMERS)).toBe(32_000);
  expect(horizonOf(anyCase, { external, horizonMs: 700 }, FAST_TIMERS)).toBe(700);
});

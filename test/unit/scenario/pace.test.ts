import type { Case } from '../../../harness/scenario/case.js';
import { activityOf, repetitions, timersOf } from '../../../harness/scenario/pace.js';

test.each([
  ['udp', 'fast', [1, 4, 16]],
  ['docker', 'fast', [1, 4, 16]],
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

test.each([
  ['udp', ['own', 'sipjs-udp'], 1, 100],
  ['udp', ['own', 'sipp'], 3, 1_000],
  ['udp', ['baresip', 'own'], 3, 1_000],
  ['docker', ['own', 'own'], 3, 1_000],
  ['memory', ['own', 'own'], Number.POSITIVE_INFINITY, 1_000],
] as const)('on %s with %j as endpoints, %d of the cases do something at once, for %d ms', (engine, kinds, places, longestMs) => {
  const participants = kinds.map((kind) => ({ name: kind, endpoint: { kind } })) as unknown as Case['participants'];
  expect(activityOf([{ participants: [] }, { participants }], { engine })).toEqual({ places, longestMs });
});

test('what is skipped keeps nobody busy', () => {
  const participants = [{ name: 'bob', endpoint: { kind: 'sipp' } }] as unknown as Case['participants'];
  expect(activityOf([{ participants: [] }, { participants, skip: 'no sipp' }], { engine: 'udp' })).toMatchObject({ places: 1 });
});

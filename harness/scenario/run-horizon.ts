import { traitsOfAll } from '../endpoint/endpoint-kind.js';
import { RFC3261_TIMERS, type TimerValues } from '../transaction/timer-values.js';
import type { Case } from './case.js';
import { durationMs } from './parse-terms.js';
import type { RunOptions } from './run-options.js';

const T1_IN_HORIZON = 64; // the time after which every transaction of ours without an answer has ended

/**
 * The horizon of a case in ms: the run's where the user gave one, else the case's own, else 64·T1; never less than what
 * a proxy or an endpoint with timers of its own needs.
 */
export function horizonOf(
  { horizon, participants }: Pick<Case, 'horizon' | 'participants'>,
  { horizonMs, external }: Pick<RunOptions, 'horizonMs' | 'external'>,
  timers: TimerValues,
): number {
  if (horizonMs !== undefined) return horizonMs;
  const own = horizon === null ? T1_IN_HORIZON * timers.t1 : durationMs(horizon, timers.t1);
  const foreign = traitsOfAll(participants).map((traits) => traits.horizonMs ?? 0);
  return Math.max(own, external?.horizonMs ?? 0, ...foreign);
}

/**
 * Timer C of the case's servers, ms: somebody else's proxy has the RFC's, whatever ours are scaled to; and so has ours beside
 * somebody else's endpoint.
 */
export function timerCOf({ participants }: Pick<Case, 'participants'>, external: boolean, timers: TimerValues): number {
  const foreign = traitsOfAll(participants).some(({ horizonMs }) => horizonMs !== null);
  return external || foreign ? RFC3261_TIMERS.timerC : timers.timerC;
}

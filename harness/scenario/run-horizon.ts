import type { TimerValues } from '../transaction/timer-values.js';
import type { Case } from './case.js';
import type { Duration } from './model.js';
import type { RunOptions } from './run-options.js';

const T1_IN_HORIZON = 64; // the time after which every transaction of ours without an answer has ended

/** Milliseconds of a duration with the run's timers. */
export function milliseconds({ amount, unit }: Duration, timers: TimerValues): number {
  return unit === 'T1' ? amount * timers.t1 : amount;
}

/** The horizon of a case in ms: the run's where the user gave one, else the case's own, else 64·T1. */
export function horizonOf({ horizon }: Pick<Case, 'horizon'>, { horizonMs }: Pick<RunOptions, 'horizonMs'>, timers: TimerValues): number {
  if (horizonMs !== undefined) return horizonMs;
  return horizon === null ? T1_IN_HORIZON * timers.t1 : milliseconds(horizon, timers);
}

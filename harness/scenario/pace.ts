import { FAST_TIMERS, RFC3261_TIMERS, scaledTimers, type TimerValues } from '../transaction/timer-values.js';
import type { RunOptions } from './run-options.js';

/**
 * How much slower those cases are measured again, all at once, that could not be judged: a machine that is too busy for
 * the fast timers is punctual enough for slower ones, since lateness is forgiven up to T1. The longest horizon is then 10 s.
 */
const SLOWER = [4, 16];

/** The timers of a run, `slower` times as slow as usual. */
export function timersOf({ timers }: Pick<RunOptions, 'timers'>, slower = 1): TimerValues {
  const usual = timers === 'fast' ? FAST_TIMERS : RFC3261_TIMERS;
  return slower === 1 ? usual : scaledTimers(usual.t1 * slower);
}

/** How often, and how much slower, cases are measured again that could not be judged. Timers that are not ours stay as they are. */
export function repetitions({ engine, timers, external }: Pick<RunOptions, 'engine' | 'timers' | 'external'>): readonly number[] {
  if (engine === 'memory' || external) return [];
  return timers === 'fast' ? SLOWER : [1];
}

import { traitsOfAll } from '../endpoint/endpoint-kind.js';
import { FAST_TIMERS, RFC3261_TIMERS, scaledTimers, type TimerValues } from '../transaction/timer-values.js';
import type { Case } from './case.js';
import type { RunOptions } from './run-options.js';

/**
 * How much slower those cases are measured again, all at once, that could not be judged. Most often it was the run's own work
 * that made it late, and the few that are left are punctual as they are. A machine that is too busy for the fast timers is
 * punctual enough for slower ones, since lateness is forgiven up to T1. The longest horizon is then 10 s.
 */
const SLOWER = [1, 4, 16];

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

/** How many cases may do something at once, where processes beside ours do some of it. */
const ACTIVE_APART = 3;

/**
 * How many cases may do something at once; any number may wait for their horizons meanwhile. Two that are all our own would
 * only make each other late; in virtual time nobody is ever late, and no case's clock must wait for another's.
 */
export function activeAtOnce(cases: readonly Pick<Case, 'participants'>[], { engine }: Pick<RunOptions, 'engine'>): number {
  if (engine === 'memory') return Number.POSITIVE_INFINITY;
  const isApart = engine === 'docker' || cases.some(({ participants }) => traitsOfAll(participants).some(({ program }) => program));
  return isApart ? ACTIVE_APART : 1;
}

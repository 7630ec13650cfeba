import { havePrograms } from '../endpoint/endpoint-kind.js';
import { FAST_TIMERS, RFC3261_TIMERS, scaledTimers, type TimerValues } from '../transaction/timer-values.js';
import type { Case } from './case.js';
import type { RunOptions } from './run-options.js';

/**
 * How many times as slow those cases are measured again, all at once, that could not be judged. Most often it was the run's
 * own work that made it late, and the few that are left are punctual as they are. A machine that is too busy for the fast
 * timers is punctual enough for slower ones, since lateness is forgiven up to T1. The longest horizon is then 10 s.
 */
const PACES = [1, 4, 16];

/** The timers of a run, `slower` times as slow as usual. */
export function timersOf({ timers }: Pick<RunOptions, 'timers'>, slower = 1): TimerValues {
  const usual = timers === 'fast' ? FAST_TIMERS : RFC3261_TIMERS;
  return slower === 1 ? usual : scaledTimers(usual.t1 * slower);
}

/** How often, and how much slower, cases are measured again that could not be judged. Timers that are not ours stay as they are. */
export function repetitions({ engine, timers, external }: Pick<RunOptions, 'engine' | 'timers' | 'external'>): readonly number[] {
  if (engine === 'memory' || external) return [];
  return timers === 'fast' ? PACES : [1];
}

/** Which cases may do something at once; any number may wait for their horizons meanwhile. */
export interface Activity {
  /** How many. */
  readonly places: number;
  /** A case that has been at it for longer waits for something, ms: what is ours takes some ten. */
  readonly longestMs: number;
}

/** Two cases that are all our own would only make each other late. */
const OWN: Activity = { places: 1, longestMs: 100 };
/** Processes beside ours do some of the work; most of it is their start. */
const APART: Activity = { places: 3, longestMs: 1_000 };
/** In virtual time nobody is ever late, and no case's clock must wait for another's. */
const VIRTUAL: Activity = { places: Number.POSITIVE_INFINITY, longestMs: 1_000 };

/** Decided for a run as a whole, by those of its cases that are played. */
export function activityOf(cases: readonly Pick<Case, 'participants' | 'skip'>[], { engine }: Pick<RunOptions, 'engine'>): Activity {
  if (engine === 'memory') return VIRTUAL;
  if (engine === 'docker') return APART;
  return cases.some(({ skip, participants }) => skip === undefined && havePrograms(participants)) ? APART : OWN;
}

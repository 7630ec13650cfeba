import type { Expectation } from './model.js';
import type { AttemptResult, CaseStatus } from './result.js';
import { mismatch } from './verdict.js';

/** Why a case has the status that it has. */
export interface Finding {
  readonly status: CaseStatus;
  readonly reason: string | null;
}

/** What the status of a case is made from. */
export interface CaseFacts {
  readonly expectations: readonly Expectation[];
  /** By label. */
  readonly results: ReadonlyMap<string, AttemptResult>;
  /** Why the script came to a halt; null where it was played to its end. */
  readonly stalled: string | null;
  /** Whether what halted it was seen to break, and is nobody's lateness. */
  readonly isBroken?: boolean;
  /** Whether this process was awake for a whole horizon after the last thing that bears on the attempt. */
  isProven(label: string): boolean;
  /** How late this process was at worst while the case ran, ms beyond what is tolerated; 0: never. */
  readonly lateMs: number;
  readonly toleratedMs: number;
}

/**
 * Judges a case. What was seen was seen, however late: only a verdict that rests on something not having been seen, or
 * not in time, proves nothing where this process slept meanwhile.
 */
export function findingOf(facts: CaseFacts): Finding {
  const { expectations, results, stalled, lateMs } = facts;
  const failures = stalled === null ? [] : [stalled];
  let negative = stalled !== null;
  let positive = facts.isBroken ?? false;
  for (const expectation of expectations) {
    const result = results.get(expectation.label);
    const failure = result ? mismatch(result, expectation) : null;
    if (failure) failures.push(failure);
    if (!result) continue;
    if (failure && isSeen(result, expectation)) positive = true;
    else if (failure || !facts.isProven(expectation.label)) negative = true;
  }
  if (lateMs > 0 && negative && !positive) return inconclusive(facts, failures);
  return failures.length > 0 ? { status: 'failed', reason: failures.join('; ') } : { status: 'passed', reason: null };
}

/**
 * Whether a failure shows in what arrived: a response that must not, or a participant that must not be reached.
 * A 408 is silence put into words (RFC 3261 §16.7), and may be the silence of this process.
 */
function isSeen({ observed, reached, cancel }: AttemptResult, expectation: Expectation): boolean {
  if (reached.some((name) => expectation.reached !== null && !expectation.reached.includes(name))) return true;
  if (typeof cancel === 'number' && expectation.cancel !== null && !expectation.cancel.includes(cancel)) return true;
  return typeof observed === 'number' && observed !== 408 && !expectation.observed.includes(observed);
}

/** @param failures what it saw all the same, and proves nothing */
export function inconclusive({ lateMs, toleratedMs }: Pick<CaseFacts, 'lateMs' | 'toleratedMs'>, failures: readonly string[]): Finding {
  const seen = failures.length === 0 ? '' : `; what it saw: ${failures.join('; ')}`;
  const reason = `this process was late by ${Math.round(lateMs)} ms while it watched, more than the ${Math.round(toleratedMs)} ms that its timers forgive, so its verdict proves nothing${seen}`;
  return { status: 'inconclusive', reason };
}

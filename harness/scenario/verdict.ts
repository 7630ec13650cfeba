import { type Attempt, type Loss, observedOf } from '../diagnosis/attempt.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Expectation, InviteStep, Observed } from './model.js';
import type { AttemptResult, LossResult } from './result.js';

/** What is known of an attempt when its case is over. */
export interface AttemptFacts {
  /** Undefined where the trace shows nothing of it. */
  readonly attempt: Attempt | undefined;
  /** What the originator's screen said; its own word, and no evidence for anything else. */
  readonly shown: string | null;
  nameOf(address: SocketAddress): string | undefined;
  /** Whether a name is a participant's: servers are reached too, but do not count. */
  isParticipant(name: string): boolean;
}

/** The attempt as the results show it, computed from the evidence alone. */
export function attemptResult(step: InviteStep, expectation: Expectation | undefined, facts: AttemptFacts): AttemptResult {
  const { attempt } = facts;
  return {
    label: step.title,
    originator: step.participant,
    callee: calleeOf(step),
    expected: expectation?.observed ?? [],
    observed: attempt ? observedOf(attempt) : null,
    finalAtCallee: attempt?.finalAtCallee ?? null,
    finalAtOriginator: attempt?.finalAtOriginator ?? null,
    reached: attempt ? participantsReached(attempt, facts) : [],
    loss: attempt?.loss ? lossResult(attempt.loss, facts) : null,
    shown: facts.shown,
  };
}

/** Why the attempt is not as expected, in one sentence; null where it is. */
export function mismatch(result: AttemptResult, expectation: Expectation): string | null {
  const { observed, expected } = result;
  if (observed === null) return `${result.label}: the INVITE was never sent`;
  if (!expected.includes(observed)) return `${result.label}: expected ${listed(expected)}, observed ${observed}${lossClause(result.loss)}`;
  return lossMismatch(result, expectation) ?? reachedMismatch(result, expectation) ?? shownMismatch(result, expectation);
}

/** A verdict that rests on something not having been seen: only a process that was awake all the time can give it. */
export function isNegative(observed: Observed | null): boolean {
  return typeof observed !== 'number';
}

function lossMismatch({ label, loss }: AttemptResult, { loss: expected }: Expectation): string | null {
  if (!expected) return null;
  const wanted = `${expected.kind}${expected.hop === null ? '' : ` at ${expected.hop}`}`;
  if (!loss) return `${label}: expected the final to be ${wanted}, but none was lost`;
  if (loss.kind !== expected.kind || (expected.hop !== null && loss.hop !== expected.hop)) {
    return `${label}: expected the final to be ${wanted}${lossClause(loss)}`;
  }
  return null;
}

function reachedMismatch({ label, reached }: AttemptResult, { reached: expected }: Expectation): string | null {
  if (expected === null) return null;
  const same = reached.length === expected.length && expected.every((name) => reached.includes(name));
  return same ? null : `${label}: the INVITE was to reach ${listed(expected)}, and reached ${listed(reached)}`;
}

function shownMismatch({ label, originator, shown }: AttemptResult, { shown: expected }: Expectation): string | null {
  if (expected === undefined || expected === shown) return null;
  return `${label}: ${originator}'s screen was to say ${quoted(expected)}, and says ${quoted(shown)}`;
}

function lossResult({ kind, hop, between, certainty, reason }: Loss, { nameOf }: AttemptFacts): LossResult {
  const named = (address: SocketAddress): string => nameOf(address) ?? `${address.address}:${address.port}`;
  return { kind, hop: hop && named(hop), between: between && [named(between[0]), named(between[1])], certainty, reason };
}

function participantsReached(attempt: Attempt, { nameOf, isParticipant }: AttemptFacts): string[] {
  const names = attempt.reached.map(nameOf).filter((name): name is string => name !== undefined && isParticipant(name));
  return [...new Set(names)];
}

function calleeOf({ target }: InviteStep): string {
  if (target.kind === 'participant') return target.name;
  return target.kind === 'number' ? target.number : target.uri;
}

function lossClause(loss: LossResult | null): string {
  if (!loss) return '';
  const place = loss.hop ?? (loss.between ? `between ${loss.between[0]} and ${loss.between[1]}` : null);
  return `; the final was ${loss.kind}${place === null ? '' : loss.hop ? ` at ${place}` : ` ${place}`}`;
}

function listed(values: readonly Observed[] | readonly string[]): string {
  return values.length === 0 ? 'nobody' : values.join(' or ');
}

function quoted(sentence: string | null): string {
  return sentence === null ? 'nothing' : `“${sentence}”`;
}

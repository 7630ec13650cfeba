import { type Attempt, type Loss, observedOf } from '../diagnosis/attempt.js';
import { cancelAnswerOf } from '../diagnosis/cancel-answer.js';
import type { RequestOutcome } from '../diagnosis/request-outcome.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Expectation, InviteStep, MessageStep, Observed } from './model.js';
import type { AttemptResult, LossResult } from './result.js';

/** What the trace shows of an attempt. */
export interface Sight {
  /** Null where nothing can be told. */
  readonly observed: Observed | null;
  readonly finalAtCallee: number | null;
  readonly finalAtOriginator: number | null;
  readonly reached: readonly SocketAddress[];
  readonly loss: Loss | null;
  /** What the originator's CANCEL got; undefined where it sent none. */
  readonly cancel: number | null | undefined;
}

/** Names for what the trace shows in addresses. */
export interface Names {
  nameOf(address: SocketAddress): string | undefined;
  /** Whether a name is a participant's: servers are reached too, but do not count. */
  isParticipant(name: string): boolean;
}

const UNSEEN: Sight = { observed: null, finalAtCallee: null, finalAtOriginator: null, reached: [], loss: null, cancel: undefined };

export function sightOfInvitation(attempt: Attempt | undefined): Sight {
  return attempt ? { ...attempt, observed: observedOf(attempt), cancel: cancelAnswerOf(attempt) } : UNSEEN;
}

export function sightOfRequest(outcome: RequestOutcome | undefined): Sight {
  if (!outcome) return UNSEEN;
  const { finalAtOriginator, finalAtCallee } = outcome;
  return { ...outcome, observed: finalAtOriginator ?? (finalAtCallee === null ? null : 'pending'), loss: null, cancel: undefined };
}

/**
 * The attempt as the results show it, computed from the evidence alone.
 * @param shown what the originator's screen said: its own word, and no evidence for anything else
 */
export function attemptResult(
  step: InviteStep | MessageStep,
  expectation: Expectation | undefined,
  sight: Sight,
  shown: string | null,
  names: Names,
): AttemptResult {
  const { observed, finalAtCallee, finalAtOriginator, loss, cancel } = sight;
  return {
    label: step.title,
    originator: step.participant,
    callee: calleeOf(step),
    expected: expectation?.observed ?? [],
    observed,
    finalAtCallee,
    finalAtOriginator,
    reached: participantsReached(sight, names),
    loss: loss && lossResult(loss, names),
    shown,
    ...(cancel === undefined ? {} : { cancel }),
  };
}

/** Why the attempt is not as expected, in one sentence; null where it is. */
export function mismatch(result: AttemptResult, expectation: Expectation): string | null {
  const { observed, expected } = result;
  if (observed === null) return `${result.label}: expected ${listed(expected)}, but no answer to it was seen`;
  if (!expected.includes(observed)) return `${result.label}: expected ${listed(expected)}, observed ${observed}${lossClause(result.loss)}`;
  return (
    lossMismatch(result, expectation) ??
    reachedMismatch(result, expectation) ??
    shownMismatch(result, expectation) ??
    cancelMismatch(result, expectation)
  );
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

function cancelMismatch({ label, originator, cancel }: AttemptResult, { cancel: expected }: Expectation): string | null {
  if (expected === null || (typeof cancel === 'number' && expected.includes(cancel))) return null;
  const wanted = `${label}: ${originator}'s CANCEL was to get ${listed(expected)}`;
  if (cancel === undefined) return `${wanted}, but no CANCEL was sent`;
  return cancel === null ? `${wanted}, and got no response of its own` : `${wanted}, and got ${cancel}`;
}

function lossResult({ kind, hop, between, certainty, reason }: Loss, { nameOf }: Names): LossResult {
  const named = (address: SocketAddress): string => nameOf(address) ?? `${address.address}:${address.port}`;
  return { kind, hop: hop && named(hop), between: between && [named(between[0]), named(between[1])], certainty, reason };
}

function participantsReached({ reached }: Sight, { nameOf, isParticipant }: Names): string[] {
  const names = reached.map(nameOf).filter((name): name is string => name !== undefined && isParticipant(name));
  return [...new Set(names)];
}

function calleeOf({ target }: InviteStep | MessageStep): string {
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

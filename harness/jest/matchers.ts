import type { LossResult } from '../scenario/result.js';
import { describeAttempt, describeLoss, followedAttempt } from './verdict-text.js';

/** What Jest takes from a matcher. `message` is asked for only when the expectation failed. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** The properties of a loss to compare; those left out may be anything. */
export type ExpectedLoss = Partial<Pick<LossResult, 'kind' | 'hop' | 'between' | 'certainty'>>;

/** Passes where exactly this final response reached the originator. */
export function toReceiveFinalResponse(received: unknown, status: number): MatcherResult {
  const attempt = followedAttempt('toReceiveFinalResponse', received);
  const pass = attempt.observed === status && attempt.finalAtOriginator === status;
  const message = (): string =>
    `expected ${attempt.originator} ${pass ? 'not to receive' : 'to receive'} the final response ${status}\n\n${describeAttempt(attempt)}`;
  return { pass, message };
}

/** Passes where the callee gave a final response and the originator got none: not where the callee merely rings. */
export function toStayPending(received: unknown): MatcherResult {
  const attempt = followedAttempt('toStayPending', received);
  const pass = attempt.observed === 'pending';
  const message = (): string =>
    `expected the invitation ${pass ? 'not to stay' : 'to stay'} pending at ${attempt.originator}\n\n${describeAttempt(attempt)}`;
  return { pass, message };
}

/** Passes where a final response was lost; with `expected`, where it was lost in that way and at that place. */
export function toHaveLostResponse(received: unknown, expected: ExpectedLoss = {}): MatcherResult {
  const attempt = followedAttempt('toHaveLostResponse', received);
  const { loss } = attempt;
  const pass = loss !== null && agrees(loss, expected);
  const message = (): string => {
    const wanted = Object.entries(expected).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' - ') : value}`);
    const what = `a response to be lost${wanted.length > 0 ? `, ${wanted.join(', ')}` : ''}`;
    const found = loss ? describeLoss(loss) : 'nothing was lost';
    return `expected ${pass ? 'not ' : ''}${what}\nfound: ${found}\n\n${describeAttempt(attempt)}`;
  };
  return { pass, message };
}

function agrees(loss: LossResult, { kind, hop, between, certainty }: ExpectedLoss): boolean {
  return (
    (kind === undefined || loss.kind === kind) &&
    (hop === undefined || loss.hop === hop) &&
    (certainty === undefined || loss.certainty === certainty) &&
    (between === undefined || String(loss.between) === String(between))
  );
}

import type { OutgoingCallState } from '../endpoint/endpoint.js';

/** What an endpoint says of a request or a call that it makes. Never evidence: it tells what to look for, and for how long. */
export interface Placed {
  /** Empty for as long as the endpoint does not know it: some draw it themselves, a moment later. */
  readonly callId: string;
  /** What it takes for its final response, after any challenge that it could meet. */
  readonly finalStatus: number | undefined;
  /** Some say no more than that it is over. */
  readonly state?: OutgoingCallState;
}

const OVER: readonly (OutgoingCallState | undefined)[] = ['ended', 'failed', 'rejected', 'cancelled'];

/** How soon to ask again what an endpoint in another process takes a final response for. */
export const ASK_AGAIN_MS = 20;

/** Whether the final that was seen is a challenge, and may not be the last word: the endpoint has not said so (RFC 3261 §22). */
export function mayMeetChallenge(final: number | null, placed: Placed): boolean {
  return (final === 401 || final === 407) && placed.finalStatus === undefined;
}

/** Whether an endpoint has not yet said of a final that was seen that it has it: till then it, and its user, may still be taking it. */
export function isUnheard(final: number | null, placed: Placed): boolean {
  return final !== null && placed.finalStatus === undefined && !OVER.includes(placed.state);
}

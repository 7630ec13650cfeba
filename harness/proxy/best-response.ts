import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';

/** RFC 3261 §16.7 item 6: these tell the originator how to try again, so they come before others of their class. */
const HELPFUL = [401, 407, 415, 420, 484];
/** Silence, and the end of a branch that nobody rejected: they say less than any other of their class. */
const LEAST = [408, 487];
const CHALLENGES = ['WWW-Authenticate', 'Proxy-Authenticate'];

/**
 * RFC 3261 §16.7 items 6 and 7: the final response to send on when all branches have ended without a 2xx.
 * @param candidates final responses 300–699, their top Via taken off, in the order of arrival; at least one
 * @param cancelled the originator has asked for the end: then a 487 says what happened
 */
export function bestResponse(
  request: SipRequest,
  candidates: readonly SipResponse[],
  cancelled: boolean,
  newTag: () => string,
): SipResponse {
  const best = choose(candidates, cancelled);
  if (best.status === 503) return createResponse(request, 500, { toTag: newTag() });
  if (best.status === 401 || best.status === 407) return withAllChallenges(best, candidates);
  return best;
}

function choose(candidates: readonly SipResponse[], cancelled: boolean): SipResponse {
  const [first, ...others] = candidates;
  if (!first) throw new RangeError('no final response to choose from');
  return others.reduce((best, next) => (rank(next.status, cancelled) < rank(best.status, cancelled) ? next : best), first);
}

/** The lower, the better: 6xx before all, then the lowest class; equals are taken in order of arrival. */
function rank(status: number, cancelled: boolean): number {
  if (status >= 600) return 0;
  if (cancelled && status === 487) return 1;
  const within = HELPFUL.includes(status) ? 0 : LEAST.includes(status) ? 2 : 1;
  return Math.floor(status / 100) * 10 + within;
}

/** Item 7: the originator must learn all challenges of all branches, since it has one request to answer them with. */
function withAllChallenges(best: SipResponse, candidates: readonly SipResponse[]): SipResponse {
  for (const other of candidates) {
    if (other === best || (other.status !== 401 && other.status !== 407)) continue;
    for (const name of CHALLENGES) {
      for (const value of other.headers.all(name)) best.headers.append(name, value);
    }
  }
  return best;
}

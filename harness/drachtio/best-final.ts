import type { SipResponse } from '../sip/message.js';

const HELPFUL = [401, 407, 415, 420, 484];
const LEAST = [408, 487];

/**
 * The final response that goes upstream when no branch brought a 2xx; undefined of none.
 * @param itsWay the real server's ranking instead of RFC 3261 §16.7 item 6
 */
export function bestFinal(finals: readonly SipResponse[], itsWay: boolean): SipResponse | undefined {
  const rank = itsWay ? rankOfRealServer : rankOfRfc;
  const [first, ...others] = finals;
  return others.reduce((best, next) => (best && rank(next.status) < rank(best.status) ? next : best), first);
}

/** 6xx, what tells the caller how to try again, 4xx, 5xx, 3xx. */
function rankOfRealServer(status: number): number {
  if (status >= 600) return 0;
  if (HELPFUL.includes(status)) return 1;
  if (status >= 500) return 3;
  return status >= 400 ? 2 : 4;
}

/** 6xx, then the lowest class, and in it first what tells the caller how to try again and last what says that nobody answered. */
function rankOfRfc(status: number): number {
  if (status >= 600) return 0;
  return Math.floor(status / 100) * 10 + (HELPFUL.includes(status) ? 0 : LEAST.includes(status) ? 2 : 1);
}

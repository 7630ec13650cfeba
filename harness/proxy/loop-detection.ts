import { createHash } from 'node:crypto';
import { MAGIC_COOKIE } from '../sip/branch.js';
import type { SipRequest } from '../sip/message.js';
import type { ListeningPoint } from '../transaction/listener.js';
import type { OwnNames } from './own-names.js';

const HASH_DIGITS = 16;
const SEPARATOR = '.';

/**
 * Branches in two parts (RFC 5393 §4.2.1): the first makes the branch unique, the second is a hash of all that decides
 * where the request goes. Left out are the method and the To tag, so that CANCEL and the ACK for a failure come out the same
 * (RFC 3261 §16.6 item 8), the Vias, which change with every round of a loop, and Proxy-Require, with which none gets so far.
 * @param request as it was received
 */
export function loopHash(request: SipRequest): string {
  const { fromTag, callId, cseq } = request;
  const facts = [request.requestUri, fromTag, callId, cseq?.sequence, ...request.headers.all('Route')];
  return createHash('sha1').update(facts.join('\n'), 'latin1').digest('hex').slice(0, HASH_DIGITS);
}

export function branchWithLoopHash(unique: string, hash: string): string {
  return MAGIC_COOKIE + unique + SEPARATOR + hash;
}

/** The unique part of a branch of ours. */
export function uniquePart(branch: string): string {
  const end = branch.lastIndexOf(SEPARATOR);
  return branch.slice(MAGIC_COOKIE.length, end < 0 ? undefined : end);
}

/**
 * RFC 3261 §16.3 item 4: the request has been here with all that decides its way the same as now. One that comes back with
 * another Request-URI or Route is a spiral, and goes on.
 */
export function isLooped(request: SipRequest, own: OwnNames<ListeningPoint>): boolean {
  const ours = request.vias.filter((via) => own.isSentBy(via.sentBy));
  if (ours.length === 0) return false;
  const ending = SEPARATOR + loopHash(request);
  return ours.some((via) => via.branch?.endsWith(ending));
}

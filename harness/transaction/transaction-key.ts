import { MAGIC_COOKIE } from '../sip/branch.js';
import type { SipRequest } from '../sip/message.js';
import type { Via } from '../sip/via.js';

/** RFC 3261 §8.1.1.7: the cookie vouches that what follows is unique, so with nothing behind it (RFC 4475 §3.2.1) it vouches for nothing. */
export function isUniqueBranch(branch: string | undefined): branch is string {
  return branch !== undefined && branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);
}

/**
 * The key under which a server transaction is kept (RFC 3261 §17.2.3): branch, sent-by and method, an ACK counting
 * as INVITE. Without the magic cookie the sender follows RFC 2543, and the key is made of what that RFC compares;
 * the To tag of its ACK is compared by the caller.
 */
export function serverTransactionKey(request: SipRequest, via: Via, method = request.method): string {
  const matched = method === 'ACK' ? 'INVITE' : method;
  const { branch } = via;
  if (isUniqueBranch(branch)) return `${branch}|${via.sentBy.toLowerCase()}|${matched}`;
  const { callId, fromTag, cseq } = request;
  return `2543|${request.requestUri}|${fromTag ?? ''}|${callId ?? ''}|${cseq?.sequence ?? ''}|${via.sentBy}|${branch ?? ''}|${matched}`;
}

/** RFC 3261 §17.1.3: the branch of the top Via, and the method of the CSeq, which tells a CANCEL from its INVITE. */
export function clientTransactionKey(branch: string, method: string): string {
  return `${branch}|${method}`;
}

/** What a request shares with copies of it that came by another way (RFC 3261 §8.2.2.2); undefined inside a dialog. */
export function mergeKey(request: SipRequest): string | undefined {
  if (request.toTag !== undefined) return undefined;
  const { fromTag, callId, cseq } = request;
  return `${callId ?? ''}|${fromTag ?? ''}|${cseq?.sequence ?? ''}|${cseq?.method ?? ''}`;
}

import { createHash } from 'node:crypto';
import { isUniqueBranch } from '../sip/branch.js';
import type { SipRequest } from '../sip/message.js';
import { branchWithLoopHash, uniquePart } from './loop-detection.js';

const HASH_DIGITS = 16;

/**
 * The branch of a request forwarded without state (RFC 3261 §16.11): it follows from the request, so that a retransmission,
 * the CANCEL and the ACK for a failure get the same. It carries the number of the listener that the request came in at,
 * which is where its responses have to leave from.
 */
export function statelessBranch(request: SipRequest, incoming: number, loopHash: string): string {
  const unique = hash(identity(request));
  return branchWithLoopHash(`${unique}-${incoming}`, loopHash);
}

/**
 * The To tag of a final response that is given without state (RFC 3261 §8.2.7): a retransmission gets the same.
 * @param secret of this proxy, so that nobody can tell the tag beforehand (§19.3)
 */
export function statelessTag(request: SipRequest, secret: string): string {
  return hash(`${secret}\n${identity(request)}`);
}

/** The number that {@link statelessBranch} put in; undefined where the branch is none of those. */
export function incomingListener(branch: string): number | undefined {
  const match = /-(\d{1,4})$/.exec(uniquePart(branch));
  return match ? Number(match[1]) : undefined;
}

/** What tells one request from another: its branch if that can be relied on, else what RFC 2543 had. */
function identity(request: SipRequest): string {
  const { topVia, fromTag, callId, cseq } = request;
  if (isUniqueBranch(topVia?.branch)) return `${topVia.branch}\n${topVia.sentBy}`;
  return [request.headers.list('Via')[0], fromTag, callId, cseq?.sequence, request.requestUri].join('\n');
}

function hash(text: string): string {
  return createHash('sha1').update(text, 'latin1').digest('hex').slice(0, HASH_DIGITS);
}

import type { Attempt } from '../../diagnosis/attempt.js';
import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';

/** Which attempts of a capture are wanted; nothing given wants all. */
export interface AttemptFilter {
  readonly onlyLost: boolean;
  readonly callIds: readonly string[];
  /** User parts, addresses, or addresses with port. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export function isWanted(attempt: Attempt, { onlyLost, callIds, from, to }: AttemptFilter): boolean {
  if (onlyLost && !hasTrouble(attempt)) return false;
  if (callIds.length > 0 && !attempt.callIds.some((callId) => callIds.includes(callId))) return false;
  if (from.length > 0 && !isOneOf(attempt.from, attempt.originator, from)) return false;
  return to.length === 0 || isOneOf(attempt.to, attempt.callee, to);
}

/** Whether a final response was lost, or became another. */
export function hasTrouble({ outcome, loss }: Attempt): boolean {
  return loss !== null || outcome === 'pending' || outcome === 'altered';
}

function isOneOf(user: string | null, address: SocketAddress | null, names: readonly string[]): boolean {
  return names.some((name) => name === user || (address !== null && (name === address.address || name === formatSocketAddress(address))));
}

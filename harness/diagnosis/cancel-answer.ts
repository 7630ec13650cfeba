import { sameSocketAddress } from '../platform/socket-address.js';
import type { Attempt } from './attempt.js';

/**
 * The final response that the originator's own CANCEL got (RFC 3261 §9.1: it has one of its own, whatever the INVITE's is),
 * as it arrived at the originator; null where none did; undefined where the originator sent no CANCEL.
 */
export function cancelAnswerOf({ originator, cancelledByOriginator, events }: Attempt): number | null | undefined {
  if (!cancelledByOriginator) return undefined;
  const answer = events.find(
    ({ kind, status, destination, arrived }) =>
      kind === 'cancel-response' && (status ?? 0) >= 200 && arrived !== false && sameSocketAddress(destination, originator),
  );
  return answer?.status ?? null;
}

import type { Attempt, AttemptEvent } from '../../diagnosis/attempt.js';
import { sameSocketAddress } from '../../platform/socket-address.js';
import { messageLines } from './masked-message.js';

/** A message that shows what an attempt's verdict stands on. */
export interface ProofMessage {
  readonly event: AttemptEvent;
  readonly lines: readonly string[];
}

/**
 * The INVITE as the originator sent it and as the hop in question got it, and the final: where it ended when it was lost,
 * else as it came to the originator. None where the messages were not kept.
 */
export function proofOf({ events, originator }: Attempt, showCredentials: boolean): ProofMessage[] {
  const finals = events.filter(({ kind }) => kind === 'final');
  const final = finals.find(({ lost }) => lost) ?? finals.findLast(({ destination }) => sameSocketAddress(destination, originator));
  const invites = events.filter(({ kind }) => kind === 'invite');
  const first = invites.findLast(({ source }) => sameSocketAddress(source, originator)) ?? invites[0];
  const answered =
    final &&
    invites.findLast(
      ({ callId, destination, time }) => callId === final.callId && time <= final.time && sameSocketAddress(destination, final.source),
    );
  const shown = new Set([first, answered, final]);
  return [...shown].flatMap((event) => (event?.bytes ? [{ event, lines: messageLines(event.bytes, showCredentials) }] : []));
}

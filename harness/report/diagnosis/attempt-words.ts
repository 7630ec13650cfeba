import type { Attempt, Loss } from '../../diagnosis/attempt.js';
import { responseText } from '../../diagnosis/wording.js';
import { formatSocketAddress } from '../../platform/socket-address.js';

/** `486 Busy Here at the callee, nothing at the originator`; one code where both are the same. */
export function finalsText({ finalAtCallee, finalAtOriginator }: Attempt): string {
  if (finalAtCallee === null && finalAtOriginator === null) return 'no final in this capture';
  if (finalAtCallee === finalAtOriginator && finalAtCallee !== null) return responseText(finalAtCallee);
  const at = (final: number | null, place: string): string => `${final === null ? 'nothing' : responseText(final)} at the ${place}`;
  return `${at(finalAtCallee, 'callee')}, ${at(finalAtOriginator, 'originator')}`;
}

/** The outcome; of a final that was followed up to the capture's edge and not to its originator, that it was no further. */
export function outcomeText({ outcome, originatorSeen, finalAtOriginator }: Attempt): string {
  return isFollowedInPart({ originatorSeen, finalAtOriginator }) ? `${outcome} as far as seen` : outcome;
}

/** Whether a final left the capture on its way up: what became of it further on is not known. */
export function isFollowedInPart({ originatorSeen, finalAtOriginator }: Pick<Attempt, 'originatorSeen' | 'finalAtOriginator'>): boolean {
  return !originatorSeen && finalAtOriginator !== null;
}

/** `swallowed at 10.0.0.2:5060`, `lost-on-wire between … and …` */
export function lossPlace({ kind, hop, between }: Loss): string {
  if (hop) return `${kind} at ${formatSocketAddress(hop)}`;
  return between ? `${kind} between ${formatSocketAddress(between[0])} and ${formatSocketAddress(between[1])}` : kind;
}

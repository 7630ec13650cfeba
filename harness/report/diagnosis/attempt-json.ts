import type { Alteration, Attempt, Loss } from '../../diagnosis/attempt.js';
import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import { type ProofMessage, proofOf } from './proof.js';

/** An attempt as the diagnosis JSON shows it; the first eight keys are what other programs rely on. */
export function attemptJson(attempt: Attempt, showCredentials: boolean): Record<string, unknown> {
  const messages = proofOf(attempt, showCredentials);
  const { originator, callee, callIds, outcome, finalAtCallee, finalAtOriginator, loss } = attempt;
  return {
    originator: formatSocketAddress(originator),
    callee: named(callee),
    callIds,
    outcome,
    finalAtCallee,
    finalAtOriginator,
    loss: loss && lossJson(loss, attempt),
    hops: attempt.hops.map(formatSocketAddress),
    targets: attempt.targets.map(({ address, final }) => ({ address: formatSocketAddress(address), final })),
    alteration: attempt.alteration && alterationJson(attempt.alteration),
    originatorSeen: attempt.originatorSeen,
    cancelledByOriginator: attempt.cancelledByOriginator,
    from: attempt.from,
    to: attempt.to,
    startedAtMs: rounded(attempt.startedAt),
    lastSeenAtMs: rounded(attempt.lastSeenAt),
    notes: attempt.notes,
    ...(messages.length > 0 && { messages: messages.map(messageJson) }),
  };
}

function messageJson({ event, lines }: ProofMessage): Record<string, unknown> {
  return {
    label: event.label,
    source: formatSocketAddress(event.source),
    destination: formatSocketAddress(event.destination),
    frame: event.frame ?? null,
    capture: event.point ?? null,
    lines,
  };
}

function lossJson({ kind, hop, between, certainty, reason, status, brokenBy }: Loss, { events }: Attempt): Record<string, unknown> {
  const ended = events.find(({ lost }) => lost);
  return {
    kind,
    hop: named(hop),
    between: between ? between.map(formatSocketAddress) : null,
    certainty,
    reason,
    status,
    brokenBy: named(brokenBy),
    frame: ended?.frame ?? null,
    capture: ended?.point ?? null,
  };
}

function alterationJson({ hop, from, to, certainty, reason }: Alteration): Record<string, unknown> {
  return { hop: formatSocketAddress(hop), from, to, certainty, reason };
}

function named(address: SocketAddress | null): string | null {
  return address && formatSocketAddress(address);
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

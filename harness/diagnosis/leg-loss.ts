import { isIP } from 'node:net';
import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { Arrow } from './arrow.js';
import type { Certainty, Loss } from './attempt.js';
import { pointsMissing } from './coverage.js';
import type { Evidence } from './evidence.js';
import { type Leg, viaAddress } from './leg.js';
import { type LegNode, senderOf } from './leg-tree.js';
import * as reasons from './loss-reason.js';
import { isOutOfSight } from './out-of-sight.js';

/** How the final came to grief between its sender and the next hop; null when that hop has it. */
export function lossOnLeg(node: LegNode, final: Arrow, passedOn: boolean, evidence: Evidence): Loss | null {
  const { leg } = node;
  if (leg.acked(final) || (passedOn && node.parent)) return null;
  const sends = leg.finals.filter((candidate) => candidate.status === final.status && candidate.firstTime >= final.firstTime);
  const rightly = sends.filter((candidate) => leg.isReturnAddress(candidate.destination));
  if (leg.inviteSeen ? rightly.length === 0 : contradictsVia(leg, final)) return misdelivered(node, final, evidence);
  const arrivals = rightly.map((candidate) => evidence.coverage.arrived(candidate, leg));
  if (rightly.length > 0 && arrivals.every((arrived) => arrived === false)) return lostOnWire(leg, rightly[0] as Arrow, evidence);
  if (leg.isTranslated && rightly.length > 0 && !rightly.some(({ destination }) => sameSocketAddress(destination, leg.source))) {
    return lostAtTranslation(leg, rightly[0] as Arrow, evidence);
  }
  const arrivedFinal = rightly.find((candidate) => evidence.coverage.arrived(candidate, leg) !== false) ?? final;
  if (node.parent === null && !leg.cameFromElsewhere) {
    return isTakenAnyway(arrivedFinal, evidence) ? null : notAccepted(node, arrivedFinal, evidence);
  }
  // The ACK of a 2xx comes from the originator, by a way of its own: without one, silence of the sender tells that it has come.
  if (final.status < 300 && node.parent === null && arrivedFinal.count === 1) return null;
  return notAcked(node, arrivedFinal, evidence);
}

/** How long after a final its ACK may be missing since the trace ends. */
export const ACK_GRACE_MS = 500;

/**
 * A final that fits and was sent once only: the trace ends before its ACK, or the ACK took a way that the trace does not
 * show. Over UDP who gets no ACK sends again (RFC 3261 §17.2.1, §13.3.1.4).
 */
export function isTakenAnyway(final: Arrow, { end, coverage }: Evidence): boolean {
  if (final.fault !== null || final.count > 1) return false;
  if (coverage.watches(final.destination)) return false; // what that socket sends would be in the trace
  return end - final.lastTime < ACK_GRACE_MS || final.transport === 'udp';
}

/** What every loss of a final says of it. */
export function lostFinal(final: Arrow): Pick<Loss, 'status' | 'at' | 'brokenBy' | 'between'> {
  return { status: final.status, at: final.sequence, brokenBy: null, between: null };
}

function notAcked(node: LegNode, final: Arrow, evidence: Evidence): Loss {
  const hop = senderOf(node);
  const isWatched = evidence.end - final.firstTime >= evidence.options.horizonMs && !evidence.coverage.isBrokenAfter(final.firstTime);
  const certainty =
    final.count === 1 && !isWatched
      ? 'unknown'
      : evidence.coverage.arrived(final, node.leg) === true || seesOtherSide(node, evidence)
        ? 'seen'
        : 'inferred';
  return { ...lostFinal(final), kind: 'not-acked', hop, certainty, reason: reasons.notAcked(node, hop, final, evidence) };
}

/** Whether the trace shows the hop's other side too: then its own packets could not have been missed. */
function seesOtherSide(node: LegNode, { coverage }: Evidence): boolean {
  return coverage.watches(node.leg.source) || (node.parent?.seen === true && !isOutOfSight(node, coverage));
}

function misdelivered(node: LegNode, final: Arrow, evidence: Evidence): Loss {
  const hop = node.leg.destination;
  const certainty = node.leg.inviteSeen ? 'seen' : 'inferred';
  return { ...lostFinal(final), kind: 'misdelivered', hop, certainty, reason: reasons.misdelivered(node, final, evidence) };
}

/** Of an INVITE that is not in the trace, its Via alone tells where it came from: where that is an address, and another one. */
function contradictsVia(leg: Leg, { destination, transport }: Arrow): boolean {
  const via = leg.vias[0];
  if (transport !== 'udp' || !via || isIP(via.received ?? via.host) === 0) return false;
  return !sameSocketAddress(viaAddress(via), destination);
}

function notAccepted(node: LegNode, final: Arrow, evidence: Evidence): Loss {
  const proven = node.leg.inviteSeen && (final.count > 1 || final.fault !== null);
  const certainty: Certainty = evidence.coverage.arrived(final, node.leg) === true ? 'seen' : proven ? 'inferred' : 'unknown';
  return {
    ...lostFinal(final),
    kind: 'not-accepted',
    hop: node.leg.source,
    brokenBy: final.fault === null ? null : node.leg.destination,
    certainty,
    reason: reasons.notAccepted(node, final, evidence),
  };
}

function lostOnWire(leg: Leg, final: Arrow, evidence: Evidence): Loss {
  const { coverage } = evidence;
  const between: [SocketAddress, SocketAddress] = [final.source, final.destination];
  const missing = pointsMissing(final, leg);
  const watched = coverage.watches(final.destination) || missing.some((point) => coverage.watchedAt(point, final.firstTime));
  return {
    ...lostFinal(final),
    kind: 'lost-on-wire',
    hop: null,
    between,
    certainty: watched ? 'seen' : final.count > 1 || evidence.end - final.lastTime >= ACK_GRACE_MS ? 'inferred' : 'unknown',
    reason: reasons.lostOnWire(final, missing, watched, evidence),
  };
}

/** Seen on the callee's side of an address translation only: between the two it went away. */
function lostAtTranslation(leg: Leg, final: Arrow, evidence: Evidence): Loss {
  const between: [SocketAddress, SocketAddress] = [final.source, leg.source];
  return {
    ...lostFinal(final),
    kind: 'lost-on-wire',
    hop: null,
    between,
    certainty: 'inferred',
    reason: reasons.lostAtTranslation(leg, final, evidence),
  };
}

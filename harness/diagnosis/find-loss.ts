import { isIP } from 'node:net';
import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { Arrow } from './arrow.js';
import type { Alteration, Certainty, Loss } from './attempt.js';
import { type Coverage, pointsMissing } from './coverage.js';
import { type Leg, viaAddress } from './leg.js';
import { type LegNode, leavesOf, senderOf } from './leg-tree.js';
import * as reasons from './loss-reason.js';
import { type DiagnosisOptions, nameOf } from './options.js';
import { isOutOfSight } from './out-of-sight.js';

/** What a judgement needs beside the legs. */
export interface Evidence {
  readonly coverage: Coverage;
  readonly options: DiagnosisOptions;
  /** Until when the trace was watched. */
  readonly end: number;
}

/** What became of a target's final on its way to the originator. */
export interface FinalsWay {
  readonly loss: Loss | null;
  readonly alteration: Alteration | null;
  /** The topmost leg on which it, or what it was made into, was passed on. */
  readonly top: LegNode;
  /** The way up ends since the trace does not show the next leg. */
  readonly leavesTrace: boolean;
}

/** Follows the final of a target upwards, hop by hop, until it is lost or the trace's topmost leg is reached. */
export function followFinal(leaf: LegNode, first: Arrow, evidence: Evidence): FinalsWay {
  let node = leaf;
  let final = first;
  let alteration: Alteration | null = null;
  for (;;) {
    const upstream = node.parent && upstreamFinal(node, final);
    const broken = lossOnLeg(node, final, upstream?.status === final.status, evidence);
    if (broken) return { loss: broken, alteration, top: node, leavesTrace: false };
    const parent: LegNode | null = node.parent;
    if (!parent) return { loss: null, alteration, top: node, leavesTrace: false };
    // Its INVITE must have come from there: where the trace does not hold that, it holds nothing of that side.
    const hidden = !parent.seen && node.leg.inviteSeen;
    if (hidden) {
      const above = nearestSeen(parent);
      if (!above) return { loss: null, alteration, top: node, leavesTrace: true };
      const further = finalAfter(above, final);
      if (!further) return { loss: swallowed(node, final, evidence), alteration, top: node, leavesTrace: false };
      if (further.status !== final.status) alteration ??= alter(node, final, further, evidence);
      node = above;
      final = further;
      continue;
    }
    if (!upstream) return { loss: swallowed(node, final, evidence), alteration, top: node, leavesTrace: false };
    if (upstream.status !== final.status) {
      const taken = node.leg.acked(final)?.firstTime ?? final.firstTime; // repetitions before its ACK were lost on their way
      const late = upstream.firstTime - taken > evidence.options.horizonMs && !openAt(parent, leaf, final.firstTime, upstream.firstTime);
      const cancelled = isCancelled(parent, upstream);
      if ((late || cancelled) && !openAt(parent, leaf, final.firstTime, cancelTime(parent, upstream))) {
        return { loss: swallowed(node, final, evidence, upstream), alteration: null, top: node, leavesTrace: false };
      }
      if (!cancelled) alteration ??= alter(node, final, upstream, evidence);
    }
    node = parent;
    final = upstream;
  }
}

/** The first final that the hop sent on the leg above, once it had this one; a hop that is cut short may have sent it just before. */
function upstreamFinal(node: LegNode, final: Arrow): Arrow | undefined {
  return node.parent ? finalAfter(node.parent, final) : undefined;
}

function finalAfter({ leg }: LegNode, final: Arrow): Arrow | undefined {
  const finals = leg.finals.filter((candidate) => candidate.lastTime >= final.firstTime - CLOCK_SLACK_MS);
  return finals.find((candidate) => candidate.status === final.status) ?? finals[0];
}

/** The next leg upwards that the trace shows; elements between are known from Via headers only. */
function nearestSeen(node: LegNode): LegNode | null {
  let at: LegNode | null = node;
  while (at && !at.seen) at = at.parent;
  return at;
}

const CLOCK_SLACK_MS = 1;

/** A CANCEL that came from upstream before the hop's own final. */
function isCancelled(parent: LegNode, upstream: Arrow): boolean {
  const cancel = parent.leg.cancel;
  return cancel !== undefined && cancel.firstTime <= upstream.firstTime && upstream.status === 487;
}

function cancelTime(parent: LegNode, upstream: Arrow): number {
  return isCancelled(parent, upstream) ? (parent.leg.cancel?.firstTime ?? upstream.firstTime) : upstream.firstTime;
}

/** Whether another branch below a hop could still have brought a final after `since`, at the time `at`: then waiting was right. */
function openAt(hop: LegNode, leaf: LegNode, since: number, at: number): boolean {
  return leavesOf(hop).some((other) => {
    if (other === leaf) return false;
    const final = other.leg.firstFinal;
    return (
      (final === undefined || final.firstTime >= at) &&
      other.leg.lastSign >= hop.leg.firstTime &&
      other.leg.firstTime <= Math.max(since, at)
    );
  });
}

/** How the final came to grief between its sender and the next hop; null when that hop has it. */
function lossOnLeg(node: LegNode, final: Arrow, passedOn: boolean, evidence: Evidence): Loss | null {
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

function base(final: Arrow): Pick<Loss, 'status' | 'at' | 'brokenBy' | 'between'> {
  return { status: final.status, at: final.sequence, brokenBy: null, between: null };
}

function notAcked(node: LegNode, final: Arrow, evidence: Evidence): Loss {
  const hop = senderOf(node);
  const proven = final.count > 1 || evidence.end - final.firstTime >= evidence.options.horizonMs;
  const certainty = !proven
    ? 'unknown'
    : evidence.coverage.arrived(final, node.leg) === true || seesOtherSide(node, evidence)
      ? 'seen'
      : 'inferred';
  return { ...base(final), kind: 'not-acked', hop, certainty, reason: reasons.notAcked(node, hop, final, evidence) };
}

/** Whether the trace shows the hop's other side too: then its own packets could not have been missed. */
function seesOtherSide(node: LegNode, { coverage }: Evidence): boolean {
  return coverage.watches(node.leg.source) || (node.parent?.seen === true && !isOutOfSight(node, coverage));
}

function swallowed(node: LegNode, final: Arrow, evidence: Evidence, instead?: Arrow): Loss {
  const hop = senderOf(node);
  const ackedAt = node.leg.acked(final)?.firstTime ?? final.firstTime;
  const quiet = (instead?.firstTime ?? evidence.end) - ackedAt;
  return {
    ...base(final),
    kind: 'swallowed',
    hop,
    certainty: swallowCertainty(node, quiet, instead !== undefined, evidence),
    reason: reasons.swallowed(node, hop, final, quiet, instead, evidence),
  };
}

function swallowCertainty(node: LegNode, quiet: number, provenOtherwise: boolean, evidence: Evidence): Certainty {
  if (quiet < evidence.options.horizonMs && !provenOtherwise) return 'unknown';
  if (node.parent?.seen === false) return 'unknown';
  // Another final from the same hop shows that it never sent this one; silence does so only where its sending was watched.
  if (!provenOtherwise && isOutOfSight(node, evidence.coverage)) return 'inferred';
  // Of a call that began before the trace did, a response that fits no INVITE may have gone up unrecognised.
  return node.likeness || node.parent?.leg.inviteSeen === false ? 'inferred' : 'seen';
}

function misdelivered(node: LegNode, final: Arrow, evidence: Evidence): Loss {
  const hop = node.leg.destination;
  const certainty = node.leg.inviteSeen ? 'seen' : 'inferred';
  return { ...base(final), kind: 'misdelivered', hop, certainty, reason: reasons.misdelivered(node, final, evidence) };
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
    ...base(final),
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
    ...base(final),
    kind: 'lost-on-wire',
    hop: null,
    between,
    certainty: watched ? 'seen' : 'inferred',
    reason: reasons.lostOnWire(final, missing, watched, evidence),
  };
}

/** Seen on the callee's side of an address translation only: between the two it went away. */
function lostAtTranslation(leg: Leg, final: Arrow, evidence: Evidence): Loss {
  const between: [SocketAddress, SocketAddress] = [final.source, leg.source];
  return {
    ...base(final),
    kind: 'lost-on-wire',
    hop: null,
    between,
    certainty: 'inferred',
    reason: reasons.lostAtTranslation(leg, final, evidence),
  };
}

function alter(node: LegNode, final: Arrow, upstream: Arrow, evidence: Evidence): Alteration {
  const hop = senderOf(node);
  return {
    hop,
    from: final.status,
    to: upstream.status,
    certainty: node.parent?.leg.inviteSeen !== true ? 'unknown' : node.likeness ? 'inferred' : 'seen',
    reason: reasons.altered(nameOf(evidence.options, hop), node, final, upstream, evidence),
  };
}

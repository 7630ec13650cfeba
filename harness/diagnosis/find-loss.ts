import type { Arrow } from './arrow.js';
import type { Alteration, Certainty, Loss } from './attempt.js';
import type { Evidence } from './evidence.js';
import { lossOnLeg, lostFinal } from './leg-loss.js';
import { type LegNode, leavesOf, senderOf } from './leg-tree.js';
import * as reasons from './loss-reason.js';
import { nameOf } from './options.js';
import { isOutOfSight } from './out-of-sight.js';

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
  let at: Step = { node: leaf, final: first, alteration: null };
  for (;;) {
    const next = step(at, leaf, evidence);
    if ('leavesTrace' in next) return next;
    at = next;
  }
}

/** How far up the final has been followed, and what it has become. */
interface Step {
  readonly node: LegNode;
  readonly final: Arrow;
  readonly alteration: Alteration | null;
}

/** One hop upwards, or the end of the way. */
function step(at: Step, leaf: LegNode, evidence: Evidence): Step | FinalsWay {
  const { node, final, alteration } = at;
  const upstream = node.parent && upstreamFinal(node, final);
  const ended = (loss: Loss | null, leavesTrace = false): FinalsWay => ({ loss, alteration, top: node, leavesTrace });
  const broken = lossOnLeg(node, final, upstream?.status === final.status, evidence);
  if (broken) return ended(broken);
  const parent = node.parent;
  if (!parent) return ended(null);
  // Its INVITE must have come from there: where the trace does not hold that, it holds nothing of that side.
  if (!parent.seen && node.leg.inviteSeen) {
    const above = nearestSeen(parent);
    if (!above) return ended(null, true);
    const further = finalAfter(above, final);
    return further ? { node: above, final: further, alteration: becoming(at, further, evidence) } : ended(swallowed(node, final, evidence));
  }
  if (!upstream) {
    const wentUnseen = final.toTag !== undefined && parent.leg.ackOfUnseenFinal(final.firstTime)?.toTag === final.toTag;
    return wentUnseen ? { node: parent, final, alteration } : ended(swallowed(node, final, evidence));
  }
  if (upstream.status === final.status) return { node: parent, final: upstream, alteration };
  if (isInsteadOf(node, parent, leaf, final, upstream, evidence)) {
    return { ...ended(swallowed(node, final, evidence, upstream)), alteration: null };
  }
  return { node: parent, final: upstream, alteration: isCancelled(parent, upstream) ? alteration : becoming(at, upstream, evidence) };
}

function becoming({ node, final, alteration }: Step, upstream: Arrow, evidence: Evidence): Alteration | null {
  return alteration ?? (upstream.status === final.status ? null : alter(node, final, upstream, evidence));
}

/** Whether the hop sent another final for a reason of its own, having kept this one: too late for it, or when it was cancelled. */
function isInsteadOf(node: LegNode, parent: LegNode, leaf: LegNode, final: Arrow, upstream: Arrow, { options }: Evidence): boolean {
  const taken = node.leg.acked(final)?.firstTime ?? final.firstTime; // repetitions before its ACK were lost on their way
  const late = upstream.firstTime - taken > options.horizonMs && !openAt(parent, leaf, final.firstTime, upstream.firstTime);
  // Who had given up before the target spoke has lost nothing.
  if (isCancelled(parent, upstream) && cancelTime(parent, upstream) <= final.firstTime) return false;
  return (late || isCancelled(parent, upstream)) && !openAt(parent, leaf, final.firstTime, cancelTime(parent, upstream));
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

function swallowed(node: LegNode, final: Arrow, evidence: Evidence, instead?: Arrow): Loss {
  const hop = senderOf(node);
  const ackedAt = node.leg.acked(final)?.firstTime ?? final.firstTime;
  const quiet = (instead?.firstTime ?? evidence.end) - ackedAt;
  return {
    ...lostFinal(final),
    kind: 'swallowed',
    hop,
    certainty: swallowCertainty(node, final, quiet, instead !== undefined, evidence),
    reason: reasons.swallowed(node, hop, final, quiet, instead, evidence),
  };
}

function swallowCertainty(node: LegNode, final: Arrow, quiet: number, provenOtherwise: boolean, evidence: Evidence): Certainty {
  if (quiet < evidence.options.horizonMs && !provenOtherwise) return 'unknown';
  if (node.parent?.seen === false || node.parent?.leg.ackOfUnseenFinal(final.firstTime)) return 'unknown';
  if (!provenOtherwise && evidence.coverage.isBrokenAfter(final.firstTime)) return 'unknown';
  // Another final from the same hop shows that it never sent this one; silence does so only where its sending was watched.
  if (!provenOtherwise && isOutOfSight(node, evidence.coverage)) return 'inferred';
  // Of a call that began before the trace did, a response that fits no INVITE may have gone up unrecognised.
  return node.likeness || node.parent?.leg.inviteSeen === false ? 'inferred' : 'seen';
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

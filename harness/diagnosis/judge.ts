import type { Arrow } from './arrow.js';
import type { Alteration, Loss, Outcome } from './attempt.js';
import type { Evidence } from './evidence.js';
import { type FinalsWay, followFinal } from './find-loss.js';
import type { Leg } from './leg.js';
import { ACK_GRACE_MS, isTakenAnyway } from './leg-loss.js';
import { type LegNode, leavesOf } from './leg-tree.js';
import type { DiagnosisOptions } from './options.js';
import { durationText } from './wording.js';

/** The verdict on one attempt. */
export interface Judgement {
  readonly outcome: Outcome;
  readonly target: LegNode;
  readonly finalAtCallee: number | null;
  readonly finalAtOriginator: number | null;
  readonly loss: Loss | null;
  readonly alteration: Alteration | null;
  /** Branches that can still bring a final. */
  readonly open: readonly LegNode[];
  readonly lastBranchEndedAt: number | null;
  readonly cancelled: boolean;
  readonly notes: readonly string[];
}

/** One target's end: its branch's final and what became of it. */
interface TargetEnd {
  readonly leaf: LegNode;
  readonly final: Arrow;
  /** Sent since somebody cancelled the branch (RFC 3261 §9.2): no answer of the target's own. */
  readonly forced: boolean;
  readonly way: FinalsWay;
}

/** Judges the tree of the INVITE that decides. */
export function judge(root: LegNode, evidence: Evidence): Judgement {
  const leaves = leavesOf(root);
  const ends = leaves.flatMap((leaf) => endOf(leaf, evidence));
  const open = leaves.filter((leaf) => isOpen(leaf, evidence));
  const notes: string[] = [];
  const atOriginator = finalAtOriginator(root, ends, evidence, notes);
  const chosen = choose(ends, atOriginator);
  const cancelled = root.leg.cancel !== undefined;
  const outcome = outcomeOf({ chosen, atOriginator, cancelled, open: open.length > 0 });
  const keepsLoss = outcome === 'pending' || outcome === 'cancelled' || outcome === 'altered';
  const loss = keepsLoss && chosen && !chosen.forced ? chosen.way.loss : outcome === 'pending' ? (chosen?.way.loss ?? null) : null;
  return {
    outcome,
    target: chosen?.leaf ?? likeliestTarget(leaves),
    finalAtCallee: chosen?.final.status ?? null,
    finalAtOriginator: atOriginator,
    loss: loss && waitsRightly(chosen, open, outcome) ? null : loss,
    alteration: outcome === 'altered' ? (chosen?.way.alteration ?? null) : null,
    open,
    lastBranchEndedAt: lastEnd(leaves, ends, open, evidence),
    cancelled,
    notes,
  };
}

function endOf(leaf: LegNode, evidence: Evidence): TargetEnd[] {
  const finals = leaf.leg.finals;
  const final = finals.find((candidate) => candidate.status < 300) ?? finals[0]; // an answer outlives whatever else was sent
  if (!final) return [];
  const cancel = leaf.leg.cancel;
  const forced = final.status === 487 && cancel !== undefined && cancel.firstTime <= final.firstTime;
  return [{ leaf, final, forced, way: followFinal(leaf, final, evidence) }];
}

/** RFC 3261 §17.1.1.2: Timer B, 64·T1 with the T1 of the RFC; whose timers are shorter has ended before. */
const TIMER_B_MS = 32_000;

function isOpen({ leg }: LegNode, { end, options }: Evidence): boolean {
  return leg.firstFinal === undefined && end < runsOutAt(leg, options);
}

/** A branch without a final is open within Timer C of its last provisional (RFC 3261 §16.8), or Timer B where none came at all. */
function runsOutAt(leg: Leg, { timerC }: DiagnosisOptions): number {
  const isSilent = leg.inviteSeen && !leg.arrows.some((arrow) => arrow.kind === 'provisional');
  return isSilent ? leg.firstTime + Math.min(timerC, TIMER_B_MS) : leg.lastSign + timerC;
}

function finalAtOriginator(root: LegNode, ends: readonly TargetEnd[], evidence: Evidence, notes: string[]): number | null {
  if (!root.seen) return finalAtTraceEdge(root, ends, notes);
  let taken: Arrow | undefined;
  for (const final of root.leg.finals) {
    if (root.leg.acked(final)) taken ??= final;
    else if (
      !taken &&
      root.leg.isReturnAddress(final.destination) &&
      evidence.coverage.arrived(final, root.leg) !== false &&
      isTakenAnyway(final, evidence)
    ) {
      taken = final;
      notes.push(takenNote(root.leg, final, evidence));
    }
  }
  return taken?.status ?? finalAckedUnseen(root, ends, notes);
}

/** The capture missed the final on its last way, and has its ACK: what became of a target's final tells which one that was. */
function finalAckedUnseen({ leg }: LegNode, ends: readonly TargetEnd[], notes: string[]): number | null {
  const known = ends.find(({ final, way }) => {
    const ack = leg.ackOfUnseenFinal(final.firstTime);
    return ack?.toTag !== undefined && ack.toTag === final.toTag && way.loss === null && way.alteration === null;
  });
  if (!known) return null;
  notes.push(
    "The final is not in the trace where it came to the originator; the originator's ACK is, with the To tag of the target's final.",
  );
  return known.final.status;
}

/** The longest pause between two sendings of a final, T2 of RFC 3261 §17.1.2.2. */
const LONGEST_PAUSE_MS = 4000;

function takenNote(leg: Leg, final: Arrow, { end }: Evidence): string {
  const watched = end - final.lastTime;
  if (watched < ACK_GRACE_MS)
    return `The capture ends ${durationText(watched)} after the final, before any ACK: that it was taken is not shown.`;
  return !leg.inviteSeen && final.firstTime < LONGEST_PAUSE_MS
    ? 'The final may have been sent before the capture began, and its ACK is not there: that it was taken is not shown.'
    : 'The ACK of the final is not in the trace; that the final was sent once only tells that it was taken.';
}

/** The originator's side is not in the trace: the final counts as far up as the trace goes. */
function finalAtTraceEdge(root: LegNode, ends: readonly TargetEnd[], notes: string[]): number | null {
  const edge = choose(
    ends.filter((end) => end.way.leavesTrace),
    null,
  );
  if (!edge) return null;
  notes.push(
    `The trace does not show the originator's side: only Via headers name ${root.leg.source.address}. The final is followed as far as the trace goes.`,
  );
  return edge.final.status;
}

/** Of several targets the winning one; else the one whose final the originator got; else the one whose loss explains the rest. */
function choose(ends: readonly TargetEnd[], atOriginator: number | null): TargetEnd | undefined {
  const own = ends.filter((end) => !end.forced);
  const candidates = own.length > 0 ? own : ends;
  return (
    candidates.find((end) => end.final.status < 300) ??
    candidates.find((end) => end.final.status === atOriginator && end.way.loss === null) ??
    [...candidates].sort((one, other) => weight(other) - weight(one) || other.final.firstTime - one.final.firstTime)[0]
  );
}

/** A final that a hop never got explains why that hop still waits; after that RFC 3261 §16.7: a 6xx, else the lower class. */
function weight({ way, final }: TargetEnd): number {
  const heldUp = way.loss !== null && way.loss.kind !== 'swallowed' ? 100 : 0;
  return heldUp + (final.status >= 600 ? 10 : final.status < 400 ? 0 : 9 - Math.floor(final.status / 100));
}

interface Facts {
  readonly chosen: TargetEnd | undefined;
  readonly atOriginator: number | null;
  readonly cancelled: boolean;
  readonly open: boolean;
}

function outcomeOf({ chosen, atOriginator, cancelled, open }: Facts): Outcome {
  if (atOriginator === null) {
    if (cancelled) return 'cancelled';
    if (open) return 'ringing';
    return chosen ? 'pending' : 'unanswered';
  }
  if (cancelled && atOriginator === 487) return 'cancelled';
  const own = chosen && !chosen.forced ? chosen.final.status : null;
  if (atOriginator < 300) return own !== null && own >= 300 ? 'altered' : 'answered';
  if (own === atOriginator) return 'delivered';
  if (cancelled) return 'cancelled';
  return own === null ? 'unanswered' : 'altered';
}

/** The originator gave up while a hop still had a branch to wait for: that hop lost nothing. */
function waitsRightly(chosen: TargetEnd | undefined, open: readonly LegNode[], outcome: Outcome): boolean {
  return outcome === 'cancelled' && open.length > 0 && chosen?.way.loss?.kind === 'swallowed';
}

/** No target has given a final: the one that rings, else the one tried last. */
function likeliestTarget(leaves: readonly LegNode[]): LegNode {
  const rings = leaves.find(({ leg }) => leg.arrows.some((arrow) => arrow.kind === 'provisional' && arrow.status > 100));
  return rings ?? (leaves.at(-1) as LegNode);
}

function lastEnd(leaves: readonly LegNode[], ends: readonly TargetEnd[], open: readonly LegNode[], { options }: Evidence): number | null {
  if (open.length > 0 || ends.length === 0) return null;
  const times = leaves.map(({ leg }) => leg.firstFinal?.firstTime ?? runsOutAt(leg, options));
  return Math.max(...times);
}

import { formatSocketAddress, type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { Arrow } from './arrow.js';
import type { Attempt, AttemptEvent, Loss, OtherSide } from './attempt.js';
import { blindSpots } from './blind-spots.js';
import type { CallGroup } from './call.js';
import type { Evidence } from './evidence.js';
import { judge } from './judge.js';
import type { Leg } from './leg.js';
import { attemptTrees, everyNode, type LegNode, leavesOf, pathTo } from './leg-tree.js';
import { responseText } from './wording.js';

/** Judges every attempt that a group of calls holds. */
export function buildAttempts(group: CallGroup, evidence: Evidence): Attempt[] {
  return attemptTrees(group).map((tree) => buildAttempt(tree, evidence));
}

function buildAttempt(tries: readonly LegNode[], evidence: Evidence): Attempt {
  const root = tries.at(-1) as LegNode;
  const judgement = judge(root, evidence);
  const nodes = tries.flatMap(everyNode);
  const seen = nodes.filter((node) => node.seen);
  const path = pathTo(judgement.target);
  const visible = path.filter((node) => node.seen);
  const top = topOf(root, visible);
  const otherSides = otherSidesIn(nodes);
  return {
    originator: top.leg.source,
    originatorSeen: root.seen,
    callee: judgement.target.seen ? judgement.target.leg.destination : null,
    callIds: distinct(seen.map(({ leg }) => leg.callId)).filter((callId) => !callId.startsWith('?')),
    outcome: judgement.outcome,
    finalAtCallee: judgement.finalAtCallee,
    finalAtOriginator: judgement.finalAtOriginator,
    reached: reachedBy(seen, evidence),
    hops: hopsOf(top, path),
    ...(otherSides.length > 0 && { otherSides }),
    targets: leavesOf(root).map(({ leg }) => ({ address: leg.destination, final: leg.firstFinal?.status ?? null })),
    loss: judgement.loss,
    alteration: judgement.alteration,
    branchesOpen: judgement.open.length > 0,
    lastBranchEndedAt: judgement.lastBranchEndedAt,
    cancelledByOriginator: judgement.cancelled,
    startedAt: Math.min(...seen.map(({ leg }) => leg.firstTime)),
    lastSeenAt: Math.max(...seen.map(({ leg }) => leg.lastTime)),
    notes: [
      ...judgement.notes,
      ...notesOn(top, nodes, !root.seen && judgement.finalAtOriginator !== null),
      ...otherSides.flatMap(otherSideNote),
      ...blindSpots(judgement, evidence),
    ],
    events: ladder(seen, judgement.loss, evidence),
    from: top.leg.fromUser ?? null,
    to: top.leg.requestUser ?? null,
  };
}

/** The originator's leg: the topmost that was seen with its INVITE; where responses alone were seen, what their Via headers tell. */
function topOf(root: LegNode, visible: readonly LegNode[]): LegNode {
  const first = visible[0];
  return !root.seen && first?.leg.inviteSeen ? first : root;
}

function hopsOf(top: LegNode, path: readonly LegNode[]): SocketAddress[] {
  const below = path.slice(path.indexOf(top));
  return below.slice(0, -1).map((node) => node.leg.destination);
}

/** Of a leg that is another's by its Via stack, not merely by likeness, the sender is who the other one led to. */
function otherSidesIn(nodes: readonly LegNode[]): OtherSide[] {
  const sides = new Map<string, OtherSide>();
  const taken = new Set(nodes.map(({ leg }) => formatSocketAddress(leg.destination)));
  for (const { leg, parent, seen, likeness } of nodes) {
    if (!parent?.seen || !seen || !leg.inviteSeen || (likeness && parent.leg.destination.address !== leg.source.address)) continue;
    const address = formatSocketAddress(leg.source);
    if (!taken.has(address)) sides.set(address, { address: leg.source, of: parent.leg.destination });
  }
  return [...sides.values()];
}

/** A TCP port of the same host needs no word. */
function otherSideNote({ address, of }: OtherSide): string[] {
  return address.address === of.address ? [] : [`${formatSocketAddress(of)} sends on from ${formatSocketAddress(address)}.`];
}

function reachedBy(nodes: readonly LegNode[], { coverage }: Evidence): SocketAddress[] {
  const reached: SocketAddress[] = [];
  for (const { leg } of [...nodes].sort((one, other) => one.leg.firstTime - other.leg.firstTime)) {
    if (reached.some((address) => sameSocketAddress(address, leg.destination))) continue;
    const answered = leg.arrows.some((arrow) => arrow.kind === 'provisional' || arrow.kind === 'final');
    const arrived = leg.arrows.some((arrow) => arrow.kind === 'invite' && coverage.arrived(arrow, leg) !== false);
    if (answered || arrived) reached.push(leg.destination);
  }
  return reached;
}

function notesOn(top: LegNode, nodes: readonly LegNode[], isTold: boolean): string[] {
  const notes: string[] = [];
  if (!top.seen) notes.push(`The INVITE is not in the trace; ${formatSocketAddress(top.leg.source)} is known from Via headers only.`);
  // Where a final was followed up to there, a note of the judgement says so already.
  const above = top.seen && !isTold ? top.leg.vias.slice(1).at(-1) : undefined;
  if (above)
    notes.push(
      `Via headers name an element before ${formatSocketAddress(top.leg.source)}: ${above.host}. The trace does not show that side.`,
    );
  for (const { leg, likeness } of nodes) {
    if (likeness) notes.push(`Call-ID ${leg.callId} belongs to the call ${likeness.leg.callId}, as concluded from ${likeness.by}.`);
  }
  return distinct(notes);
}

function ladder(nodes: readonly LegNode[], loss: Loss | null, evidence: Evidence): AttemptEvent[] {
  return nodes
    .flatMap(({ leg }) => leg.arrows.map((arrow) => eventOf(leg, arrow, loss, evidence)))
    .sort((one, other) => one.time - other.time || one.sequence - other.sequence);
}

function eventOf(leg: Leg, arrow: Arrow, loss: Loss | null, { coverage }: Evidence): AttemptEvent {
  return {
    kind: arrow.kind,
    label: labelOf(arrow),
    status: arrow.status || null,
    callId: leg.callId,
    source: arrow.source,
    destination: arrow.destination,
    time: arrow.firstTime,
    lastTime: arrow.lastTime,
    transmissions: arrow.count,
    arrived: coverage.arrived(arrow, leg),
    lost: loss?.at === arrow.sequence,
    sequence: arrow.sequence,
    point: arrow.point,
    ...(arrow.frame !== undefined && { frame: arrow.frame }),
    ...(arrow.bytes && { bytes: arrow.bytes }),
  };
}

function labelOf(arrow: Arrow): string {
  switch (arrow.kind) {
    case 'invite':
      return 'INVITE';
    case 'ack':
      return 'ACK';
    case 'cancel':
      return 'CANCEL';
    case 'cancel-response':
      return `${responseText(arrow.status, arrow.reason)} (CANCEL)`;
    default:
      return responseText(arrow.status, arrow.reason);
  }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { CallGroup } from './call.js';
import { Leg, type Likeness, legKey, viaAddress } from './leg.js';

/** A leg in its place between the leg that it was made of and those that were made of it. */
export interface LegNode {
  readonly leg: Leg;
  /** False where only the Via headers of others name it. */
  readonly seen: boolean;
  parent: LegNode | null;
  /** Set where the parent is known by likeness only. */
  likeness: Likeness | null;
  readonly children: LegNode[];
  /** The same sender has sent the INVITE again, with credentials or to another place: this leg decides nothing any more. */
  superseded: boolean;
}

/** Finals after which a client sends the same INVITE again, mended, in the same attempt: RFC 3261 §8.1.3.4, §8.1.3.5, §22; RFC 4028 §7; RFC 3329 §2. */
const MENDABLE = new Set([401, 407, 413, 415, 416, 420, 421, 422, 494]);

/**
 * Puts the legs of a group into trees, one for every INVITE of an originator; INVITEs of one attempt (challenged, and
 * sent again with credentials) follow one another in one list.
 */
export function attemptTrees(group: CallGroup): LegNode[][] {
  const nodes = new Map<Leg, LegNode>();
  for (const call of group.calls) {
    for (const leg of call.legs.values()) if (!leg.inDialog && leg.arrows.length > 0) nodes.set(leg, nodeOf(leg, true));
  }
  const ghosts = new Map<string, LegNode>();
  for (const node of [...nodes.values()]) attach(node, group, nodes, ghosts);
  const all = [...nodes.values(), ...ghosts.values()];
  for (const node of all) {
    node.children.sort(byTime);
    markSuperseded(node.children);
  }
  return chains(all.filter((node) => node.parent === null).sort(byTime));
}

/** The legs at whose end a target is: nothing is known to have been made of them. */
export function leavesOf(node: LegNode): LegNode[] {
  const live = node.children.filter((child) => !child.superseded);
  return live.length === 0 ? [node] : live.flatMap(leavesOf);
}

/** From the originator's leg to this one. */
export function pathTo(node: LegNode): LegNode[] {
  const path: LegNode[] = [];
  for (let at: LegNode | null = node; at; at = at.parent) path.unshift(at);
  return path;
}

export function everyNode(node: LegNode): LegNode[] {
  return [node, ...node.children.flatMap(everyNode)];
}

function nodeOf(leg: Leg, seen: boolean): LegNode {
  return { leg, seen, parent: null, likeness: null, children: [], superseded: false };
}

function attach(node: LegNode, group: CallGroup, nodes: Map<Leg, LegNode>, ghosts: Map<string, LegNode>): void {
  const call = group.calls.find((candidate) => candidate.callId === node.leg.callId);
  const parent = call?.parentOf(node.leg);
  const known = parent && parent !== node.leg ? nodes.get(parent) : undefined;
  if (known) {
    if (!isBelow(known, node)) adopt(known, node);
    return;
  }
  const likeness = node.leg.madeOf;
  const front = likeness && nodes.get(likeness.leg);
  // Where the sender itself carries the other leg on, its Via stack is an invention that hides the way (topology hiding).
  const isItself = front?.leg.destination.address === node.leg.source.address;
  const top = node.leg.vias.length > 1 && !isItself ? attachGhosts(node, nodes, ghosts, group) : node;
  if (front && top && top.parent === null && !isBelow(front, top)) {
    adopt(front, top);
    top.likeness = likeness;
  }
}

/** Puts a leg for every further Via entry above; returns the topmost, or null where the stack leads to a seen leg. */
function attachGhosts(node: LegNode, nodes: Map<Leg, LegNode>, ghosts: Map<string, LegNode>, group: CallGroup): LegNode | null {
  let below = node;
  for (let depth = 1; depth < node.leg.vias.length; depth++) {
    const vias = node.leg.vias.slice(depth);
    const via = vias[0];
    if (!via) break;
    const key = legKey(via, node.leg.cseq);
    const call = group.calls.find((candidate) => candidate.callId === node.leg.callId);
    const real = call?.legs.get(key);
    const known = (real && nodes.get(real)) ?? ghosts.get(`${node.leg.callId} ${key}`);
    const above =
      known ?? nodeOf(new Leg(node.leg.callId, key, node.leg.cseq, vias, viaAddress(via), below.leg.source, node.leg.firstTime), false);
    if (!known) ghosts.set(`${node.leg.callId} ${key}`, above);
    if (isBelow(above, below)) return null;
    if (below.parent === null) adopt(above, below);
    if (known) return null;
    below = above;
  }
  return below;
}

function adopt(parent: LegNode, child: LegNode): void {
  child.parent = parent;
  parent.children.push(child);
}

/** Whether `node` hangs below `other`, or is it: faulty Via stacks must not make a ring. */
function isBelow(node: LegNode, other: LegNode): boolean {
  for (let at: LegNode | null = node; at; at = at.parent) if (at === other) return true;
  return false;
}

function byTime(one: LegNode, other: LegNode): number {
  return one.leg.firstTime - other.leg.firstTime;
}

/** Sorts top legs into attempts, in order of time. */
function chains(roots: LegNode[]): LegNode[][] {
  const attempts: LegNode[][] = [];
  for (const root of roots) {
    const before = attempts.find((attempt) => continues(attempt.at(-1) as LegNode, root));
    if (before) {
      for (const earlier of before) earlier.superseded = true;
      before.push(root);
    } else {
      attempts.push([root]);
    }
  }
  return attempts;
}

function markSuperseded(siblings: LegNode[]): void {
  siblings.forEach((earlier, index) => {
    earlier.superseded = siblings.slice(index + 1).some((later) => later.leg.cseq > earlier.leg.cseq && continues(earlier, later));
  });
}

/** Whether `later` is the same sender's next try of `earlier`, in the same attempt. */
function continues(earlier: LegNode, later: LegNode): boolean {
  const [one, other] = [earlier.leg, later.leg];
  if (one.callId !== other.callId || one.source.address !== other.source.address) return false;
  if (one.fromTag !== undefined && other.fromTag !== undefined && one.fromTag !== other.fromTag) return false;
  if (!earlier.seen || !later.seen) return false;
  if (other.cseq === one.cseq) return isFailover(one, other);
  if (other.cseq < one.cseq) return false;
  const final = one.firstFinal;
  if (final === undefined) return other.credentials && !one.credentials; // the challenge was not captured
  return final.firstTime <= other.firstTime && ((final.status >= 300 && final.status < 400) || MENDABLE.has(final.status));
}

/** RFC 3263 §4.3: the same request in a new transaction to another server, the first having failed. */
function isFailover(one: Leg, other: Leg): boolean {
  if (!one.inviteSeen || !other.inviteSeen || !sameSocketAddress(one.source, other.source)) return false;
  return !sameSocketAddress(one.destination, other.destination) && one.vias.length === other.vias.length;
}

/** Who sent this leg's INVITE, under the address that it listens on where that is known. */
export function senderOf(node: LegNode): SocketAddress {
  return node.parent?.seen ? node.parent.leg.destination : node.leg.source;
}

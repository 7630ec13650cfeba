import type { Coverage } from './coverage.js';
import { type LegNode, senderOf } from './leg-tree.js';

/**
 * Whether all that is known of the hop above a leg comes from the sockets of those that it talks to: then what it never
 * got, and what it sent to nobody, look the same as what the network lost.
 */
export function isOutOfSight(node: LegNode, coverage: Coverage): boolean {
  const above = node.parent;
  if (!above?.seen || coverage.watches(senderOf(node)) || coverage.watches(node.leg.source)) return false;
  return [...above.leg.arrows, ...node.leg.arrows].every(({ points }) => points.size === 0);
}

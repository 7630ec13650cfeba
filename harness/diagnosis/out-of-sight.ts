import type { Coverage } from './coverage.js';
import { type LegNode, senderOf } from './leg-tree.js';

/**
 * Whether nobody watched the hop above a leg: all that is known of it comes from the sockets of those that it talks to, or
 * from captures of which none saw both of its sides. Then what it never got, and what it sent to nobody, look the same as
 * what the network lost.
 */
export function isOutOfSight(node: LegNode, coverage: Coverage): boolean {
  const above = node.parent;
  if (!above?.seen || coverage.watches(senderOf(node)) || coverage.watches(node.leg.source)) return false;
  const before = pointsOf(above);
  return ![...pointsOf(node)].some((point) => before.has(point));
}

function pointsOf({ leg }: LegNode): Set<string> {
  return new Set(leg.arrows.flatMap(({ points }) => [...points]));
}

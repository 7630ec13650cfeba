import type { Behaviour } from './behaviour.js';
import type { Target } from './target.js';

/** Where a server may do otherwise than the behaviour says, and why that is no fault. */
export interface Difference {
  readonly id: string;
  readonly on: Target['kind'];
  readonly why: string;
  /** What that server does in its place. Without it, either way is right. */
  readonly run?: Behaviour['run'];
}

export const DIFFERENCES: readonly Difference[] = [];

export function differenceOf(id: string, on: Target['kind']): Difference | undefined {
  return DIFFERENCES.find((difference) => difference.id === id && difference.on === on);
}

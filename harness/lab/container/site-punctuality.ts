import type { Clock } from '../../platform/clock.js';
import type { Punctuality } from '../../platform/loop-watch.js';
import { TOLERATED_LATENESS_MS } from './control-server.js';

interface Lapse {
  readonly at: number;
  readonly lateMs: number;
}

const LAPSES_KEPT = 256;

/**
 * How punctual the processes in the containers were, as they say. That of the harness does not count: what happened while
 * it slept is in the captures all the same.
 */
export class SitePunctuality implements Punctuality {
  readonly toleranceMs = TOLERATED_LATENESS_MS;
  readonly #lapses: Lapse[] = [];

  constructor(private readonly clock: Clock) {}

  /** @param wallTime when it was noticed, ms since 1970; harness and containers share the machine's clock */
  late(wallTime: number, lateMs: number): void {
    this.#lapses.push({ at: this.clock.now() - (this.clock.wallTime() - wallTime), lateMs });
    if (this.#lapses.length > LAPSES_KEPT) this.#lapses.shift();
  }

  get lastLateAt(): number {
    return Math.max(Number.NEGATIVE_INFINITY, ...this.#lapses.map(({ at }) => at));
  }

  worstSince(moment: number): number {
    return this.#lapses.reduce((worst, { at, lateMs }) => (at >= moment ? Math.max(worst, lateMs) : worst), 0);
  }
}

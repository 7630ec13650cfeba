import type { Clock } from '../../platform/clock.js';
import { LapseLog } from '../../platform/lapse-log.js';
import type { Punctuality, WatchedPunctuality } from '../../platform/punctuality.js';
import { TOLERATED_LATENESS_MS } from './control-server.js';

/**
 * How punctual the processes in the containers were, as they say. That of the harness does not count: what happened while
 * it slept is in the captures all the same.
 */
export class SitePunctuality implements WatchedPunctuality {
  readonly toleranceMs = TOLERATED_LATENESS_MS;
  readonly #lapses = new LapseLog();
  readonly #own = this.#lapses.tolerating(TOLERATED_LATENESS_MS);

  constructor(private readonly clock: Clock) {}

  /** @param wallTime when it was noticed, ms since 1970; harness and containers share the machine's clock */
  late(wallTime: number, lateMs: number): void {
    const now = this.clock.now();
    this.#lapses.add({ at: now - (this.clock.wallTime(now) - wallTime), lateMs });
  }

  get lastLateAt(): number {
    return this.#own.lastLateAt;
  }

  worstSince(moment: number): number {
    return this.#own.worstSince(moment);
  }

  tolerating(toleranceMs: number): Punctuality {
    return this.#lapses.tolerating(toleranceMs);
  }
}

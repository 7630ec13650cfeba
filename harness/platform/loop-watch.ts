import type { Clock, Timer } from './clock.js';
import { LapseLog } from './lapse-log.js';
import type { Punctuality, WatchedPunctuality } from './punctuality.js';

/**
 * Watches how punctual timers are. A verdict that rests on nothing having happened holds only if this process was
 * awake to see it happen: a loop that was late by more than the tolerance proves nothing for that stretch of time.
 */
export class LoopWatch implements WatchedPunctuality {
  #timer: Timer | undefined;
  #expected = 0;
  readonly #lapses = new LapseLog();
  /** When the timer was due that the newest lapse is of. */
  #lapsed = Number.NaN;
  readonly #own: Punctuality;

  /**
   * @param toleranceMs lateness up to this is punctual
   * @param intervalMs how often to look; a stretch of lateness shorter than this may pass unseen
   */
  constructor(
    private readonly clock: Clock,
    readonly toleranceMs: number,
    private readonly intervalMs = toleranceMs / 2,
  ) {
    this.#own = this.tolerating(toleranceMs);
  }

  get lastLateAt(): number {
    return this.#own.lastLateAt;
  }

  worstSince(moment: number): number {
    return this.#own.worstSince(moment);
  }

  tolerating(toleranceMs: number): Punctuality {
    return this.#lapses.tolerating(toleranceMs, () => this.#look());
  }

  start(): void {
    if (this.#timer) return;
    this.#expected = this.clock.now() + this.intervalMs;
    this.#timer = this.clock.setTimer(this.intervalMs, () => this.#tick());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tick(): void {
    this.#look();
    this.#timer = undefined;
    this.start();
  }

  /** Notes a lapse; also one whose timer is due and has not had its turn yet. */
  #look(): void {
    const at = this.clock.now();
    const lateMs = at - this.#expected;
    if (!this.#timer || lateMs <= this.toleranceMs) return;
    if (this.#lapsed === this.#expected) return this.#lapses.replaceLast({ at, lateMs }); // the same one, longer by now
    this.#lapses.add({ at, lateMs });
    this.#lapsed = this.#expected;
  }
}

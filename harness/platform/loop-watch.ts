import type { Clock, Timer } from './clock.js';

/**
 * Watches how punctual timers are. A verdict that rests on nothing having happened holds only if this process was
 * awake to see it happen: a loop that was late by more than the tolerance proves nothing for that stretch of time.
 */
export class LoopWatch {
  #timer: Timer | undefined;
  #expected = 0;
  #lastLateAt = Number.NEGATIVE_INFINITY;
  #worstMs = 0;

  /**
   * @param toleranceMs lateness up to this is punctual
   * @param intervalMs how often to look; a stretch of lateness shorter than this may pass unseen
   */
  constructor(
    private readonly clock: Clock,
    readonly toleranceMs: number,
    private readonly intervalMs = toleranceMs / 2,
  ) {}

  /** The last moment, on the clock, at which the loop was found late; -Infinity if never. */
  get lastLateAt(): number {
    return this.#lastLateAt;
  }

  /** The greatest lateness found, in ms. */
  get worstMs(): number {
    return this.#worstMs;
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
    const now = this.clock.now();
    const late = now - this.#expected;
    if (late > this.#worstMs) this.#worstMs = late;
    if (late > this.toleranceMs) this.#lastLateAt = now;
    this.#timer = undefined;
    this.start();
  }
}

import type { Clock, Timer } from './clock.js';

interface Lapse {
  /** When it was found, on the clock. */
  readonly at: number;
  readonly lateMs: number;
  /** When the watch's timer was due. */
  readonly expected: number;
}

const LAPSES_KEPT = 256;

/** How punctual those were whose silence is to prove something. */
export interface Punctuality {
  /** Lateness up to this is punctual, ms. */
  readonly toleranceMs: number;
  /** The last moment, on the clock, at which lateness was found; -Infinity if never. */
  readonly lastLateAt: number;
  /** The greatest lateness found since a moment on the clock, in ms; 0 if there was none beyond the tolerance. */
  worstSince(moment: number): number;
}

/**
 * Watches how punctual timers are. A verdict that rests on nothing having happened holds only if this process was
 * awake to see it happen: a loop that was late by more than the tolerance proves nothing for that stretch of time.
 */
export class LoopWatch implements Punctuality {
  #timer: Timer | undefined;
  #expected = 0;
  readonly #lapses: Lapse[] = [];

  /**
   * @param toleranceMs lateness up to this is punctual
   * @param intervalMs how often to look; a stretch of lateness shorter than this may pass unseen
   */
  constructor(
    private readonly clock: Clock,
    readonly toleranceMs: number,
    private readonly intervalMs = toleranceMs / 2,
  ) {}

  get lastLateAt(): number {
    this.#look();
    return this.#lapses.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  }

  worstSince(moment: number): number {
    this.#look();
    return this.#lapses.reduce((worst, { at, lateMs }) => (at >= moment ? Math.max(worst, lateMs) : worst), 0);
  }

  /** The same watch for one who forgives more: lateness up to that is punctual. */
  tolerating(toleranceMs: number): Punctuality {
    const lapses = (): readonly Lapse[] => {
      this.#look();
      return this.#lapses.filter(({ lateMs }) => lateMs > toleranceMs);
    };
    return {
      toleranceMs,
      get lastLateAt() {
        return lapses().at(-1)?.at ?? Number.NEGATIVE_INFINITY;
      },
      worstSince: (moment) => lapses().reduce((worst, { at, lateMs }) => (at >= moment ? Math.max(worst, lateMs) : worst), 0),
    };
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
    const last = this.#lapses.at(-1);
    if (last?.expected === this.#expected) this.#lapses.pop(); // the same one, longer by now
    this.#lapses.push({ at, lateMs, expected: this.#expected });
    if (this.#lapses.length > LAPSES_KEPT) this.#lapses.shift();
  }
}

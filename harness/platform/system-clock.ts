import type { Clock, Timer } from './clock.js';

/** The machine's own clock. */
export class SystemClock implements Clock {
  readonly #timers = { pending: 0 };

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  now(): number {
    return performance.now();
  }

  /** As exact as the monotonic clock, which does not know how the system's was set since; that one has whole milliseconds only. */
  wallTime(at?: number): number {
    const earliest = Date.now();
    const now = performance.now();
    const latest = Date.now() + 1;
    const wall = Math.min(Math.max(performance.timeOrigin + now, earliest), latest);
    return at === undefined ? wall : wall - (now - at);
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return new SystemTimer(delayMs, callback, this.#timers);
  }
}

/** One object and no closures: a transaction takes up to four of these, and most are cancelled. */
class SystemTimer implements Timer {
  readonly #due: number;
  #callback: (() => void) | undefined;
  #handle: NodeJS.Timeout;

  constructor(
    delayMs: number,
    callback: () => void,
    private readonly timers: { pending: number },
  ) {
    timers.pending += 1;
    this.#due = performance.now() + delayMs;
    this.#callback = callback;
    this.#handle = setTimeout(SystemTimer.#fire, Math.ceil(delayMs), this);
  }

  static #fire(timer: SystemTimer): void {
    // The system's timers count whole milliseconds and come up to one too early; a wait must never be cut short.
    if (performance.now() < timer.#due) timer.#handle = setTimeout(SystemTimer.#fire, 1, timer);
    else timer.#settle()?.();
  }

  cancel(): void {
    if (this.#settle()) clearTimeout(this.#handle);
  }

  /** What was to be called; undefined where that was done or cancelled before. */
  #settle(): (() => void) | undefined {
    const callback = this.#callback;
    if (callback) this.timers.pending -= 1;
    this.#callback = undefined;
    return callback;
  }
}

import type { Clock, Timer } from './clock.js';

/** How far apart two readings of the clocks may be to count as one, ms. */
const INEXACT_MS = 0.05;
/** How often the date is looked at to see it tick: a few milliseconds in all. It may stand still, in people's tests. */
const LOOKS = 100_000;

/** The machine's own clock. */
export class SystemClock implements Clock {
  readonly #timers = { pending: 0 };
  /** Of the date over {@link now}, ms; read when it is first asked for, and again when the machine's clock was set. */
  #dateAhead: number | undefined;

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  now(): number {
    return performance.now();
  }

  /** As exact as the monotonic clock, though the system tells the date in whole milliseconds. */
  wallTime(at = this.now()): number {
    this.#dateAhead ??= dateAhead();
    const earliest = Date.now() - INEXACT_MS;
    const told = this.now() + this.#dateAhead;
    const latest = Date.now() + 1 + INEXACT_MS;
    if (told < earliest || told > latest) this.#dateAhead = dateAhead();
    return at + this.#dateAhead;
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

/**
 * How far the date is ahead of the monotonic clock, ms: both are read till the date ticks. What the platform says of it
 * (`performance.timeOrigin`) may be milliseconds off for as long as a process lives.
 */
function dateAhead(): number {
  let [earlier, date, now] = [performance.now(), Date.now(), performance.now()];
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const [beforeLast, dateBefore] = [earlier, date];
    earlier = now;
    date = Date.now();
    now = performance.now();
    // It ticked after what was read before; not where this process was held up meanwhile.
    if (date > dateBefore && now - beforeLast < INEXACT_MS) break;
  }
  return date - now;
}

import type { Clock, Timer } from './clock.js';

/** How far apart two readings of the clocks may be to count as one, ms. */
const INEXACT_MS = 0.05;
/** How long the date is looked at to see it tick, ms; and how often at most, as both clocks may stand still in people's tests. */
const LOOK_MS = 20;
const LOOKS = 100_000;

/** The machine's own clock. */
export class SystemClock implements Clock {
  readonly #timers = { pending: 0 };
  /** What was read when the date was first asked for, and again whenever the machine's clock turned out to have been set. */
  #read: DateReading | undefined;

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  now(): number {
    return performance.now();
  }

  /** Within the millisecond that the system tells; where in it, the monotonic clock says, to 50 µs. */
  wallTime(at?: number): number {
    const earliest = Date.now();
    const now = this.now();
    const latest = Date.now() + 1;
    this.#read ??= readDate();
    const told = now + this.#read.aheadMs;
    const wasSet = told < earliest - INEXACT_MS || told > latest; // a reading may be late, and never early
    if (wasSet && earliest !== this.#read.date) this.#read = readDate(); // a date that stands still needs no second look
    const wall = Math.min(Math.max(now + this.#read.aheadMs, earliest), latest);
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

/** A reading of both clocks. */
interface DateReading {
  /** How far the date is ahead of the monotonic clock, ms. */
  readonly aheadMs: number;
  /** As the system told it, in whole milliseconds. */
  readonly date: number;
}

/**
 * Reads both clocks till the date ticks. What the platform says of its beginning (`performance.timeOrigin`) may be
 * milliseconds off for as long as a process lives.
 */
function readDate(): DateReading {
  const begun = performance.now();
  let [earlier, date, now] = [begun, Date.now(), performance.now()];
  for (let looks = 0; looks < LOOKS && now - begun < LOOK_MS; looks += 1) {
    const [beforeLast, dateBefore] = [earlier, date];
    earlier = now;
    date = Date.now();
    now = performance.now();
    // It ticked after what was read before; not where this process was held up meanwhile.
    if (date > dateBefore && now - beforeLast < INEXACT_MS) break;
  }
  return { aheadMs: date - now, date };
}

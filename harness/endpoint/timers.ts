import type { Clock, Timer } from '../platform/clock.js';

/** The timers that one user agent has set, so that it can be torn down without leaving any. */
export class Timers {
  readonly #running = new Set<Timer>();

  constructor(private readonly clock: Clock) {}

  set(delayMs: number, callback: () => void): Timer {
    const inner = this.clock.setTimer(delayMs, () => {
      this.#running.delete(timer);
      callback();
    });
    const timer: Timer = {
      cancel: () => {
        this.#running.delete(timer);
        inner.cancel();
      },
    };
    this.#running.add(timer);
    return timer;
  }

  cancelAll(): void {
    for (const timer of [...this.#running]) timer.cancel();
  }
}

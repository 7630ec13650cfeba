import type { Clock, Timer } from './clock.js';

/** The machine's own clock. */
export class SystemClock implements Clock {
  #pending = 0;

  get pendingTimers(): number {
    return this.#pending;
  }

  now(): number {
    return performance.now();
  }

  wallTime(): number {
    return Date.now();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    this.#pending += 1;
    let open = true;
    const settle = (): boolean => {
      if (!open) return false;
      open = false;
      this.#pending -= 1;
      return true;
    };
    const due = performance.now() + delayMs;
    const fire = (): void => {
      // The system's timers count whole milliseconds and come up to one too early; a wait must never be cut short.
      if (performance.now() < due) handle = setTimeout(fire, 1);
      else if (settle()) callback();
    };
    let handle = setTimeout(fire, Math.ceil(delayMs));
    return {
      cancel: () => {
        if (settle()) clearTimeout(handle);
      },
    };
  }
}

/** A timer that was set. Cancelling one that fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as a port: everything that waits or stamps takes one of these, and nothing asks the system itself. */
export interface Clock {
  /** Milliseconds since an origin of the clock's own; never goes back. */
  now(): number;
  /**
   * Milliseconds since 1970-01-01 UTC, for people and files, and to compare with what others have stamped.
   * @param at of which reading of {@link now}; now, unless given
   */
  wallTime(at?: number): number;
  /** Calls back once, `delayMs` from now at the earliest. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Timers set and neither fired nor cancelled: zero when all is torn down. */
  readonly pendingTimers: number;
}

/** Resolves after a time on the given clock. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, resolve);
  });
}

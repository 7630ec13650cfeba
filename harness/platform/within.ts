import type { Clock } from './clock.js';

/** Waits for work, but no longer than that; leaves no timer. @returns whether the work was done in time */
export async function within(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(limitMs, () => resolve(false));
    work.then(() => resolve(true), reject).finally(() => timer.cancel());
  });
}

import type { VirtualClock } from './virtual-clock.js';

/**
 * Lets virtual time run until the work is done: whenever everything waits for the clock, the next timer fires.
 * Resolves or rejects as the work does.
 * @throws Error when the work still waits and no timer is left that could wake it
 */
export async function runInVirtualTime<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const outcome = work.finally(() => {
    done = true;
  });
  outcome.catch(() => {}); // it is given out below; until then nobody listens
  for (;;) {
    await nextTurn();
    if (done) return outcome;
    if (!clock.step()) throw new Error('the simulation waits for something that no timer will bring about');
  }
}

/** Resolves in a turn of the event loop of its own: when all promises that could go on have gone on. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

import type { Clock, Timer } from '../../platform/clock.js';

/** How often a container is asked whether it is still there. */
const BEAT_MS = 1_000;
/** Beats without an answer after which it is not. */
const MOST_MISSED = 10;

export const SILENT_AFTER_MS = BEAT_MS * MOST_MISSED;

/**
 * Asks again and again, one question at a time, and tells when no answer comes. A container that was stopped keeps its
 * connections, and what is asked of it may take as long as it likes: nothing else tells that it hangs. Beats are counted, and
 * no time is compared, since this very process may have slept while the answer lay in front of its door.
 */
export class Heartbeat {
  #timer: Timer | undefined;
  #isWaiting = false;
  #missed = 0;

  /** @param ask resolves with the answer; rejects where there will be none any more, which somebody else tells */
  constructor(
    private readonly clock: Clock,
    private readonly ask: () => Promise<void>,
    private readonly silent: () => void,
  ) {
    this.#await();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #await(): void {
    this.#timer = this.clock.setTimer(BEAT_MS, () => this.#beat());
  }

  #beat(): void {
    if (this.#isWaiting) this.#missed += 1;
    if (this.#missed >= MOST_MISSED) return this.silent();
    this.#await();
    if (!this.#isWaiting) this.#askOnce();
  }

  #askOnce(): void {
    this.#isWaiting = true;
    this.#missed = 0;
    this.ask().then(
      () => {
        this.#isWaiting = false;
      },
      () => this.stop(),
    );
  }
}

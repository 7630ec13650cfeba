import type { Clock, Timer } from '../platform/clock.js';

/** The timers of one transaction, by the letters that the RFC gives them. Starting one that runs starts it anew. */
export class TimerSet<Name extends string> {
  readonly #running = new Map<Name, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly fired: (name: Name) => void,
  ) {}

  start(name: Name, durationMs: number): void {
    this.stop(name);
    const timer = this.clock.setTimer(durationMs, () => {
      this.#running.delete(name);
      this.fired(name);
    });
    this.#running.set(name, timer);
  }

  stop(name: Name): void {
    this.#running.get(name)?.cancel();
    this.#running.delete(name);
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}

import type { Clock } from '../platform/clock.js';

/** Lets a few through at a time; the others wait in the order in which they came. */
export class Turnstile {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /**
   * @param places how many may be inside at once
   * @param longestMs who is inside for longer waits for something, and is taken for gone
   */
  constructor(
    private readonly clock: Clock,
    places: number,
    private readonly longestMs: number,
  ) {
    this.#free = places;
  }

  /** Resolves when there is a place, with the way to give it back; giving it back twice does nothing. */
  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    let inside = true;
    const leave = (): void => {
      if (!inside) return;
      inside = false;
      overstayed.cancel();
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
    const overstayed = this.clock.setTimer(this.longestMs, leave);
    return leave;
  }
}

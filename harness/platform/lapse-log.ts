import type { Punctuality } from './punctuality.js';

export interface Lapse {
  /** When it was found, on the clock. */
  readonly at: number;
  readonly lateMs: number;
}

const LAPSES_KEPT = 256;

/** The last times that somebody was late. */
export class LapseLog {
  readonly #lapses: Lapse[] = [];

  add(lapse: Lapse): void {
    this.#lapses.push(lapse);
    if (this.#lapses.length > LAPSES_KEPT) this.#lapses.shift();
  }

  /** The newest one has become longer. */
  replaceLast(lapse: Lapse): void {
    this.#lapses[Math.max(0, this.#lapses.length - 1)] = lapse;
  }

  /**
   * What one makes of it who forgives so much.
   * @param look called before each reading: what is late just now may not have been noted yet
   */
  tolerating(toleranceMs: number, look = (): void => {}): Punctuality {
    const lapses = (): readonly Lapse[] => {
      look();
      return this.#lapses.filter(({ lateMs }) => lateMs > toleranceMs);
    };
    return {
      toleranceMs,
      get lastLateAt() {
        return Math.max(Number.NEGATIVE_INFINITY, ...lapses().map(({ at }) => at));
      },
      worstSince: (moment) => Math.max(0, ...lapses().flatMap(({ at, lateMs }) => (at >= moment ? [lateMs] : []))),
    };
  }
}

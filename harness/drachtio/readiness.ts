import type { Applications } from './applications.js';

/** Lets others wait until applications are there. */
export class Readiness {
  readonly #waiting = new Set<{ readonly count: number; readonly there: () => void }>();

  constructor(private readonly applications: Applications) {}

  /** Resolves when so many applications have connected and asked for requests; never if they do not come. */
  of(count: number): Promise<void> {
    if (this.applications.listening >= count) return Promise.resolve();
    return new Promise((there) => {
      this.#waiting.add({ count, there });
    });
  }

  /** An application has asked for requests. */
  review(): void {
    for (const waiter of this.#waiting) {
      if (this.applications.listening < waiter.count) continue;
      this.#waiting.delete(waiter);
      waiter.there();
    }
  }
}

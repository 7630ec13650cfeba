import { PROMPT, within } from './expectation.js';

/** What arrived, in order, until somebody takes it. What nobody took by the end of a behaviour should not have come. */
export class Inbox<T> {
  readonly #items: T[] = [];
  #waiting: ((item: T) => void) | undefined;

  constructor(
    private readonly name: string,
    private readonly describe: (item: T) => string,
  ) {}

  push(item: T): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(item);
    else this.#items.push(item);
  }

  /** The oldest item that nobody took. One taker at a time. */
  next(what: string, ms: number = PROMPT): Promise<T> {
    const [item] = this.#items.splice(0, 1);
    if (item !== undefined) return Promise.resolve(item);
    const arrival = new Promise<T>((resolve) => {
      this.#waiting = resolve;
    });
    return within(arrival, `${what} at ${this.name}`, ms);
  }

  /** Takes out what meets the condition. */
  discard(condition: (item: T) => boolean): void {
    for (let at = this.#items.length - 1; at >= 0; at--) if (condition(this.#items[at] as T)) this.#items.splice(at, 1);
  }

  get untaken(): readonly string[] {
    return this.#items.map((item) => `${this.describe(item)} at ${this.name}`);
  }
}

import { setMaxListeners } from 'node:events';

/** What ends a run, or a case of it, before its time: a signal of its own that follows others. */
export class EndSignal {
  readonly #end = new AbortController();
  readonly #release: (() => void)[] = [];

  constructor() {
    setMaxListeners(0, this.#end.signal); // everything that waits listens to it
  }

  /** Aborted with the reason of whichever was first. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  follow(other: AbortSignal): void {
    const end = (): void => this.#end.abort(other.reason);
    if (other.aborted) return end();
    other.addEventListener('abort', end, { once: true });
    this.#release.push(() => other.removeEventListener('abort', end));
  }

  /** What it was for is over: the others, which outlive it, forget it. */
  release(): void {
    for (const forget of this.#release.splice(0)) forget();
  }
}

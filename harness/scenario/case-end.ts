import { setMaxListeners } from 'node:events';

/** What ends a case before its time: a signal of its own that follows others. */
export class CaseEnd {
  readonly #end = new AbortController();
  readonly #release: (() => void)[] = [];

  constructor() {
    setMaxListeners(0, this.#end.signal); // whatever waits in the case listens to it
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

  /** The case is over: the others, which outlive it, forget it. */
  release(): void {
    for (const forget of this.#release.splice(0)) forget();
  }
}

import type { AttemptWatch, WatchOptions } from './invitation-watch.js';
import type { AttemptState } from './model.js';
import type { RequestTrail } from './request-trail.js';

/** Watches a request other than INVITE: it has its final within 64·T1, or none will come (RFC 3261 §17.1.2.2, Timer F). */
export class RequestWatch implements AttemptWatch {
  readonly #end: number;

  constructor(
    private readonly trail: Pick<RequestTrail, 'outcome'>,
    private readonly options: WatchOptions,
  ) {
    this.#end = options.clock.now() + options.horizonMs;
  }

  is(state: AttemptState): boolean {
    const final = this.trail.outcome.finalAtOriginator;
    if (state === 'answered') return final !== null && final < 300;
    return state === 'rejected' && final !== null && final >= 300;
  }

  isSettled(): boolean {
    return this.trail.outcome.finalAtOriginator !== null || this.options.clock.now() >= this.#end;
  }

  quietAt(): number | undefined {
    return this.trail.outcome.finalAtOriginator === null ? this.#end : undefined;
  }

  isProven(): boolean {
    const { loop, clock, horizonMs } = this.options;
    return this.trail.outcome.finalAtOriginator !== null || (loop?.worstSince(clock.now() - horizonMs) ?? 0) === 0;
  }
}

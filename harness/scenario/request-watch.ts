import type { AttemptWatch, WatchOptions } from './invitation-watch.js';
import type { AttemptState } from './model.js';
import { ASK_AGAIN_MS } from './placed.js';
import type { RequestTrail } from './request-trail.js';

/** Watches a request other than INVITE: it has its final within 64·T1, or none will come (RFC 3261 §17.1.2.2, Timer F). */
export class RequestWatch implements AttemptWatch {
  readonly #end: number;

  /** @param begun when it was sent, on the clock */
  constructor(
    private readonly trail: Pick<RequestTrail, 'outcome' | 'isFinal'>,
    begun: number,
    private readonly options: WatchOptions,
  ) {
    this.#end = begun + options.horizonMs;
  }

  is(state: AttemptState): boolean {
    const final = this.trail.outcome.finalAtOriginator;
    if (state === 'answered') return final !== null && final < 300;
    return state === 'rejected' && final !== null && final >= 300 && this.trail.isFinal;
  }

  isSettled(): boolean {
    return this.trail.isFinal || this.options.clock.now() >= this.#end;
  }

  quietAt(): number | undefined {
    if (this.trail.isFinal) return undefined;
    const isChallenged = this.trail.outcome.finalAtOriginator !== null;
    return isChallenged ? Math.min(this.#end, this.options.clock.now() + ASK_AGAIN_MS) : this.#end;
  }

  isProven(): boolean {
    const { loop, clock, horizonMs } = this.options;
    return this.trail.outcome.finalAtOriginator !== null || (loop?.worstSince(clock.now() - horizonMs) ?? 0) === 0;
  }
}

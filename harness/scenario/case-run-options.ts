import type { Site } from '../lab/container/site.js';
import type { Engine } from '../lab/engine.js';
import type { ExternalSut } from '../lab/external-sut.js';
import type { PastCalls } from '../lab/past-calls.js';
import type { Punctuality } from '../platform/punctuality.js';
import type { Random } from '../platform/random.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { Turnstile } from './turnstile.js';

/** What a run hands to each of its cases. */
export interface CaseRunOptions {
  readonly engine: Engine;
  readonly timers: TimerValues;
  readonly horizonMs: number;
  readonly random: Random;
  /** Aborted: the case is torn down at once and `interrupted`. */
  readonly signal: AbortSignal;
  /** Undefined in virtual time, where nothing is ever late. */
  readonly loop: Punctuality | undefined;
  /** The proxy that runs already, where the case is not played by servers of our own. */
  readonly external: ExternalSut | undefined;
  /** Whether the case's servers are drachtio applications. */
  readonly drachtio: boolean;
  /** The containers to play in; undefined: everybody is in this process. */
  readonly site?: Site | undefined;
  /** The calls of the cases before this one, for a proxy that outlives them. */
  readonly past: PastCalls;
  readonly singleAddress: boolean;
  /** Passed before the case does anything, and left when it only waits: what goes on at once should not make this process late. */
  readonly turnstile: Turnstile;
}

import { type Attempt, observedOf } from '../diagnosis/attempt.js';
import { AttemptFollower } from '../diagnosis/attempt-follower.js';
import type { Clock } from '../platform/clock.js';
import type { LoopWatch } from '../platform/loop-watch.js';
import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { Recorder } from '../trace/recorder.js';
import type { AttemptState } from './model.js';

export interface AttemptStatesOptions {
  readonly trace: Recorder;
  readonly clock: Clock;
  readonly horizonMs: number;
  /** ms */
  readonly timerC: number;
  /** Undefined where time is virtual, and nothing ever late. */
  readonly loop: LoopWatch | undefined;
}

interface Followed {
  readonly originator: SocketAddress;
  readonly callId: string;
}

/** How often a horizon may start over because the loop was late, before the attempt is given up as unproven. */
const HORIZONS_AT_MOST = 6;

/** Where the attempts of a running case stand, by what the trace shows at the moment. */
export class AttemptStates {
  readonly #follower: AttemptFollower;
  readonly #followed = new Map<string, Followed>();
  readonly #unsubscribe: () => void;

  constructor(private readonly options: AttemptStatesOptions) {
    const { horizonMs, timerC, trace } = options;
    this.#follower = new AttemptFollower({ horizonMs, timerC });
    this.#unsubscribe = trace.subscribe((event) => this.#follower.add(event));
  }

  /** Follows an attempt under its label in the script. */
  follow(label: string, originator: SocketAddress, callId: string): void {
    this.#followed.set(label, { originator, callId });
  }

  stop(): void {
    this.#unsubscribe();
  }

  is(label: string, state: AttemptState): boolean {
    const attempt = this.#attempt(label);
    const final = attempt?.finalAtOriginator ?? null;
    switch (state) {
      case 'ringing':
        return attempt !== undefined && final === null && hasRung(attempt);
      case 'answered':
        return final !== null && final < 300;
      case 'rejected':
        return final !== null && final >= 300;
      case 'cancelled':
        return final === 487 && attempt?.cancelledByOriginator === true;
      case 'pending':
        return attempt !== undefined && observedOf(attempt) === 'pending' && this.isSettled(label);
    }
  }

  /** Whether nothing can change the verdict any more: the final was taken, or the horizon has passed. */
  isSettled(label: string): boolean {
    const attempt = this.#attempt(label);
    if (!attempt) return false;
    return attempt.finalAtOriginator !== null || this.options.clock.now() >= this.#horizonEnd(attempt);
  }

  /** When, on the clock, the attempt's horizon ends as things stand; undefined where time alone changes nothing. */
  quietAt(label: string): number | undefined {
    const attempt = this.#attempt(label);
    return attempt && attempt.finalAtOriginator === null ? this.#horizonEnd(attempt) : undefined;
  }

  /** Whether this process was awake for one whole horizon after the last thing that bears on the verdict. */
  isProven(label: string): boolean {
    const attempt = this.#attempt(label);
    const { clock, horizonMs, loop } = this.options;
    if (!attempt || attempt.finalAtOriginator !== null) return attempt !== undefined;
    return clock.now() - Math.max(this.#lastChange(attempt), loop?.lastLateAt ?? Number.NEGATIVE_INFINITY) >= horizonMs;
  }

  /** A late loop starts the horizon over: what was not seen while nobody looked proves nothing. */
  #horizonEnd(attempt: Attempt): number {
    const { horizonMs, loop } = this.options;
    const since = this.#lastChange(attempt);
    const disturbed = Math.max(since, loop?.lastLateAt ?? since);
    return Math.min(disturbed + horizonMs, since + HORIZONS_AT_MOST * horizonMs);
  }

  /** When the last branch ended and the hop had ACKed it; while a branch is open, when anything was last seen. On the clock. */
  #lastChange({ lastBranchEndedAt, lastSeenAt, events }: Attempt): number {
    const { clock, trace } = this.options;
    const acks = events.filter(({ kind }) => kind === 'ack').map(({ time }) => time);
    const changed = lastBranchEndedAt === null ? lastSeenAt : Math.max(lastBranchEndedAt, ...acks);
    return clock.now() - trace.elapsed + changed;
  }

  #attempt(label: string): Attempt | undefined {
    const followed = this.#followed.get(label);
    return followed && this.#follower.attempt(followed.callId, this.options.trace.elapsed);
  }
}

/** A provisional beyond 100 came in at the originator's socket. */
function hasRung({ events, originator }: Attempt): boolean {
  return events.some(
    ({ kind, status, destination, arrived }) =>
      kind === 'provisional' && (status ?? 0) > 100 && arrived !== false && sameSocketAddress(destination, originator),
  );
}

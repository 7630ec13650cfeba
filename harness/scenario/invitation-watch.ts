import { type Attempt, observedOf } from '../diagnosis/attempt.js';
import type { AttemptFollower } from '../diagnosis/attempt-follower.js';
import { cancelAnswerOf } from '../diagnosis/cancel-answer.js';
import type { Clock } from '../platform/clock.js';
import type { Punctuality } from '../platform/punctuality.js';
import { sameSocketAddress } from '../platform/socket-address.js';
import type { Recorder } from '../trace/recorder.js';
import type { AttemptState } from './model.js';
import { ASK_AGAIN_MS, isUnheard, mayMeetChallenge, type Placed } from './placed.js';

export interface WatchOptions {
  readonly trace: Pick<Recorder, 'elapsed' | 'events' | 'subscribe'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly horizonMs: number;
  /** Undefined where time is virtual, and nothing ever late. */
  readonly loop: Punctuality | undefined;
}

/** Where one attempt of a running case stands, by what the trace shows at the moment. */
export interface AttemptWatch {
  is(state: AttemptState): boolean;
  /** Whether nothing can change the verdict any more: the final was taken, or the horizon has passed. */
  isSettled(): boolean;
  /** When, on the clock, the horizon ends as things stand; undefined where time alone changes nothing. */
  quietAt(): number | undefined;
  /** Whether this process was awake for one whole horizon after the last thing that bears on the verdict. */
  isProven(): boolean;
}

/** How often a horizon may start over because the loop was late, before the attempt is given up as unproven. */
const HORIZONS_AT_MOST = 4;

/** Watches an INVITE's attempt. */
export class InvitationWatch implements AttemptWatch {
  /** @param begun when its INVITE was asked for, on the clock */
  constructor(
    private readonly call: Placed,
    private readonly begun: number,
    private readonly follower: AttemptFollower,
    private readonly options: WatchOptions,
  ) {}

  is(state: AttemptState): boolean {
    const attempt = this.#attempt();
    const final = attempt?.finalAtOriginator ?? null;
    switch (state) {
      case 'ringing':
        return attempt !== undefined && final === null && hasRung(attempt);
      case 'answered':
        return final !== null && final < 300;
      case 'rejected':
        return final !== null && final >= 300 && !mayMeetChallenge(final, this.call);
      case 'cancelled':
        return final === 487 && attempt?.cancelledByOriginator === true;
      case 'pending':
        return attempt !== undefined && observedOf(attempt) === 'pending' && this.isSettled();
    }
  }

  isSettled(): boolean {
    const attempt = this.#attempt();
    if (!attempt) return this.options.clock.now() >= this.#unseenEnd;
    return this.#isComplete(attempt) || this.options.clock.now() >= this.#horizonEnd(attempt);
  }

  quietAt(): number | undefined {
    // Asked right after one of the above: the horizon has not moved since, unless something arrived.
    const attempt = this.follower.attemptAtLastEvent(this.call.callId, this.options.trace.elapsed);
    if (!attempt) return this.#unseenEnd;
    if (this.#isComplete(attempt)) return undefined;
    const end = this.#horizonEnd(attempt);
    return isUnheard(attempt.finalAtOriginator, this.call) ? Math.min(end, this.options.clock.now() + ASK_AGAIN_MS) : end;
  }

  isProven(): boolean {
    const attempt = this.#attempt();
    const { clock, horizonMs, loop } = this.options;
    if (!attempt) return false;
    if (attempt.finalAtOriginator !== null && !awaitsCancelAnswer(attempt)) return true;
    return clock.now() - Math.max(this.#lastChange(attempt), loop?.lastLateAt ?? Number.NEGATIVE_INFINITY) >= horizonMs;
  }

  /** An INVITE that was not seen by then will not be: an endpoint that is not ours may never have sent it. */
  get #unseenEnd(): number {
    return this.begun + this.options.horizonMs;
  }

  /** A late loop starts the horizon over: what was not seen while nobody looked proves nothing. */
  #horizonEnd(attempt: Attempt): number {
    const { horizonMs, loop } = this.options;
    const since = this.#lastChange(attempt);
    const disturbed = Math.max(since, loop?.lastLateAt ?? since);
    return Math.min(disturbed + horizonMs, since + HORIZONS_AT_MOST * horizonMs);
  }

  /**
   * When the last branch ended and the hop had ACKed it; while a branch is open, or the originator has given up and
   * waits for its 487, when anything new was last seen. What is only sent again changes nothing: a telephone repeats its
   * 180 for as long as it rings (RFC 3261 §13.3.1.1). On the clock.
   */
  #lastChange({ lastBranchEndedAt, cancelledByOriginator, events }: Attempt): number {
    const { clock, trace } = this.options;
    const open = lastBranchEndedAt === null || cancelledByOriginator;
    const times = events.filter(({ kind }) => open || kind === 'ack').map(({ time }) => time);
    const changed = Math.max(lastBranchEndedAt ?? 0, ...times);
    return clock.now() - trace.elapsed + changed;
  }

  /** Nothing more is to come, and what is under way to its end is there. */
  #isComplete(attempt: Attempt): boolean {
    return isComplete(attempt) && !isUnheard(attempt.finalAtOriginator, this.call);
  }

  #attempt(): Attempt | undefined {
    return this.follower.attempt(this.call.callId, this.options.trace.elapsed);
  }
}

/** The originator has its finals, and whoever sent it the INVITE's its ACK: what is under way still belongs to the evidence. */
function isComplete(attempt: Attempt): boolean {
  const { finalAtOriginator, events } = attempt;
  if (finalAtOriginator === null || awaitsCancelAnswer(attempt)) return false;
  return !events.some(({ kind, arrived }) => kind === 'ack' && arrived === false);
}

/** A CANCEL is a transaction of its own, which may end after the INVITE's (RFC 3261 §9.1). */
function awaitsCancelAnswer(attempt: Attempt): boolean {
  return cancelAnswerOf(attempt) === null;
}

/** A provisional beyond 100 came in at the originator's socket. */
function hasRung({ events, originator }: Attempt): boolean {
  return events.some(
    ({ kind, status, destination, arrived }) =>
      kind === 'provisional' && (status ?? 0) > 100 && arrived !== false && sameSocketAddress(destination, originator),
  );
}

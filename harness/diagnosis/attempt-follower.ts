import type { TraceEvent } from '../trace/event.js';
import type { Attempt } from './attempt.js';
import { buildAttempts } from './build-attempt.js';
import type { CallGroup } from './call.js';
import { CallTable } from './call-table.js';
import type { DiagnosisOptions } from './options.js';

interface Judged {
  readonly version: number;
  readonly now: number;
  readonly attempts: readonly Attempt[];
}

/**
 * Follows a trace while it is being written, and says at any moment how an attempt stands. The same judgement as
 * {@link diagnose}, of the same evidence, so what a run waits for is what its verdict will say.
 */
export class AttemptFollower {
  readonly #table = new CallTable();
  readonly #versions = new WeakMap<CallGroup, number>();
  readonly #judged = new WeakMap<CallGroup, Judged>();

  constructor(private readonly options: Omit<DiagnosisOptions, 'end'>) {}

  /** Takes the next event; cheap, as nothing is judged before somebody asks. */
  add(event: TraceEvent): void {
    const call = this.#table.add(event);
    if (call) this.#versions.set(call.group, (this.#versions.get(call.group) ?? 0) + 1);
  }

  /**
   * The attempt that a Call-ID belongs to, on whichever leg, as things stand; undefined before its INVITE was seen.
   * @param now time of the trace, in ms
   */
  attempt(callId: string, now: number): Attempt | undefined {
    const group = this.#table.call(callId)?.group;
    const attempts = group && this.#attemptsOf(group, now);
    return (
      attempts?.findLast((attempt) => attempt.callIds[0] === callId) ?? attempts?.findLast((attempt) => attempt.callIds.includes(callId))
    );
  }

  /** As {@link attempt}, but a judgement stands until the next event of the call: for what time alone does not change. */
  attemptAtLastEvent(callId: string, now: number): Attempt | undefined {
    const group = this.#table.call(callId)?.group;
    const known = group && this.#judged.get(group);
    return this.attempt(callId, known && known.version === this.#versions.get(group) ? known.now : now);
  }

  #attemptsOf(group: CallGroup, now: number): readonly Attempt[] {
    const version = this.#versions.get(group) ?? 0;
    const known = this.#judged.get(group);
    if (known && known.version === version && known.now === now) return known.attempts;
    const attempts = buildAttempts(group, { coverage: this.#table.coverage, options: this.options, end: now });
    this.#judged.set(group, { version, now, attempts });
    return attempts;
  }
}

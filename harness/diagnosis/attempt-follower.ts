import type { TraceEvent } from '../trace/event.js';
import type { Attempt } from './attempt.js';
import { buildAttempts } from './build-attempt.js';
import { CallTable } from './call-table.js';
import type { DiagnosisOptions } from './options.js';

/** Follows a trace while it grows: the same analysis as `diagnose`, for one attempt at a time and at any moment. */
export class AttemptFollower {
  readonly #table = new CallTable();

  constructor(private readonly options: Omit<DiagnosisOptions, 'end'>) {}

  add(event: TraceEvent): void {
    this.#table.add(event);
  }

  /**
   * The attempt with a Call-ID, as seen until a moment of the trace; undefined while no INVITE of it was seen.
   * @param now in ms of the trace
   */
  attempt(callId: string, now: number): Attempt | undefined {
    const group = this.#table.call(callId)?.group;
    if (!group) return undefined;
    const evidence = { coverage: this.#table.coverage, options: this.options, end: now };
    return buildAttempts(group, evidence).find(({ callIds }) => callIds.includes(callId));
  }
}

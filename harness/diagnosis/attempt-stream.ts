import type { TraceEvent } from '../trace/event.js';
import type { Attempt } from './attempt.js';
import { buildAttempts } from './build-attempt.js';
import type { CallGroup } from './call.js';
import { CallTable } from './call-table.js';
import type { DiagnosisOptions } from './options.js';

/** How long a call that has come to its end is kept for retransmissions: twice T2 of RFC 3261, ms. */
const LINGER_MS = 8000;
const SWEEP_EVERY_MS = 1000;
/** Calls open at once beyond this are judged early, the longest silent first: memory is bounded, whatever comes. */
const MOST_OPEN_CALLS = 50_000;

/**
 * Judges the attempts of a trace of any length. Calls that are over are judged and forgotten, so memory grows with the
 * calls open at once, not with the trace.
 */
export class AttemptStream {
  readonly #table: CallTable;
  #nextSweep = Number.NEGATIVE_INFINITY;
  #sinceSweep = 0;
  /** Calls that were judged before their end, as more were open at once than can be held. */
  judgedEarly = 0;

  /** @param attempt called with every attempt, in the order in which they end */
  constructor(
    private readonly options: DiagnosisOptions,
    private readonly attempt: (attempt: Attempt) => void,
  ) {
    this.#table = new CallTable(options.keepMessages);
  }

  get openCalls(): number {
    return this.#table.size;
  }

  /** SIP messages that name neither a call nor a branch. */
  get unattributable(): number {
    return this.#table.unattributable;
  }

  /** Messages left out since their call already had more than any lawful call has. */
  get excess(): number {
    return this.#table.excess;
  }

  add(event: TraceEvent): void {
    this.#table.add(event);
    if (this.#table.size > MOST_OPEN_CALLS) this.#judgeEarly();
    this.#sinceSweep += 1;
    // A sweep looks at all open calls: it must not come more often than they do.
    if (event.time < this.#nextSweep || this.#sinceSweep < this.#table.size >> 1) return;
    this.#nextSweep = event.time + SWEEP_EVERY_MS;
    this.#sinceSweep = 0;
    this.#sweep(event.time);
  }

  /** A capture point is known to have watched until then. */
  watchedUntil(point: string, time: number): void {
    this.#table.coverage.watchedUntil(point, time);
  }

  /** A part of a capture could not be read. */
  addHole(from: number, until: number): void {
    this.#table.coverage.addHole(from, until);
  }

  /**
   * Judges what is still open, at the end of the trace.
   * @param end until when it was watched, where that is later than its last event
   */
  finish(end = Number.NEGATIVE_INFINITY): void {
    for (const group of [...this.#table.groups()]) this.#judge(group, Math.max(this.#table.lastTime, end));
  }

  #sweep(now: number): void {
    const { timerC, horizonMs } = this.options;
    for (const group of [...this.#table.groups()]) {
      const silent = now - group.lastTime;
      if (silent < LINGER_MS) continue;
      // A branch may be open for Timer C; whoever waits longer than both is past any verdict's change.
      if (silent < timerC + horizonMs + LINGER_MS && !isOver(group)) continue;
      this.#judge(group, now);
    }
  }

  #judgeEarly(): void {
    const spare = MOST_OPEN_CALLS >> 3;
    for (const group of [...this.#table.groups()].slice(0, spare)) {
      this.judgedEarly += group.calls.length;
      this.#judge(group, this.#table.lastTime);
    }
  }

  #judge(group: CallGroup, now: number): void {
    const evidence = { coverage: this.#table.coverage, options: this.options, end: Math.max(this.options.end ?? now, now) };
    for (const attempt of buildAttempts(group, evidence)) this.attempt(attempt);
    this.#table.drop(group);
  }
}

/** Every leg has had its final, and it was ACKed: only retransmissions can come. */
function isOver(group: CallGroup): boolean {
  return group.calls.every((call) =>
    [...call.legs.values()].every((leg) => leg.finals.some((final) => leg.acked(final) !== undefined || final.status < 300)),
  );
}

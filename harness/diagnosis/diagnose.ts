import type { TraceEvent } from '../trace/event.js';
import type { Attempt } from './attempt.js';
import { buildAttempts } from './build-attempt.js';
import { CallTable } from './call-table.js';
import type { DiagnosisOptions } from './options.js';

/**
 * Reads a whole trace: every attempt in it with its verdict, in the order in which they began.
 * @param events in order of time; those after `options.end` are left out, as if the watcher had gone by then
 */
export function diagnose(events: Iterable<TraceEvent>, options: DiagnosisOptions): Attempt[] {
  const table = new CallTable();
  const until = options.end ?? Number.POSITIVE_INFINITY;
  for (const event of events) if (event.time <= until) table.add(event);
  const evidence = { coverage: table.coverage, options, end: options.end ?? table.lastTime };
  const attempts = [...table.groups()].flatMap((group) => buildAttempts(group, evidence));
  return attempts.sort((one, other) => one.startedAt - other.startedAt);
}

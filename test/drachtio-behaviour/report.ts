import type { Outcome, Status } from './behaviour.js';
import type { Target } from './target.js';

export const SCHEMA_VERSION = 1;

/** What a run of the suite says to programs. `schemaVersion` rises with any incompatible change. */
export interface Report {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly server: { readonly kind: Target['kind']; readonly version: string; readonly sip: string; readonly control: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly summary: { readonly behaviours: number } & Readonly<Record<Status, number>>;
  readonly behaviours: readonly Outcome[];
}

export function makeReport(target: Target, version: string, startedAt: Date, outcomes: readonly Outcome[]): Report {
  const count = (status: Status): number => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    schemaVersion: SCHEMA_VERSION,
    server: {
      kind: target.kind,
      version,
      sip: `udp/${target.sip.address}:${target.sip.port}`,
      control: `${target.control.address}:${target.control.port}`,
    },
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    summary: {
      behaviours: outcomes.length,
      passed: count('passed'),
      failed: count('failed'),
      differs: count('differs'),
      skipped: count('skipped'),
    },
    behaviours: outcomes,
  };
}

const MARKS: Readonly<Record<Status, string>> = { passed: 'ok     ', failed: 'FAILED ', differs: 'differs', skipped: 'skipped' };

/** One outcome as a line for people, the reason below it where there is one. */
export function describeOutcome({ id, title, source, status, reason, ms }: Outcome): string {
  const line = `${MARKS[status]}  ${id}  ${title} (${source}; ${ms} ms)`;
  return reason === null ? line : `${line}\n           ${reason.replaceAll('\n', '\n           ')}`;
}

export function describeSummary({ summary, server, durationMs }: Report): string {
  const { passed, failed, differs, skipped } = summary;
  const where = `${server.kind} server ${server.version} at ${server.sip}`;
  return `${where}: ${passed} passed, ${failed} failed, ${differs} differ, ${skipped} skipped, in ${(durationMs / 1000).toFixed(1)} s`;
}

import type { Case } from './case.js';
import type { CaseResult } from './result.js';

/** Why the run did not get to a case. */
export interface NotRun {
  readonly status: 'skipped' | 'interrupted';
  readonly reason: string;
}

export const INTERRUPTED: NotRun = { status: 'interrupted', reason: 'the run was interrupted before it' };
export const BAILED: NotRun = { status: 'skipped', reason: 'the run had as many failures as --bail allows' };

/** For what an error ended the run before. */
export function cutShort(error: unknown): NotRun {
  const [what] = String((error as Partial<Error>).message ?? error).split('\n');
  return { status: 'interrupted', reason: `the run ended with an error before it: ${what}` };
}

/** The result of a case that was not played. */
export function notPlayed({ id, scenario, variant }: Case, status: 'skipped' | 'interrupted', reason: string): CaseResult {
  return { id, scenario, variant, status, reason, durationMs: 0, trace: null, attempts: [], journal: [] };
}

import type { Case } from '../scenario/case.js';
import type { AttemptResult, CaseResult, CaseStatus } from '../scenario/result.js';
import { groupBy } from './group-by.js';

/** What the attempts of one name showed under one trust profile. */
export interface MatrixCell {
  /** The different outcomes, the most frequent first. */
  readonly outcomes: readonly CellOutcome[];
  readonly cases: number;
}

export interface CellOutcome {
  /** `486`, `pending`, `200`, or `not run`. */
  readonly value: string;
  /** An originator without an account reached a gateway: the trust settings let a stranger in. */
  readonly letIn: boolean;
  readonly verdict: 'expected' | 'unexpected' | 'unsure' | 'not run';
  readonly count: number;
}

/** Trust profiles by attempts, for the scenarios of one folder. */
export interface OutcomeMatrix {
  /** The folder: `kb834477`. */
  readonly suite: string;
  /** The article or ticket, if all of them have the same; else null. */
  readonly reference: string | null;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  cell(row: string, column: string): MatrixCell | undefined;
}

/** Row of the cases that have no trust profile. */
export const NO_PROFILE = '(no profile)';

/** A case and what came of it. */
export interface JudgedCase {
  readonly case: Case;
  readonly result: CaseResult;
}

/** One matrix for each folder of scenarios, rows and columns in the order of the cases. */
export function outcomeMatrices(judged: readonly JudgedCase[]): OutcomeMatrix[] {
  const suites = groupBy(judged, ({ case: { scenario } }) => suiteOf(scenario));
  return [...suites].map(([suite, members]) => suiteMatrix(suite, members));
}

function suiteOf(scenario: string): string {
  const slash = scenario.lastIndexOf('/');
  return slash < 0 ? scenario : scenario.slice(0, slash);
}

function suiteMatrix(suite: string, members: readonly JudgedCase[]): OutcomeMatrix {
  const cells = new Map<string, CellOutcome[]>();
  const rows = new Set<string>();
  const columns = new Set<string>();
  for (const member of members) {
    const row = member.case.trust ?? NO_PROFILE;
    for (const [column, outcome] of outcomesOf(member)) {
      rows.add(row);
      columns.add(column);
      const key = cellKey(row, column);
      cells.set(key, [...(cells.get(key) ?? []), outcome]);
    }
  }
  const references = new Set(members.map(({ case: { reference } }) => reference));
  return {
    suite,
    reference: references.size === 1 ? ([...references][0] ?? null) : null,
    rows: [...rows],
    columns: [...columns],
    cell: (row, column) => {
      const outcomes = cells.get(cellKey(row, column));
      return outcomes && { outcomes: merge(outcomes), cases: outcomes.length };
    },
  };
}

function cellKey(row: string, column: string): string {
  return JSON.stringify([row, column]);
}

/** An outcome for each attempt that something is expected of; cases that were not run have no attempts to show. */
function outcomesOf({ case: played, result }: JudgedCase): [column: string, outcome: CellOutcome][] {
  const expected = new Set(played.expectations.map(({ label }) => label));
  return played.steps.flatMap((step): [string, CellOutcome][] => {
    if ((step.verb !== 'invite' && step.verb !== 'message') || !expected.has(step.label)) return [];
    const attempt = result.attempts.find(({ label }) => label === step.title);
    return [[step.title, attempt ? outcomeOf(attempt, played, result) : { value: 'not run', letIn: false, verdict: 'not run', count: 1 }]];
  });
}

function outcomeOf(attempt: AttemptResult, played: Case, result: CaseResult): CellOutcome {
  const value = attempt.observed === null ? 'nothing' : String(attempt.observed);
  return { value, letIn: isLetIn(attempt, played), verdict: verdictOf(attempt, result), count: 1 };
}

function verdictOf(attempt: AttemptResult, { status, attempts }: CaseResult): CellOutcome['verdict'] {
  const asExpected = (one: AttemptResult): boolean =>
    one.expected.length === 0 || (one.observed !== null && one.expected.includes(one.observed));
  const whenFailed = (): CellOutcome['verdict'] => {
    if (!asExpected(attempt)) return 'unexpected';
    // The values are right, so something beside them is not: the loss, who was reached, what was shown.
    return attempts.every(asExpected) ? 'unexpected' : 'expected';
  };
  const verdicts: Record<CaseStatus, () => CellOutcome['verdict']> = {
    passed: () => 'expected',
    failed: whenFailed,
    inconclusive: () => 'unsure',
    skipped: () => 'not run',
    interrupted: () => 'not run',
  };
  return verdicts[status]();
}

function isLetIn({ originator, reached }: AttemptResult, { participants }: Case): boolean {
  const who = participants.find(({ name }) => name === originator);
  if (!who || who.account || who.role === 'gateway') return false;
  return participants.some(({ name, role }) => role === 'gateway' && reached.includes(name));
}

function merge(outcomes: readonly CellOutcome[]): CellOutcome[] {
  const groups = groupBy(outcomes, ({ value, letIn, verdict }) => JSON.stringify([value, letIn, verdict]));
  return [...groups.values()]
    .flatMap((group) => (group[0] ? [{ ...group[0], count: group.length }] : []))
    .sort((one, other) => other.count - one.count);
}

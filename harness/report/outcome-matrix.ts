import type { Case } from '../scenario/case.js';
import type { Expectation } from '../scenario/model.js';
import type { AttemptResult, CaseResult, CaseStatus } from '../scenario/result.js';
import { groupBy } from './group-by.js';
import { observedText } from './observed-text.js';

/** What the attempts of one name showed under one trust profile. */
export interface MatrixCell {
  /** The different outcomes, the most frequent first. */
  readonly outcomes: readonly CellOutcome[];
  readonly cases: number;
}

export type Verdict = 'expected' | 'unexpected' | 'unsure' | 'not run';

/** One value that was observed, and how the cases that showed it were judged. */
export interface CellOutcome {
  /** `486`, `pending`, `200`; `not seen` where the trace does not have the attempt, `not run`. */
  readonly value: string;
  /** An originator without an account reached a gateway: the trust settings let a stranger in. */
  readonly letIn: boolean;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  readonly count: number;
}

/** What one attempt of one case showed. */
interface AttemptOutcome extends Pick<CellOutcome, 'value' | 'letIn'> {
  readonly verdict: Verdict;
}

const NOT_RUN: AttemptOutcome = { value: 'not run', letIn: false, verdict: 'not run' };

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
const NO_PROFILE = '(no profile)';

/** A case and what came of it. */
export interface JudgedCase {
  readonly case: Case;
  readonly result: CaseResult;
}

/** One matrix for each folder of scenarios. */
export function outcomeMatrices(judged: readonly JudgedCase[]): OutcomeMatrix[] {
  const suites = groupBy(broadestFirst(judged), ({ case: { scenario } }) => suiteOf(scenario));
  return [...suites].map(([suite, members]) => suiteMatrix(suite, members));
}

function suiteOf(scenario: string): string {
  const slash = scenario.lastIndexOf('/');
  return slash < 0 ? scenario : scenario.slice(0, slash);
}

/** The scenario with the most trust profiles is what its folder is about; those with fewer look at something beside it. */
export function broadestFirst<Judged extends Pick<JudgedCase, 'case'>>(judged: readonly Judged[]): Judged[] {
  const groups = [...groupBy(judged, ({ case: { scenario } }) => scenario).values()];
  const breadth = (group: readonly Judged[]): number => new Set(group.map(({ case: { trust } }) => trust)).size;
  return groups.sort((one, other) => breadth(other) - breadth(one)).flat();
}

function suiteMatrix(suite: string, members: readonly JudgedCase[]): OutcomeMatrix {
  const cells = new Map<string, AttemptOutcome[]>();
  const rows = new Set<string>();
  const columns = new ColumnNames();
  for (const member of members) {
    const row = member.case.trust ?? NO_PROFILE;
    for (const { title, outcome } of outcomesOf(member)) {
      rows.add(row);
      const key = cellKey(row, columns.nameFor(title, member.case.scenario, members));
      cells.set(key, [...(cells.get(key) ?? []), outcome]);
    }
  }
  const references = new Set(members.map(({ case: { reference } }) => reference));
  return {
    suite,
    reference: references.size === 1 ? ([...references][0] ?? null) : null,
    rows: [...rows],
    columns: columns.names,
    cell: (row, column) => {
      const outcomes = cells.get(cellKey(row, column));
      return outcomes && { outcomes: merge(outcomes), cases: outcomes.length };
    },
  };
}

/**
 * A column for each title. A scenario whose attempt of the same title is expected to end otherwise under the same profile
 * looks at another thing, and gets a column of its own that names it.
 */
class ColumnNames {
  /** For each column what is expected in each row. */
  readonly #columns = new Map<string, Map<string, string>>();
  readonly #chosen = new Map<string, string>();

  get names(): string[] {
    return [...this.#columns.keys()];
  }

  nameFor(title: string, scenario: string, members: readonly JudgedCase[]): string {
    const key = cellKey(scenario, title);
    const name = this.#chosen.get(key) ?? this.#choose(title, scenario, members);
    this.#chosen.set(key, name);
    return name;
  }

  #choose(title: string, scenario: string, members: readonly JudgedCase[]): string {
    const wanted = expectedByRow(title, scenario, members);
    const present = this.#columns.get(title);
    const agrees = present === undefined || [...wanted].every(([row, values]) => (present.get(row) ?? values) === values);
    const name = agrees ? title : `${title} (${scenario.slice(scenario.lastIndexOf('/') + 1)})`;
    this.#columns.set(name, new Map([...(this.#columns.get(name) ?? []), ...wanted]));
    return name;
  }
}

function expectedByRow(title: string, scenario: string, members: readonly JudgedCase[]): Map<string, string> {
  const own = members.filter(({ case: played }) => played.scenario === scenario);
  const rows = groupBy(own, ({ case: { trust } }) => trust ?? NO_PROFILE);
  const expected = (cases: readonly JudgedCase[]): string => {
    const values = cases.flatMap(({ case: played }) => expectationOf(title, played)?.observed.map(String) ?? []);
    return [...new Set(values)].sort().join();
  };
  return new Map([...rows].map(([row, cases]) => [row, expected(cases)]));
}

function expectationOf(title: string, { steps, expectations }: Case): Expectation | undefined {
  const step = steps.find((one) => 'title' in one && one.title === title);
  return expectations.find(({ label }) => label === step?.label);
}

function cellKey(row: string, column: string): string {
  return JSON.stringify([row, column]);
}

/** An outcome for each attempt that something is expected of; cases that were not run have no attempts to show. */
function outcomesOf({ case: played, result }: JudgedCase): { title: string; outcome: AttemptOutcome }[] {
  const titles = played.steps.flatMap((step) => ('title' in step && expectationOf(step.title, played) ? [step.title] : []));
  return titles.map((title) => {
    const attempt = result.attempts.find(({ label }) => label === title);
    return { title, outcome: attempt ? outcomeOf(attempt, played, result) : NOT_RUN };
  });
}

function outcomeOf(attempt: AttemptResult, played: Case, result: CaseResult): AttemptOutcome {
  const verdict = verdictOf(attempt, result);
  if (verdict === 'not run') return NOT_RUN;
  return { value: observedText(attempt.observed), letIn: isLetIn(attempt, played), verdict };
}

function verdictOf(attempt: AttemptResult, { status, attempts }: CaseResult): Verdict {
  const asExpected = (one: AttemptResult): boolean =>
    one.expected.length === 0 || (one.observed !== null && one.expected.includes(one.observed));
  const whenFailed = (): Verdict => {
    if (!asExpected(attempt)) return 'unexpected';
    // The values are right, so something beside them is not: the loss, who was reached, what was shown.
    return attempts.every(asExpected) ? 'unexpected' : 'expected';
  };
  const verdicts: Record<CaseStatus, () => Verdict> = {
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

function merge(outcomes: readonly AttemptOutcome[]): CellOutcome[] {
  const groups = groupBy(outcomes, ({ value, letIn }) => JSON.stringify([value, letIn]));
  return [...groups.values()]
    .flatMap((group) => (group[0] ? [{ value: group[0].value, letIn: group[0].letIn, verdicts: tally(group), count: group.length }] : []))
    .sort((one, other) => other.count - one.count);
}

function tally(group: readonly AttemptOutcome[]): CellOutcome['verdicts'] {
  return Object.fromEntries([...groupBy(group, ({ verdict }) => verdict)].map(([verdict, members]) => [verdict, members.length]));
}

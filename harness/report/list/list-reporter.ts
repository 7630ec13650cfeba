import { countText } from '../../diagnosis/wording.js';
import type { Case } from '../../scenario/case.js';
import type { AttemptResult } from '../../scenario/result.js';
import type { CaseFinished, RunEvent, RunFinished, RunStarted } from '../../scenario/run-events.js';
import { type Glyphs, glyphsFor } from '../glyphs.js';
import { drawMatrix } from '../matrix-view.js';
import { broadestFirst, outcomeMatrices } from '../outcome-matrix.js';
import { type Palette, paletteFor } from '../palette.js';
import type { Reporter } from '../reporter.js';
import type { Terminal } from '../terminal.js';
import { wrapText } from '../text-layout.js';
import { attemptView, screenLines, type ViewContext } from './attempt-view.js';
import { caseLine, lossText, tellingAttempts } from './case-text.js';
import { failureView } from './failure-view.js';
import { ProgressLine } from './progress.js';
import { summaryLines } from './summary.js';

export interface ListOptions {
  readonly terminal: Terminal;
  /** `busyhere 0.1.0` */
  readonly tool: string;
  /** Whether every judged attempt is drawn. */
  readonly ladders: boolean;
  /** The command that runs the whole again. */
  readonly replay: string;
  /** The command that runs one case again. */
  replayOf(one: Case): string;
}

/** Failures told at length at the end; of the others only the line, else nobody finds the summary. */
const SHOWN_FAILURES = 10;
/** On a live terminal the lines of passed cases stay only where they are few. */
const KEPT_LINES = 24;
/** Room for `not seen`, and for `pending, 486`. */
const OUTCOME_WIDTH = 8;
const OUTCOMES_WIDTH = 14;

/** The report for people: lines while the run goes, then the matrix, failures and a summary. */
export class ListReporter implements Reporter {
  readonly name = 'list';
  readonly #glyphs: Glyphs;
  readonly #palette: Palette;
  readonly #progress: ProgressLine;
  readonly #context: ViewContext;
  readonly #finished: CaseFinished[] = [];
  readonly #running = new Set<string>();
  #cases: readonly Case[] = [];
  #onlyScenario: string | null = null;

  constructor(private readonly options: ListOptions) {
    const { terminal } = options;
    this.#glyphs = glyphsFor(terminal.hasUnicode);
    this.#palette = paletteFor(terminal);
    this.#progress = new ProgressLine(terminal, this.#glyphs.ellipsis);
    this.#context = { terminal, glyphs: this.#glyphs, palette: this.#palette };
  }

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'runStarted':
        return this.#started(event);
      case 'caseStarted':
        this.#running.add(event.case.id);
        return this.#showProgress();
      case 'caseFinished':
        return this.#caseFinished(event);
      case 'runFinished':
        return this.#runFinished(event);
    }
  }

  abandon(): void {
    this.#progress.clear();
  }

  #started({ cases, engine, sut, timers, seed }: RunStarted): void {
    this.#cases = cases;
    const told = [countText(cases.length, 'case'), engine, sut, `${timers} timers`, `seed ${seed}`].join(` ${this.#glyphs.dot} `);
    this.#lines(['', `  ${this.#palette.heading(this.options.tool)}  ${this.#palette.faint(told)}`, '']);
    const [first] = cases;
    if (first && cases.every(({ scenario }) => scenario === first.scenario)) {
      this.#onlyScenario = first.scenario;
      this.#lines([
        `  ${first.scenario}`,
        ...wrapText(this.#glyphs.text(first.title), this.options.terminal.columns - 3).map((line) => `  ${line}`),
        '',
      ]);
    }
  }

  #caseLine(one: CaseFinished): string {
    const judged = Math.max(...this.#cases.map(({ expectations }) => expectations.length));
    const outcomeWidth = judged > 1 ? OUTCOMES_WIDTH : OUTCOME_WIDTH;
    const options = { ...this.#context, columns: this.options.terminal.columns, outcomeWidth, scenario: this.#onlyScenario };
    return caseLine(one, options);
  }

  #caseFinished(event: CaseFinished): void {
    this.#finished.push(event);
    this.#running.delete(event.case.id);
    this.#progress.clear();
    const keep = !this.options.terminal.isLive || this.#cases.length <= KEPT_LINES || event.result.status !== 'passed';
    if (keep || this.options.ladders) this.#lines([this.#caseLine(event)]);
    if (this.options.ladders) {
      const judged = event.result.attempts.filter(({ expected }) => expected.length > 0);
      this.#lines(
        judged.flatMap((attempt) => [`    ${this.#glyphs.text(attempt.label)}`, ...attemptView(event, attempt, this.#context), '']),
      );
    }
    this.#showProgress();
  }

  #showProgress(): void {
    const failed = this.#finished.filter(({ result }) => result.status === 'failed').length;
    const counts = `${this.#finished.length}/${this.#cases.length}${failed > 0 ? `, ${failed} failed` : ''}`;
    const [first = ''] = this.#running;
    this.#progress.show(`  ${this.#glyphs.bullet} ${counts}  ${first}`, this.#palette.faint);
  }

  #runFinished({ result }: RunFinished): void {
    this.#progress.clear();
    const byId = new Map(result.cases.map((one) => [one.id, one]));
    const judged = this.#cases.flatMap((one) => {
      const caseResult = byId.get(one.id);
      return caseResult ? [{ case: one, result: caseResult }] : [];
    });
    for (const matrix of this.#finished.length > 0 ? outcomeMatrices(judged) : []) {
      const title = [matrix.reference, matrix.suite === matrix.reference?.toLowerCase() ? null : matrix.suite].filter(
        (part) => part !== null,
      );
      this.#lines(['', `  ${this.#palette.heading(title.join(` ${this.#glyphs.dot} `))}`, '']);
      this.#lines(drawMatrix(matrix, { width: this.options.terminal.columns, glyphs: this.#glyphs, palette: this.#palette }));
    }
    this.#lines(['', ...this.#expectedLoss(), ...this.#failures(), ...summaryLines(result, this.options.replay, this.#context), '']);
  }

  /** One ladder of a response that was lost as expected: the fault, seen. */
  #expectedLoss(): string[] {
    if (this.options.ladders) return [];
    const isLoss = ({ result }: CaseFinished): boolean =>
      result.status === 'passed' &&
      result.attempts.some(({ observed, expected }) => observed === 'pending' && expected.includes('pending'));
    const shown = broadestFirst(this.#inOrder()).find(isLoss);
    const [attempt] = shown ? tellingAttempts(shown.result).filter(({ observed }) => observed === 'pending') : [];
    if (!shown || !attempt) return [];
    const what = `Where the ${attempt.finalAtCallee ?? 'response'} ended`;
    const where = [shown.case.trust, attempt.label, attempt.loss && lossText(attempt.loss)].filter((part) => part !== null);
    const title = `  ${this.#palette.heading(what)}  ${this.#palette.faint(this.#glyphs.text(where.join(` ${this.#glyphs.dot} `)))}`;
    return [title, '', ...attemptView(shown, attempt, this.#context), '', ...this.#delivered(shown, attempt)];
  }

  /** Beside the loss, what the originator's screen says in the same case under another profile: the difference that the fault makes. */
  #delivered(lost: CaseFinished, { label }: AttemptResult): string[] {
    const others = ({ variant }: Case): string => JSON.stringify({ ...variant, trust: null });
    const siblings = this.#inOrder().filter(({ case: one }) => one.scenario === lost.case.scenario && others(one) === others(lost.case));
    const place = siblings.indexOf(lost);
    for (const { case: played, result } of [...siblings.slice(0, place).reverse(), ...siblings.slice(place)]) {
      const attempt = result.attempts.find((one) => one.label === label && typeof one.observed === 'number' && one.shown !== null);
      if (!attempt || result.status !== 'passed') continue;
      const where = [played.trust, label].filter((part) => part !== null).join(` ${this.#glyphs.dot} `);
      const title = `  ${this.#palette.heading(`Where the ${attempt.observed} arrives`)}  ${this.#palette.faint(this.#glyphs.text(where))}`;
      return [title, '', ...screenLines(attempt, this.#context), ''];
    }
    return [];
  }

  /** The finished cases in the order of the run's cases, whichever ended first. */
  #inOrder(): CaseFinished[] {
    const places = new Map(this.#cases.map(({ id }, index) => [id, index]));
    const placeOf = ({ case: { id } }: CaseFinished): number => places.get(id) ?? 0;
    return [...this.#finished].sort((one, other) => placeOf(one) - placeOf(other));
  }

  #failures(): string[] {
    const unexpected = this.#inOrder().filter(({ result }) => result.status === 'failed' || result.status === 'inconclusive');
    if (unexpected.length === 0) return [];
    const shown = unexpected.slice(0, SHOWN_FAILURES);
    const rest = unexpected.slice(SHOWN_FAILURES).map((one) => this.#caseLine(one));
    return [
      `  ${this.#palette.heading(unexpected.some(({ result }) => result.status === 'failed') ? 'Not as expected' : 'Not to be judged')}`,
      '',
      ...shown.flatMap((one, index) => failureView(one, index + 1, (played) => this.options.replayOf(played), this.#context)),
      ...(rest.length > 0 ? [`  and ${rest.length} more:`, ...rest, ''] : []),
    ];
  }

  #lines(lines: readonly string[]): void {
    if (lines.length > 0) this.options.terminal.write(`${lines.join('\n')}\n`);
  }
}

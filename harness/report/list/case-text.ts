import type { AttemptResult, CaseResult, CaseStatus, LossResult } from '../../scenario/result.js';
import type { CaseFinished } from '../../scenario/run-events.js';
import type { Glyphs } from '../glyphs.js';
import { observedText } from '../observed-text.js';
import type { Palette } from '../palette.js';
import { cutText, durationText, widthOf } from '../text-layout.js';

export interface CaseLineOptions {
  readonly glyphs: Glyphs;
  readonly palette: Palette;
  readonly columns: number;
  /** Width of the column of outcomes. */
  readonly outcomeWidth: number;
  /** Named in the heading already, so that only the variant is told; null: the whole id. */
  readonly scenario: string | null;
}

/** What stands in the column of outcomes where nothing was observed; it is narrow. */
const SHORT_STATUS: Readonly<Record<CaseStatus, string>> = {
  passed: 'passed',
  failed: 'failed',
  inconclusive: 'unclear',
  skipped: 'skipped',
  interrupted: 'stopped',
};

/** `✓ 486      kb834477/second-invitation[trust=no-trust,…]  21 ms`; the time only where there is room for it. */
export function caseLine(
  { result }: Pick<CaseFinished, 'result'>,
  { glyphs, palette, columns, outcomeWidth, scenario }: CaseLineOptions,
): string {
  const judged = result.attempts.filter(({ expected }) => expected.length > 0);
  const outcome = [...new Set(judged.map(({ observed }) => observedText(observed)))].join(', ') || SHORT_STATUS[result.status];
  const variant = Object.entries(result.variant).map(([axis, value]) => `${axis}=${value}`);
  const name = scenario === result.scenario && variant.length > 0 ? variant.join(', ') : result.id;
  const body = `${cutText(outcome, outcomeWidth, glyphs.ellipsis).padEnd(outcomeWidth)}  ${glyphs.text(name)}`;
  const time = durationText(result.durationMs);
  const hasRoom = 4 + widthOf(body) + 2 + widthOf(time) < columns;
  return `  ${statusSign(result.status, glyphs, palette)} ${body}${hasRoom ? `  ${palette.faint(time)}` : ''}`;
}

export function statusSign(status: CaseStatus, glyphs: Glyphs, palette: Palette): string {
  const signs: Record<CaseStatus, string> = {
    passed: palette.good(glyphs.passed),
    failed: palette.bad(glyphs.failed),
    inconclusive: palette.unsure(glyphs.unsure),
    skipped: palette.faint(glyphs.notRun),
    interrupted: palette.faint(glyphs.notRun),
  };
  return signs[status];
}

/** `swallowed at lcs`, `lost-on-wire between lcs and bob` */
export function lossText({ kind, hop, between }: LossResult): string {
  if (hop !== null) return `${kind} at ${hop}`;
  return between ? `${kind} between ${between[0]} and ${between[1]}` : kind;
}

/** The attempts of a case that a reader wants to see: those not as expected, else those that lost a response, else those judged. */
export function tellingAttempts({ attempts }: CaseResult): AttemptResult[] {
  const judged = attempts.filter(({ expected }) => expected.length > 0);
  const unexpected = judged.filter(({ observed, expected }) => observed === null || !expected.includes(observed));
  if (unexpected.length > 0) return unexpected;
  const lossy = judged.filter(({ loss }) => loss !== null);
  return lossy.length > 0 ? lossy : judged;
}

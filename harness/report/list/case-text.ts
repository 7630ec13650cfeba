import type { AttemptResult, CaseResult, CaseStatus, LossResult } from '../../scenario/result.js';
import type { CaseFinished } from '../../scenario/run-events.js';
import type { Glyphs } from '../glyphs.js';
import type { Palette } from '../palette.js';
import { durationText } from '../text-layout.js';

/** `✓ kb834477/second-invitation[…]  486  21 ms` */
export function caseLine({ result }: Pick<CaseFinished, 'result'>, glyphs: Glyphs, palette: Palette): string {
  const outcome = result.attempts.filter(({ expected }) => expected.length > 0).map(({ observed }) => observed ?? 'nothing');
  const told = [outcome.join(', '), durationText(result.durationMs)].filter((part) => part !== '').join(` ${glyphs.dot} `);
  return `  ${statusSign(result.status, glyphs, palette)} ${glyphs.text(result.id)}  ${palette.faint(told)}`;
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

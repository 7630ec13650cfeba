import { countText } from '../../diagnosis/wording.js';
import type { CaseStatus, RunResult } from '../../scenario/result.js';
import { skipReasons } from '../skip-reasons.js';
import { durationText, hangingText } from '../text-layout.js';
import type { ViewContext } from './attempt-view.js';

/** How the run ended, in what time, and how to have it again. */
export function summaryLines(result: RunResult, replay: string, context: ViewContext): string[] {
  const { glyphs, palette } = context;
  const { summary } = result;
  const paints: [CaseStatus, string, (text: string) => string][] = [
    ['failed', 'failed', palette.bad],
    ['inconclusive', 'inconclusive', palette.unsure],
    ['interrupted', 'interrupted', palette.unsure],
    ['skipped', 'skipped', palette.faint],
    ['passed', 'passed', palette.good],
  ];
  const counts = paints.filter(([status]) => summary[status] > 0).map(([status, word, paint]) => paint(`${summary[status]} ${word}`));
  const total = `${countText(summary.cases, 'case')} in ${durationText(result.durationMs)}`;
  return [
    `  ${headline(result, glyphs.passed, glyphs.failed, palette)}`,
    '',
    `  ${palette.faint('cases ')}  ${counts.join(', ') || 'none'} (${total})`,
    ...skippedLines(result, context),
    `  ${palette.faint('engine')}  ${result.engine}, ${result.sut}, ${result.timers} timers, horizon ${durationText(result.horizonMs)}`,
    `  ${palette.faint('seed  ')}  ${result.seed}`,
    `  ${palette.faint('replay')}  ${replay}`, // in one piece, to be copied
  ];
}

/** Why cases were not run, each reason once. */
function skippedLines({ cases }: RunResult, { glyphs, palette, terminal }: ViewContext): string[] {
  const reasons = skipReasons(cases.flatMap(({ status, reason }) => (status === 'skipped' ? [reason ?? ''] : [])));
  const lead = '  skipped ';
  return reasons.flatMap((reason) =>
    hangingText(lead, glyphs.text(reason), terminal.columns - 1).map((line, index) =>
      index === 0 ? `  ${palette.faint('skipped')} ${line.slice(lead.length)}` : line,
    ),
  );
}

function headline({ summary }: RunResult, good: string, bad: string, palette: ViewContext['palette']): string {
  if (summary.failed > 0) return palette.bad(`${bad} ${summary.failed} of ${summary.cases} not as expected`);
  if (summary.interrupted > 0) return palette.unsure(`? interrupted: ${summary.passed} of ${summary.cases} as expected so far`);
  if (summary.inconclusive > 0) return palette.unsure(`? ${summary.inconclusive} of ${summary.cases} could not be judged`);
  if (summary.skipped > 0 && summary.skipped === summary.cases) return palette.bad(`${bad} no case was run`);
  if (summary.skipped > 0) return palette.unsure(`? ${summary.passed} of ${summary.cases} as expected, the others were not run`);
  return palette.good(summary.cases === 1 ? `${good} as expected` : `${good} all ${summary.cases} as expected`);
}

import type { Case } from '../../scenario/case.js';
import type { CaseFinished } from '../../scenario/run-events.js';
import { wrapText } from '../text-layout.js';
import { attemptView, type ViewContext } from './attempt-view.js';
import { statusSign, tellingAttempts } from './case-text.js';

/** All that helps to understand a case that is not as expected: why, the ladder, the capture, the files of programs, how to replay it. */
export function failureView(finished: CaseFinished, number: number, replayOf: (one: Case) => string, context: ViewContext): string[] {
  const { glyphs, palette, terminal } = context;
  const { result } = finished;
  const title = `  ${number}) ${statusSign(result.status, glyphs, palette)} ${palette.heading(glyphs.text(result.id))}`;
  const reason = wrapText(glyphs.text(result.reason ?? result.status), terminal.columns - 5).map((line) => palette.bad(`    ${line}`));
  const attempts = tellingAttempts(result).flatMap((attempt) => ['', ...attemptView(finished, attempt, context)]);
  const capture = result.trace === null ? [] : [`    ${palette.faint('capture')}  ${result.trace}`];
  const files = (result.programs ?? []).flatMap(({ files }) => (files === null ? [] : [`    ${palette.faint('files')}    ${files}`]));
  const replay = `    ${palette.faint('replay')}   ${replayOf(finished.case)}`; // in one piece, to be copied
  return [title, ...reason, ...attempts, ...capture, ...new Set(files), replay, ''];
}

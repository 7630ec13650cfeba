import type { AttemptResult, JournalEntry } from '../../scenario/result.js';
import type { CaseFinished } from '../../scenario/run-events.js';
import type { Glyphs } from '../glyphs.js';
import { drawLadder } from '../ladder.js';
import type { Palette } from '../palette.js';
import type { Terminal } from '../terminal.js';
import { hangingText } from '../text-layout.js';
import { lossText } from './case-text.js';

export interface ViewContext {
  readonly terminal: Terminal;
  readonly glyphs: Glyphs;
  readonly palette: Palette;
}

/** The ladder of an attempt, and below it where its response ended and which setting decided so. */
export function attemptView(finished: CaseFinished, attempt: AttemptResult, context: ViewContext): string[] {
  return [...ladderOf(finished, attempt, context), ...explanation(finished, attempt, context), ...screenLines(attempt, context)];
}

/** What the originator's screen says, if anything. */
export function screenLines({ originator, shown }: AttemptResult, context: ViewContext): string[] {
  return shown === null ? [] : labelled('screen', `${originator} reads: “${shown}”`, context);
}

function labelled(label: string, text: string, { glyphs, palette, terminal }: ViewContext): string[] {
  const [first = '', ...further] = hangingText(`    ${label.padEnd(8)} `, glyphs.text(text), terminal.columns - 1);
  return [first.replace(label, palette.faint(label)), ...further];
}

function ladderOf({ evidence }: CaseFinished, { label }: AttemptResult, { terminal, glyphs, palette }: ViewContext): string[] {
  const traced = evidence.attempts.find((one) => one.label === label);
  if (!traced) return [];
  const lines = drawLadder(traced.attempt, {
    width: terminal.columns,
    glyphs,
    nameOf: (address) => evidence.nameOf(address),
    emphasise: palette.striking,
    fade: palette.faint,
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

/** Where the response was lost, and the setting that decided so. */
function explanation({ result }: CaseFinished, { loss }: AttemptResult, context: ViewContext): string[] {
  if (!loss) return [];
  const decision = decisiveEntry(result.journal, loss.hop);
  return [
    ...labelled('lost', `${lossText(loss)} (${loss.certainty}): ${loss.reason}`, context),
    ...(decision ? labelled('setting', decision.setting, context) : []),
    ...(decision ? labelled('decision', `${decision.decision}: ${decision.reason}`, context) : []),
  ];
}

/** The decision by which the hop kept the response back. */
function decisiveEntry(journal: readonly JournalEntry[], hop: string | null): JournalEntry | undefined {
  return journal.find(({ server, decision }) => server === hop && decision.startsWith('absorb'));
}

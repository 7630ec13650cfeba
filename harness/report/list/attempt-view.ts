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
  const { palette, glyphs, terminal } = context;
  return [...ladderOf(finished, attempt, context), ...explanation(finished, attempt).flatMap(([label, text]) => labelled(label, text))];

  function labelled(label: string, text: string): string[] {
    const [first = '', ...further] = hangingText(`    ${label.padEnd(8)} `, glyphs.text(text), terminal.columns - 1);
    return [first.replace(label, palette.faint(label)), ...further];
  }
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

function explanation({ result }: CaseFinished, { loss, shown, originator }: AttemptResult): [label: string, text: string][] {
  const told: [string, string][] = [];
  if (loss) told.push(['lost', `${lossText(loss)} (${loss.certainty}): ${loss.reason}`]);
  const decision = loss && decisiveEntry(result.journal, loss.hop);
  if (decision) told.push(['setting', `${decision.setting}: ${decision.decision}. ${decision.reason}`]);
  if (shown !== null) told.push(['screen', `${originator} reads: ${shown}`]);
  return told;
}

/** The decision by which the hop kept the response back. */
function decisiveEntry(journal: readonly JournalEntry[], hop: string | null): JournalEntry | undefined {
  return journal.find(({ server, decision }) => server === hop && decision.startsWith('absorb'));
}

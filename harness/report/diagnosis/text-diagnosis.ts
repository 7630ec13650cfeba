import type { Attempt } from '../../diagnosis/attempt.js';
import type { CaptureDiagnosis } from '../../diagnosis/diagnose-captures.js';
import { USUAL_CAUSES } from '../../diagnosis/usual-causes.js';
import { countText, harmless } from '../../diagnosis/wording.js';
import { formatSocketAddress } from '../../platform/socket-address.js';
import type { Glyphs } from '../glyphs.js';
import { drawLadder } from '../ladder.js';
import type { Palette } from '../palette.js';
import type { Terminal } from '../terminal.js';
import { hangingText } from '../text-layout.js';
import { hasTrouble } from './attempt-filter.js';
import { finalsText, isFollowedInPart, lossPlace, outcomeText } from './attempt-words.js';
import type { DiagnosisReporter } from './diagnosis-reporter.js';
import { proofOf } from './proof.js';

export interface TextDiagnosisOptions {
  readonly terminal: Terminal;
  readonly glyphs: Glyphs;
  readonly palette: Palette;
  /** Of all attempts, not only of those that lost something. */
  readonly ladders: boolean;
  /** With the credentials in the messages that are shown as proof, where messages were kept. */
  readonly showCredentials: boolean;
}

/** Tells people: a line for each attempt, and for each lost response where, how, why, and its ladder. */
export class TextDiagnosis implements DiagnosisReporter {
  readonly #counts = new Map<string, number>();
  #lost = 0;

  constructor(private readonly options: TextDiagnosisOptions) {}

  attempt(attempt: Attempt): void {
    const outcome = outcomeText(attempt);
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    const trouble = hasTrouble(attempt);
    if (trouble) this.#lost += 1;
    const lines = [this.#head(attempt)];
    if (trouble) lines.push(...this.#explanation(attempt));
    lines.push(...attempt.notes.flatMap((note) => this.#labelled('note', note)));
    if (trouble || this.options.ladders) lines.push(...this.#ladder(attempt), ...this.#proof(attempt));
    this.#write(lines);
  }

  finished({ captures, notes }: CaptureDiagnosis): void {
    const { palette, glyphs } = this.options;
    const noteLines = notes.flatMap((note) => this.#labelled('note', note));
    const counts = [...this.#counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    const messages = captures.reduce((sum, capture) => sum + capture.messages, 0);
    const summary = `${countText(total, 'attempt')} in ${countText(messages, 'SIP message')}${counts === '' ? '' : `: ${counts}`}`;
    const isDamaged = captures.some(({ problem }) => problem !== null);
    const fine = isDamaged ? palette.bad('nothing lost or altered in what could be read') : palette.good('nothing lost or altered');
    const nothing = total === 0 && !isDamaged ? palette.faint('nothing to judge') : fine;
    const verdict = this.#lost === 0 ? nothing : palette.bad(`${this.#lost} lost or altered`);
    this.#write([...(noteLines.length > 0 ? [...noteLines, ''] : []), `  ${glyphs.text(summary)} ${glyphs.dot} ${verdict}`]);
  }

  #write(lines: readonly string[]): void {
    this.options.terminal.write(`${lines.join('\n')}\n`);
  }

  /** `✗ +12.345 s  alice 10.0.0.1:5060 → bob 10.0.0.3:5060  pending  486 at the callee, nothing at the originator` */
  #head(attempt: Attempt): string {
    const { glyphs, palette } = this.options;
    const sign = hasTrouble(attempt)
      ? palette.bad(glyphs.failed)
      : attempt.outcome === 'ringing' || isFollowedInPart(attempt)
        ? palette.faint(glyphs.notRun)
        : palette.good(glyphs.passed);
    const time = `+${(attempt.startedAt / 1000).toFixed(3)} s`;
    const who = (user: string | null, address: string): string => (user === null ? address : `${user} ${address}`);
    const callee = attempt.callee ? formatSocketAddress(attempt.callee) : 'an unknown place';
    const ends = `${who(attempt.from, formatSocketAddress(attempt.originator))} → ${who(attempt.to, callee)}`;
    return `${sign} ${palette.faint(time)}  ${glyphs.text(harmless(ends))}  ${palette.heading(outcomeText(attempt))}  ${glyphs.text(finalsText(attempt))}`;
  }

  #explanation(attempt: Attempt): string[] {
    const { loss, alteration, callIds } = attempt;
    return [
      ...(loss ? this.#labelled('lost', `${lossPlace(loss)} (${loss.certainty}): ${loss.reason}`) : []),
      ...(alteration
        ? this.#labelled('altered', `at ${formatSocketAddress(alteration.hop)} (${alteration.certainty}): ${alteration.reason}`)
        : []),
      ...(loss ? this.#labelled('usually', USUAL_CAUSES[loss.kind].causes) : []),
      ...(loss ? this.#labelled('look at', USUAL_CAUSES[loss.kind].lookAt) : []),
      ...(callIds.length > 0 ? this.#labelled('Call-ID', callIds.join(', ')) : []),
      ...this.#frame(attempt),
    ];
  }

  /** Where to find the lost response in the capture. */
  #frame({ events }: Attempt): string[] {
    const ended = events.find(({ lost }) => lost);
    return ended?.frame === undefined ? [] : this.#labelled('frame', `${ended.frame} of ${ended.point}`);
  }

  #ladder(attempt: Attempt): string[] {
    const { terminal, glyphs, palette } = this.options;
    const lines = drawLadder(attempt, {
      width: terminal.columns,
      glyphs,
      nameOf: () => undefined,
      emphasise: palette.striking,
      fade: palette.faint,
    });
    return lines.length === 0 ? [] : ['', ...lines, ''];
  }

  #proof(attempt: Attempt): string[] {
    const { glyphs, palette } = this.options;
    return proofOf(attempt, this.options.showCredentials).flatMap(({ event, lines }) => {
      const way = `${formatSocketAddress(event.source)} → ${formatSocketAddress(event.destination)}`;
      const frame = event.frame === undefined ? '' : `, frame ${event.frame} of ${event.point}`;
      const head = palette.faint(glyphs.text(harmless(`    ${event.label}, ${way}${frame}`)));
      return [head, ...lines.map((line) => `      ${glyphs.text(line)}`.trimEnd()), ''];
    });
  }

  #labelled(label: string, text: string): string[] {
    const { terminal, glyphs, palette } = this.options;
    const [first = '', ...further] = hangingText(`    ${label.padEnd(8)} `, glyphs.text(harmless(text)), terminal.columns - 1);
    return [first.replace(label, palette.faint(label)), ...further];
  }
}

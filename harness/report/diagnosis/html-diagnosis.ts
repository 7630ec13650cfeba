import type { Attempt } from '../../diagnosis/attempt.js';
import type { CaptureDiagnosis } from '../../diagnosis/diagnose-captures.js';
import { USUAL_CAUSES } from '../../diagnosis/usual-causes.js';
import { countText, harmless } from '../../diagnosis/wording.js';
import { formatSocketAddress } from '../../platform/socket-address.js';
import { glyphsFor } from '../glyphs.js';
import { drawLadder } from '../ladder.js';
import type { Sink } from '../reporter.js';
import { hasTrouble } from './attempt-filter.js';
import { finalsText, lossPlace, outcomeText } from './attempt-words.js';
import type { DiagnosisReporter } from './diagnosis-reporter.js';
import { proofOf } from './proof.js';

const LADDER_WIDTH = 140;
// Marks that survive escaping, put in the place of the terminal's colours.
const [BRIGHT, DIM, END] = ['\u0001', '\u0002', '\u0003'];

/** One page without anything from elsewhere: a block for each attempt, with a ladder where something was lost. */
export class HtmlDiagnosis implements DiagnosisReporter {
  #attempts = 0;
  #troubled = 0;

  constructor(
    private readonly sink: Sink,
    private readonly ladders: boolean,
    private readonly showCredentials: boolean,
  ) {
    sink.write(HEAD);
  }

  attempt(attempt: Attempt): void {
    const trouble = hasTrouble(attempt);
    this.#attempts += 1;
    if (trouble) this.#troubled += 1;
    const ends = `${who(attempt.from, attempt.originator)} → ${attempt.callee ? who(attempt.to, attempt.callee) : 'an unknown place'}`;
    const title =
      `<summary><span class="sign">${trouble ? '✗' : '✓'}</span> <time>+${(attempt.startedAt / 1000).toFixed(3)} s</time> ${escaped(ends)} ` +
      `<b>${outcomeText(attempt)}</b> ${escaped(finalsText(attempt))}</summary>`;
    const body =
      trouble || this.ladders ? `${explanation(attempt)}${ladder(attempt)}${proof(attempt, this.showCredentials)}` : notesOf(attempt);
    this.sink.write(`<details class="${trouble ? 'lost' : 'fine'}"${trouble ? ' open' : ''}>${title}${body}</details>\n`);
  }

  finished({ captures, notes }: CaptureDiagnosis): void {
    const isDamaged = captures.some(({ problem }) => problem !== null);
    const verdict =
      this.#troubled === 0 ? `nothing lost or altered${isDamaged ? ' in what could be read' : ''}` : `${this.#troubled} lost or altered`;
    const files = captures.map(
      ({ name, messages, packets }) =>
        `<li>${escaped(name)}: ${countText(messages, 'SIP message')} in ${countText(packets, 'packet')}</li>`,
    );
    const told = notes.map((note) => `<li>${escaped(note)}</li>`);
    this.sink.write(`<h2>${countText(this.#attempts, 'attempt')}, ${verdict}</h2>\n<ul>${files.join('')}${told.join('')}</ul>\n</html>\n`);
  }
}

function who(user: string | null, address: Attempt['originator']): string {
  return user === null ? formatSocketAddress(address) : `${user} ${formatSocketAddress(address)}`;
}

function explanation({ loss, alteration, callIds, notes, events }: Attempt): string {
  const ended = events.find(({ lost }) => lost);
  const rows: [string, string][] = [
    ...(loss ? ([['lost', `${lossPlace(loss)} (${loss.certainty}): ${loss.reason}`]] as [string, string][]) : []),
    ...(alteration
      ? ([['altered', `${formatSocketAddress(alteration.hop)} (${alteration.certainty}): ${alteration.reason}`]] as [string, string][])
      : []),
    ...(loss
      ? ([
          ['usually', USUAL_CAUSES[loss.kind].causes],
          ['look at', USUAL_CAUSES[loss.kind].lookAt],
        ] as [string, string][])
      : []),
    ['Call-ID', callIds.join(', ')],
    ...(ended?.frame === undefined ? [] : ([['frame', `${ended.frame} of ${ended.point}`]] as [string, string][])),
  ];
  return `${listOf(rows)}${notesOf({ notes })}`;
}

function notesOf({ notes }: Pick<Attempt, 'notes'>): string {
  return notes.length === 0 ? '' : listOf(notes.map((note) => ['note', note]));
}

function listOf(rows: readonly (readonly [string, string])[]): string {
  return `<dl>${rows.map(([label, text]) => `<dt>${label}</dt><dd>${escaped(text)}</dd>`).join('')}</dl>`;
}

function ladder(attempt: Attempt): string {
  const lines = drawLadder(attempt, {
    width: LADDER_WIDTH,
    glyphs: glyphsFor(true),
    nameOf: () => undefined,
    emphasise: (text) => `${BRIGHT}${text}${END}`,
    fade: (text) => `${DIM}${text}${END}`,
  });
  return `<pre>${closed(withoutTags(lines.join('\n')).replaceAll(BRIGHT, '<b>').replaceAll(DIM, '<i>'))}</pre>`;
}

function proof(attempt: Attempt, showCredentials: boolean): string {
  return proofOf(attempt, showCredentials)
    .map(
      ({ event, lines }) =>
        `<details><summary>${escaped(event.label)} as captured</summary><pre>${withoutTags(lines.join('\n'))}</pre></details>`,
    )
    .join('');
}

/** Puts the right end to every mark; they do not overlap. */
function closed(marked: string): string {
  let open = '';
  return marked.replace(/<b>|<i>|\u0003/g, (mark) => {
    if (mark !== END) {
      open = mark;
      return mark;
    }
    return open.replace('<', '</');
  });
}

function escaped(text: string): string {
  return withoutTags(harmless(text));
}

function withoutTags(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const HEAD = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>busyhere diagnose</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 100rem; margin: 2rem auto; padding: 0 1rem }
details { border-left: .3rem solid #5a5; margin: .4rem 0; padding: .2rem .8rem }
details.lost { border-color: #c33 }
details.lost .sign { color: #c33 }
time { opacity: .6 }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .2rem 1rem }
dt { opacity: .6 } dd { margin: 0 }
pre { overflow-x: auto; font-size: 13px; line-height: 1.2 } pre i { font-style: normal; opacity: .6 } pre b { color: #c60 }
</style>
<h1>What became of every final response</h1>
`;

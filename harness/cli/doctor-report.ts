import type { SutNeeds } from '../lab/sut-needs.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import { type Glyphs, glyphsFor } from '../report/glyphs.js';
import { type Palette, paletteFor } from '../report/palette.js';
import type { Terminal } from '../report/terminal.js';
import { hangingText, padEnd, widthOf } from '../report/text-layout.js';
import type { Finding } from './doctor-machine.js';
import type { Host } from './host.js';
import { terminalOf } from './host-terminal.js';

const LABEL_WIDTH = 14;

/** Writes what the doctor found, for people. */
export class DoctorReport {
  readonly #terminal: Terminal;
  readonly #glyphs: Glyphs;
  readonly #palette: Palette;

  constructor(host: Host) {
    this.#terminal = terminalOf(host.stdout, host);
    this.#glyphs = glyphsFor(this.#terminal.hasUnicode);
    this.#palette = paletteFor(this.#terminal);
  }

  /** @returns whether nothing was bad */
  findings(title: string, findings: readonly Finding[]): boolean {
    this.#heading(title);
    for (const { state, text } of findings) this.#lines(this.#mark(state), text);
    return findings.every(({ state }) => state !== 'bad');
  }

  needs(title: string, { server, domain, users, strangers, routes, trust, neighbours }: SutNeeds): void {
    this.#heading(title);
    this.#rows('stands for', [server]);
    this.#rows('domain', [domain]);
    this.#rows(
      'accounts',
      users.map(
        ({ name, user, local, password }) =>
          `${user}${user === name ? '' : ` (${name})`}, ${password === null ? 'without a password' : 'with the password given'}, from ${formatSocketAddress(local)}`,
      ),
    );
    this.#rows('others', strangers);
    this.#rows('routes', routes);
    this.#rows('trust', trust);
    this.#rows('neighbours', neighbours);
  }

  #heading(title: string): void {
    this.#terminal.write(`\n  ${this.#palette.heading(this.#glyphs.text(title))}\n\n`);
  }

  #rows(label: string, rows: readonly string[]): void {
    for (const [index, row] of rows.entries()) this.#lines(padEnd(index === 0 ? label : '', LABEL_WIDTH), row);
  }

  #lines(label: string, text: string): void {
    const lead = `  ${label} `;
    const plain = ' '.repeat(widthOf(lead));
    const lines = hangingText(plain, this.#glyphs.text(text), this.#terminal.columns - 1);
    this.#terminal.write(lines.map((line, index) => `${index === 0 ? lead + line.slice(plain.length) : line}\n`).join(''));
  }

  #mark(state: Finding['state']): string {
    const { passed, failed, notRun } = this.#glyphs;
    if (state === 'good') return this.#palette.good(passed);
    return state === 'bad' ? this.#palette.bad(failed) : this.#palette.unsure(notRun);
  }
}

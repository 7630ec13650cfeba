import picocolors from 'picocolors';
import type { Terminal } from './terminal.js';

/** What colours mean in reports. Every one goes with a word or a sign, so that nothing is lost without them. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  /** A response lost, a stranger let in: as expected perhaps, but what the harness is there to show. */
  striking(text: string): string;
  unsure(text: string): string;
  faint(text: string): string;
  heading(text: string): string;
}

export function paletteFor({ hasColours }: Pick<Terminal, 'hasColours'>): Palette {
  const { green, red, yellow, cyan, dim, bold } = picocolors.createColors(hasColours);
  return {
    good: green,
    bad: (text) => bold(red(text)),
    striking: (text) => bold(yellow(text)),
    unsure: cyan,
    faint: dim,
    heading: bold,
  };
}

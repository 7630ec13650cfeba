import type { Terminal } from '../terminal.js';
import { cutText } from '../text-layout.js';

/** A last line that is written over while the run goes; nothing at all where lines can only be added. */
export class ProgressLine {
  #shown = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly ellipsis: string,
  ) {}

  /** Shows a text without colours, cut to the width. */
  show(text: string, paint: (text: string) => string): void {
    if (!this.terminal.isLive) return;
    this.clear();
    this.terminal.write(paint(cutText(text, this.terminal.columns - 1, this.ellipsis)));
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.terminal.write('\r\u001b[2K');
    this.#shown = false;
  }
}

import type { JournalEntry } from '../trust/decision.js';

/** Hands the trust decisions that matter to whoever asked for them, up to a number. */
export class DecisionJournal {
  #written = 0;

  constructor(
    private readonly server: string,
    private readonly most: number,
    private readonly sink: ((entry: JournalEntry) => void) | undefined,
  ) {}

  write(entry: JournalEntry): void {
    if (!this.sink || this.#written > this.most) return;
    this.#written += 1;
    this.sink(this.#written <= this.most ? entry : this.#last());
  }

  #last(): JournalEntry {
    const reason = `the journal holds ${this.most} entries`;
    return { server: this.server, flow: '-', setting: '-', decision: 'stop writing', reason };
  }
}

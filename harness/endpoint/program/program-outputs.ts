import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeProgramFolder } from './program-folder.js';

/** What came of one participant's program. */
export interface ProgramReport {
  readonly participant: string;
  readonly program: string;
  /** Its exit code; null where it was still running, and we ended it, or a signal did. */
  readonly exitCode: number | null;
  /** The number of the signal that ended it, which was none of ours; absent where none did. */
  readonly signal?: number;
  /** What it said of itself that is worth telling, a sentence or a line each. Never evidence. */
  readonly remarks: readonly string[];
}

/** A program that was to play for as long as the case goes on has ended by itself, or cannot play on. */
export class ProgramLoss extends Error {
  override readonly name = 'ProgramLoss';

  constructor(participant: string, program: string, what: string) {
    super(`${participant}'s ${program} ${what}`);
  }
}

/** The files of all programs of one case: a folder each, for as long as nobody decided whether they are kept. */
export class ProgramOutputs {
  readonly #reports: ProgramReport[] = [];
  readonly #loss = new AbortController();
  #root: string | undefined;

  get reports(): readonly ProgramReport[] {
    return this.#reports;
  }

  /**
   * The folder of a participant's program, empty at first.
   * @param part of a folder within it, for what the program does besides
   */
  folderOf(participant: string, part = ''): string {
    this.#root ??= makeProgramFolder();
    const folder = join(this.#root, participant, part);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  tell(report: ProgramReport): void {
    this.#reports.push(report);
  }

  /** Takes back what was told so far: it was of no use, and others take over. */
  forget(): void {
    this.#reports.length = 0;
  }

  /** Aborted, with a {@link ProgramLoss}, as soon as the case cannot be played on. */
  get loss(): AbortSignal {
    return this.#loss.signal;
  }

  /** @param what happened to the program, in words that follow its name */
  lose(participant: string, program: string, what = 'ended by itself before the case was over'): void {
    this.#loss.abort(new ProgramLoss(participant, program, what));
  }

  /** Copies all files to a folder, which is made; does nothing where no program ran. @returns whether there were any */
  keep(folder: string): boolean {
    if (this.#root === undefined) return false;
    mkdirSync(folder, { recursive: true });
    cpSync(this.#root, folder, { recursive: true });
    return true;
  }

  /** Leaves nothing behind. */
  discard(): void {
    if (this.#root !== undefined) rmSync(this.#root, { recursive: true, force: true });
    this.#root = undefined;
  }
}

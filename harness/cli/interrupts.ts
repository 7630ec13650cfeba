import { EXIT_CODES, type ExitCode } from './exit-code.js';

/** Who wants the process to end: its user, or the reader of its output by leaving. */
export type Interrupter = 'user' | 'reader';

/**
 * Takes interruptions from the first moment on. One that comes before the command is known, or before a command that
 * tears down in order listens, is kept for it; a second one ends the process where it is.
 */
export class Interrupts {
  #kept: Interrupter | undefined;
  #listener: ((by: Interrupter) => void) | undefined;
  #isWaiting = true;

  constructor(private readonly exitNow: (code: ExitCode) => void) {}

  raise(by: Interrupter): void {
    if (this.#listener) this.#listener(by);
    else if (this.#isWaiting && this.#kept === undefined) this.#kept = by;
    else this.exitNow(EXIT_CODES.interrupted);
  }

  /** Calls back at every interruption; now, where one was kept. @returns ends the listening, and the keeping */
  listen(listener: (by: Interrupter) => void): () => void {
    const kept = this.#kept;
    this.#kept = undefined;
    this.#listener = listener;
    if (kept !== undefined) listener(kept);
    return () => {
      this.#listener = undefined;
      this.#isWaiting = false;
    };
  }

  /** For commands that have nothing to tear down: what was kept ends the process now, what comes when it comes. */
  endAtOnce(): void {
    this.#isWaiting = false;
    if (this.#kept !== undefined) this.exitNow(EXIT_CODES.interrupted);
  }

  /** The code of a process whose command ended with `code`: an interruption that nobody took is not forgotten. */
  codeAfter(code: ExitCode): ExitCode {
    return this.#kept === undefined ? code : EXIT_CODES.interrupted;
  }
}

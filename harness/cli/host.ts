import type { Readable } from 'node:stream';
import type { Case } from '../scenario/case.js';
import type { RunResult } from '../scenario/result.js';
import type { EmitRunEvent } from '../scenario/run-events.js';
import type { RunOptions } from '../scenario/run-options.js';
import type { Interrupter, Interrupts } from './interrupts.js';

/** An output stream of the process. */
export interface HostStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type RunSuite = (cases: readonly Case[], options: RunOptions, emit: EmitRunEvent) => Promise<RunResult>;

/** What a command has of the process that it runs in; tests put their own in its place. */
export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly stdout: HostStream;
  readonly stderr: HostStream;
  /** Standard input, where there is one. */
  readonly stdin?: Readable;
  /** Calls back whenever the process shall end; at once where that was so before. @returns ends the listening */
  onInterrupt(callback: (by: Interrupter) => void): () => void;
  /** Says that the command has nothing to tear down: an interruption, also one before this, just ends the process. */
  endWhenInterrupted(): void;
  /** Ends the process at once. */
  exitNow(code: number): void;
  /** Draws a seed for a run that was given none. */
  drawSeed(): number;
  /** Loads the part that runs cases: only when there are some. */
  loadRunSuite(): Promise<RunSuite>;
}

/** The process itself. */
export function processHost(interrupts: Interrupts): Host {
  return {
    cwd: process.cwd(),
    env: process.env,
    platform: process.platform,
    stdout: process.stdout,
    stderr: process.stderr,
    get stdin() {
      return process.stdin; // opened by asking for it, so only for a command that reads it
    },
    onInterrupt: (callback) => interrupts.listen(callback),
    endWhenInterrupted: () => interrupts.endAtOnce(),
    exitNow: (code) => process.exit(code),
    drawSeed: () => Math.floor(Math.random() * 0x1_0000_0000),
    loadRunSuite: async () => (await import('../scenario/run.js')).runSuite,
  };
}

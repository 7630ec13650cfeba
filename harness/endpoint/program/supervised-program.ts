import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './read-if-there.js';

/**
 * Runs a program and kills it when the pipe on descriptor 3 ends, which it does when this process closes it, or dies in
 * whatever way; hands SIGTERM on. Plain POSIX shell: `wait` gives the program's own exit code, 128 and the signal's number
 * where one ended it, and gives way to a trap before the program has ended.
 */
const SUPERVISOR = `
if [ -n "$TIMER_SLACK_NS" ]; then { echo "$TIMER_SLACK_NS" > /proc/self/timerslack_ns; } 2>/dev/null; fi
unset TIMER_SLACK_NS
"$@" 3<&- &
program=$!
trap 'kill -TERM $program' TERM
{ trap - TERM; read -r _; kill -KILL $program; } <&3 >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait $program
code=$?
while kill -0 $program 2>/dev/null; do wait $program; code=$?; done
kill $watch 2>/dev/null
exit $code`;

/** How a program ended. */
export interface ProgramEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** The number of the signal that ended it, or null. */
  readonly signal: number | null;
}

export interface ProgramOptions {
  /** The folder that it runs in; its output goes there too, to `stdout` and `stderr`. */
  readonly folder: string;
  /**
   * How much later than asked for its timers may end, ms, where the system lets itself be told (Linux): one that looks
   * around every millisecond then does so less often. What arrives still wakes it at once.
   */
  readonly timerSlackMs?: number;
}

/** A child process that cannot outlive this one, and that is ended by us whatever it says of itself. */
export class SupervisedProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<ProgramEnd>;
  #end: ProgramEnd | undefined;

  /** Starts it. @param path of the program; that it is there was looked up before */
  constructor(
    readonly path: string,
    args: readonly string[],
    private readonly options: ProgramOptions,
  ) {
    const [out, err] = ['stdout', 'stderr'].map((name) => openSync(join(options.folder, name), 'a'));
    try {
      // A session of its own: Ctrl-C is for us, who then end it in order.
      this.#child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', path, ...args], {
        cwd: options.folder,
        env: environmentFor(options),
        detached: true,
        stdio: ['ignore', out, err, 'pipe'],
      });
    } finally {
      for (const file of [out, err]) if (file !== undefined) closeSync(file);
    }
    this.#child.stdio[3]?.on('error', () => {}); // it ended before us
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: null, signal: null }));
      this.#child.once('exit', (code) => resolve(endOf(code)));
    });
    this.#ended.then((end) => {
      this.#end = end;
      this.#hangUp(); // whatever became of the shell, the program goes too
    });
  }

  /** Undefined while it runs. */
  get end(): ProgramEnd | undefined {
    return this.#end;
  }

  get ended(): Promise<ProgramEnd> {
    return this.#ended;
  }

  /** What it wrote, both streams. */
  get output(): string {
    return ['stdout', 'stderr'].map((name) => readIfThere(join(this.options.folder, name))).join('');
  }

  /** Asks it to end. */
  terminate(): void {
    if (!this.#end) this.#child.kill('SIGTERM');
  }

  /** Kills it; resolves when it is gone. */
  kill(): Promise<ProgramEnd> {
    this.#hangUp();
    return this.#ended;
  }

  #hangUp(): void {
    const pipe = this.#child.stdio[3];
    pipe?.destroy();
  }
}

const NS_PER_MS = 1_000_000;

function environmentFor({ timerSlackMs }: ProgramOptions): NodeJS.ProcessEnv {
  return timerSlackMs === undefined ? process.env : { ...process.env, TIMER_SLACK_NS: String(timerSlackMs * NS_PER_MS) };
}

const SIGNALLED = 128;

function endOf(code: number | null): ProgramEnd {
  if (code === null || code <= SIGNALLED) return { code, signal: null };
  // Programs exit with up to 255 too; signals have numbers up to 64.
  return code > SIGNALLED + 64 ? { code, signal: null } : { code: null, signal: code - SIGNALLED };
}

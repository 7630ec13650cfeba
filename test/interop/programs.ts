import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which of the programs this machine lacks; `root` is the right to capture. */
export function missingPrograms(...names: string[]): string[] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const isThere = (name: string): boolean =>
    name === 'root' ? process.getuid?.() === 0 : folders.some((folder) => isExecutable(join(folder, name)));
  return names.filter((name) => !isThere(name));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * `describe` where the programs are there and the machine is one that they work on; else `describe.skip`.
 * The title says why it was skipped.
 */
export function describeWith(programs: readonly string[], title: string, tests: () => void): void {
  const missing = process.platform === 'linux' ? missingPrograms(...programs) : ['Linux'];
  if (missing.length === 0) describe(title, tests);
  else describe.skip(`${title} (skipped: no ${missing.join(', ')})`, tests);
}

/** A program that was started and is bounded in time by us, since not every program keeps its own promise to end. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly #watchers = new Set<() => void>();
  #output = '';

  constructor(
    readonly name: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly boundMs: number; readonly env?: NodeJS.ProcessEnv },
  ) {
    this.#child = spawn(name, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const bound = setTimeout(() => this.#child.kill('SIGKILL'), options.boundMs);
    this.#exit = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => resolve(code));
    });
    this.#exit
      .catch(() => {})
      .finally(() => {
        clearTimeout(bound);
        this.#tell();
      });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('latin1').on('data', (text) => this.#hear(text));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get output(): string {
    return this.#output;
  }

  /** Its exit code; null if a signal ended it. */
  get exited(): Promise<number | null> {
    return this.#exit;
  }

  /** Resolves when the program has said something; rejects if it ends before. */
  async said(pattern: RegExp): Promise<void> {
    let over = false;
    this.#exit
      .catch(() => {})
      .finally(() => {
        over = true;
      });
    while (!pattern.test(this.#output)) {
      if (over) throw new Error(`${this.name} ended without saying ${pattern}: ${this.#output}`);
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    await this.#exit;
  }

  #hear(text: string): void {
    this.#output = (this.#output + text).slice(-100_000);
    this.#tell();
  }

  #tell(): void {
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
  }
}

/** Runs a short program to its end and gives its standard output. */
export function outputOf(name: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
  if (error || status !== 0) throw new Error(`${name} failed: ${error?.message ?? stderr}`);
  return stdout;
}

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = join(__dirname, '..', '..');

/** What a process said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes the other end of standard output before the process can write to it. */
  readonly readerLeaves?: boolean;
  /** Called with all of standard output so far whenever there is more. */
  onOutput?(text: string, kill: (signal: NodeJS.Signals) => void, leave: () => void): void;
}

/** The command, compiled from the sources as they are now, so that no test runs yesterday's build. */
export class CompiledCommand {
  readonly #folder: string;

  constructor() {
    // Within the package, so that its dependencies and its bundled scenarios are found.
    const cache = join(ROOT, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    this.#folder = mkdtempSync(join(cache, 'busyhere-cli-'));
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "commonjs" }');
    compileFolder(join(ROOT, 'harness'), this.#folder);
  }

  get main(): string {
    return join(this.#folder, 'cli', 'main.js');
  }

  run(argv: readonly string[], { cwd = ROOT, env = {}, readerLeaves = false, onOutput }: StartOptions = {}): Promise<Ended> {
    const { NODE_OPTIONS: _, NO_COLOR: __, FORCE_COLOR: ___, ...inherited } = process.env;
    const child = spawn(process.execPath, [this.main, ...argv], { cwd, env: { ...inherited, LANG: 'C.UTF-8', ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const leave = () => child.stdout.destroy();
      onOutput?.(stdout, (signal) => child.kill(signal), leave);
    });
    if (readerLeaves) child.stdout.destroy();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function compileFolder(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.d.ts')) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length + 1).replace(/\.ts$/, '.js'));
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs', ignoreDynamic: false },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

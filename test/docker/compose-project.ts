import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Program } from '../interop/programs';
import { temporaryFolder } from './command';
import { hasCompose, ROOT } from './engine';

const run = promisify(execFile);
const BOUND_MS = 560_000;
const NEEDED = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'harness',
  'scenarios',
  'Dockerfile',
  '.dockerignore',
  'docker-compose.yml',
];

/** `describe` where there is docker compose; else `describe.skip`, with the reason in its title. */
export const describeWithCompose = hasCompose()
  ? describe
  : (title: string, tests: () => void): void => describe.skip(`${title} (skipped: no docker compose)`, tests);

/** A checkout in a folder of its own, as somebody's who says `docker compose up` there. */
export class ComposeProject {
  readonly folder = temporaryFolder();
  readonly reports = join(this.folder, 'reports');
  readonly env: NodeJS.ProcessEnv;
  readonly #args: readonly string[];

  /** @param network the first three numbers of its addresses */
  constructor(
    readonly name: string,
    network: string,
  ) {
    this.env = { ...process.env, BUSYHERE_NETWORK: network };
    this.#args = ['compose', '--project-name', name, '--project-directory', this.folder];
    for (const needed of NEEDED) cpSync(join(ROOT, needed), join(this.folder, needed), { recursive: true });
  }

  /** Writes a file into the checkout. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** The output of a command to Compose. */
  async compose(...args: string[]): Promise<string> {
    const { stdout } = await run('docker', [...this.#args, ...args], { env: this.env, timeout: BOUND_MS, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  /** Everything up, until the harness has ended. @param profile flags before the word up */
  up(args: readonly string[] = [], profile: readonly string[] = []): Program {
    const all = [...this.#args, ...profile, 'up', ...args, '--exit-code-from', 'harness'];
    return new Program('docker', all, { cwd: this.folder, boundMs: BOUND_MS, env: this.env });
  }

  /** The name of a service's container. */
  container(service: string): string {
    return `${this.name}-${service}-1`;
  }

  down(): void {
    const args = [...this.#args, '--profile', 'drachtio', 'down', '--volumes', '--timeout', '1'];
    execFileSync('docker', args, { env: this.env, stdio: 'ignore' });
  }

  remove(): void {
    this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

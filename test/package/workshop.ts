import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
const run = promisify(execFile);

export type ModuleKind = 'module' | 'commonjs';

/** A temporary folder in which the package is packed and installed; nothing of the checkout is written to. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'busyhere-package-'));

  /** Packs a copy of the project, which builds it on the way, and gives the path of the tarball. */
  async pack(): Promise<string> {
    const copy = join(this.folder, 'project');
    mkdirSync(copy);
    for (const name of readdirSync(ROOT)) {
      if (/^(\.git|node_modules|dist|coverage|test|.*\.tgz)$/.test(name)) continue;
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    // The name comes last, after what `prepare` prints.
    const name = (await this.npm(copy, 'pack')).trim().split('\n').at(-1) ?? '';
    return join(copy, name);
  }

  /** An empty project of the kind with the tarball installed, and nothing fetched: what it depends on comes from the checkout. */
  async install(kind: ModuleKind, tarball: string): Promise<Project> {
    const project = new Project(this, join(this.folder, kind), kind);
    mkdirSync(project.folder);
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    const overrides = Object.fromEntries(Object.keys(dependencies).map((name) => [name, `file:${join(ROOT, 'node_modules', name)}`]));
    project.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: kind, overrides }));
    await this.npm(project.folder, 'install', '--offline', '--no-audit', '--no-fund', tarball);
    return project;
  }

  async npm(cwd: string, ...args: string[]): Promise<string> {
    const cache = join(this.folder, 'cache');
    return (await execute('npm', [...args, '--loglevel=error', `--cache=${cache}`], cwd)).stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A project that uses the package. */
export class Project {
  constructor(
    readonly workshop: Workshop,
    readonly folder: string,
    readonly kind: ModuleKind,
  ) {}

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Runs a program of the project's and gives its standard output. */
  async node(...args: string[]): Promise<string> {
    return (await execute(process.execPath, args, this.folder)).stdout;
  }

  /** Type-checks files with the checkout's compiler as Node resolves modules; gives its complaints. */
  async types(...files: string[]): Promise<string> {
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node,jest'];
    const roots = ['--typeRoots', join(ROOT, 'node_modules', '@types')];
    const args = [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, ...roots, ...files];
    return execute(process.execPath, args, this.folder).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
  }
}

async function execute(command: string, args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  // The npm that runs the tests tells its settings to children; a fresh project has none of them.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|JEST_)/i.test(name)));
  return run(command, args, { cwd, env, timeout: 150_000, maxBuffer: 16 * 1024 * 1024 });
}

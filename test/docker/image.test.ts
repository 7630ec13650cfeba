import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from '../interop/programs';
import { temporaryFolder } from './command';
import { describeWithEngine, ROOT } from './engine';

jest.setTimeout(120_000);

const BASE = 'debian:bookworm-slim';
const CASE = join(ROOT, 'scenarios', 'kb834477', 'trespass.yaml');

describeWithEngine('the building of an image', () => {
  const folder = temporaryFolder();
  const temporary = join(folder, 'temporary');
  beforeAll(() => mkdirSync(temporary));
  afterEach(() => expect(readdirSync(temporary)).toEqual([])); // of what images are built of
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A run of an installed package whose image takes other steps. */
  function runWith(name: string, base: string, ...steps: string[]): Program {
    const root = join(folder, name);
    mkdirSync(join(root, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    cpSync(join(ROOT, 'dist', 'cjs'), join(root, 'dist', 'cjs'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const packed = `FROM ${base} AS packed`;
    writeFileSync(
      join(root, 'Dockerfile'),
      [packed, ...steps, '', dockerfile.replace(/^FROM runtime AS packed/m, 'FROM runtime AS other')].join('\n'),
    );
    const command = join(root, 'dist', 'cjs', 'cli', 'main.js');
    return new Program(process.execPath, [command, 'run', '--engine', 'docker', CASE], {
      cwd: folder,
      boundMs: 100_000,
      env: { ...process.env, TMPDIR: temporary },
    });
  }

  it('ends a run with the command that failed, and what it said', async () => {
    const program = runWith('failing', BASE, `RUN echo the end of ${process.pid} && false`);
    expect(await program.exited).toBe(3);
    expect(program.output).toMatch(/the image busyhere-lab:\S+ cannot be built: .*the end of \d+ && false' returned a non-zero code: 1/);
    expect(program.output).toMatch(/\| the end of \d+$/m);
    expect(program.output).toContain('a command of the Dockerfile failed');
    expect(program.output).not.toContain('it needs the images');
  });

  it('ends a run with the image that it begins with, where that is nowhere', async () => {
    const program = runWith('baseless', 'localhost:1/nowhere');
    expect(await program.exited).toBe(3);
    expect(program.output).toMatch(/cannot be built: .*localhost:1/);
    expect(program.output).toContain('it needs the images');
  });

  it('ends with the run, on Ctrl-C', async () => {
    const program = runWith('slow', BASE, `RUN echo ${process.pid} && sleep 60`);
    await program.said(/Step \d+\/\d+ : RUN/);
    const since = Date.now();
    await program.stop('SIGINT');
    expect(await program.exited).toBe(130);
    expect(Date.now() - since).toBeLessThan(30_000); // of the 60 that the step takes
  });
});

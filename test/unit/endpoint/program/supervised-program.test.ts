import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../../harness/endpoint/program/find-program';
import { SupervisedProgram } from '../../../../harness/endpoint/program/supervised-program';

describe('a supervised program', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-program-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (script: string): SupervisedProgram => new SupervisedProgram('/bin/sh', ['-c', script], { folder });

  it('gives its exit code and what it wrote', async () => {
    const program = start('echo out; echo err >&2; exit 97');
    expect(await program.ended).toEqual({ code: 97, signal: null });
    expect(program.output).toBe('out\nerr\n');
    expect(program.end).toEqual({ code: 97, signal: null });
  });

  it('gives codes above those of signals', async () => {
    expect(await start('exit 255').ended).toEqual({ code: 255, signal: null });
  });

  it('tells the signal that ended it', async () => {
    expect(await start('kill -TERM $$').ended).toEqual({ code: null, signal: 15 });
  });

  it('is gone when it was killed, though it would stay', async () => {
    const program = start('trap "" TERM INT HUP; echo $$ > id; while :; do sleep 0.05; done');
    const id = await contentOf(folder, 'id');
    expect(isRunning(id)).toBe(true);
    expect(await program.kill()).toEqual({ code: null, signal: 9 });
    expect(isRunning(id)).toBe(false);
  });

  it('is asked to end, and ends in its own way', async () => {
    const program = start('trap "echo bye; exit 5" TERM; echo $$ > id; while :; do sleep 0.05; done');
    await contentOf(folder, 'id');
    program.terminate();
    expect(await program.ended).toEqual({ code: 5, signal: null });
    expect(program.output).toBe('bye\n');
  });

  it.each([
    [undefined, '50000'],
    [10, '10000000'],
  ])('has the system wake it later than it asks for, and says nothing of it to the program: %s ms', async (timerSlackMs, slack) => {
    if (process.platform !== 'linux') return; // elsewhere it is not to be had
    const program = new SupervisedProgram('/bin/sh', ['-c', 'cat /proc/self/timerslack_ns; echo "$TIMER_SLACK_NS"'], {
      folder,
      ...(timerSlackMs === undefined ? {} : { timerSlackMs }),
    });
    await program.ended;
    expect(program.output).toBe(`${slack}\n\n`);
  });
});

describe('the search for a program', () => {
  it('finds what is there, and says so of what is not', () => {
    expect(findProgram('sh')).toMatch(/\/sh$/);
    expect(findProgram('sh', '')).toBeUndefined();
    expect(findProgram('no-such-program')).toBeUndefined();
  });
});

async function contentOf(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!existsSync(path) || !readFileSync(path, 'utf8').endsWith('\n')) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    look();
  });
  return readFileSync(path, 'utf8').trim();
}

function isRunning(id: string): boolean {
  try {
    process.kill(Number(id), 0);
    return true;
  } catch {
    return false;
  }
}

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NamedPipeReader } from '../../../harness/platform/named-pipe.js';
import { SystemClock } from '../../../harness/platform/system-clock.js';

const describeWithPipes = process.platform === 'win32' ? describe.skip : describe;

describeWithPipes('what reads a named pipe', () => {
  const clock = new SystemClock();
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'named-pipe-'));
    path = join(folder, 'pipe');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    expect(clock.pendingTimers).toBe(0);
  });

  /** Reads until the writer has ended. */
  function reading(): { text: Promise<string>; reader: NamedPipeReader } {
    let reader: NamedPipeReader | undefined;
    const text = new Promise<string>((resolve) => {
      let heard = '';
      reader = new NamedPipeReader(path, clock, {
        data: (piece) => {
          heard += piece.toString();
        },
        ended: () => resolve(heard),
      });
    });
    if (!reader) throw new Error('no reader');
    return { text, reader };
  }

  /** Another program: to open a pipe for writing waits until somebody reads. */
  const write = (script: string): void => {
    spawn('sh', ['-c', script, path], { stdio: 'ignore' });
  };

  it('waits for the pipe to be made, gives all of it, and tells of the end of who wrote', async () => {
    const { text, reader } = reading();
    write('mkfifo "$0" && printf "all of it" >"$0"');
    expect(await text).toBe('all of it');
    reader.close();
  });

  it('tells of the end of a writer that is killed', async () => {
    execFileSync('mkfifo', [path]);
    const { text, reader } = reading();
    write('exec 3>"$0"; printf "the beginning" >&3; kill -KILL $$');
    expect(await text).toBe('the beginning');
    reader.close();
  });

  it('waits for the next one, where one has opened the pipe and left without a word', async () => {
    execFileSync('mkfifo', [path]);
    const { text, reader } = reading();
    write(': >"$0"; printf "of the next" >"$0"');
    expect(await text).toBe('of the next');
    reader.close();
  });

  it('tells nothing after it was closed', () => {
    execFileSync('mkfifo', [path]);
    const ended = jest.fn();
    const reader = new NamedPipeReader(path, clock, { data: () => {}, ended });
    const writer = openSync(path, 'r+');
    writeSync(writer, 'something');
    reader.close();
    closeSync(writer);
    expect(ended).not.toHaveBeenCalled();
  });
});

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandingCapture } from '../../../../harness/lab/container/standing-capture.js';
import { SystemClock } from '../../../../harness/platform/system-clock.js';

const describeWithPipes = process.platform === 'win32' ? describe.skip : describe;

/** Does with its pipes as the containers of docker-compose.yml do, with a program that captures two words: it can be asked to end before the first. */
const program = (ending: string): string =>
  `cd "$0" && mkfifo bob.end bob && { exec 3>bob 4<>bob.end; printf 'early ' >&3; read -r _ <&4; printf 'late' >&3; ${ending}; }`;

describeWithPipes('a capture that stands already', () => {
  const clock = new SystemClock();
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  afterEach(() => expect(clock.pendingTimers).toBe(0));

  interface Watched {
    readonly capture: StandingCapture;
    /** Something was captured. */
    readonly begun: Promise<void>;
    readonly ended: Promise<void>;
    text(): string;
  }

  function watch(script: string): Watched {
    const folder = mkdtempSync(join(tmpdir(), 'standing-capture-'));
    folders.push(folder);
    let text = '';
    let [begin, end] = [(): void => {}, (): void => {}];
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const piece = (bytes: Buffer): void => {
      text += bytes.toString();
      begin();
    };
    const capture = new StandingCapture({ folder, name: 'bob', clock, piece, ended: () => end() });
    spawn('sh', ['-c', script, folder], { stdio: 'ignore' });
    return { capture, begun, ended, text: () => text };
  }

  it('ends when it is asked to, with all that was captured and the count of what was not', async () => {
    const { capture, begun, text } = watch(program('echo "3 packets dropped by kernel" >bob.said'));
    await begun;
    expect(capture.dropped).toBeUndefined();
    await capture.end();
    expect([text(), capture.dropped]).toEqual(['early late', 3]);
  });

  it('does not take what is not said for none', async () => {
    const { capture, begun } = watch(program('echo "cannot count" >bob.said'));
    await begun;
    await capture.end();
    expect([capture.said, capture.dropped]).toEqual(['cannot count\n', undefined]);
  });

  it('tells of an end that nobody asked for, and is not waited for then', async () => {
    const { capture, ended } = watch(`cd "$0" && mkfifo bob.end bob && { printf early >bob; }`);
    await ended;
    await capture.end();
    expect(capture.dropped).toBeUndefined();
  });

  it('that never began is not waited for', async () => {
    await watch(':').capture.end();
  });
});

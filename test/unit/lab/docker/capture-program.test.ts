import type Docker from 'dockerode';
import { captureFault } from '../../../../harness/lab/container/capture-fault.js';
import { CaptureProgram } from '../../../../harness/lab/docker/capture-program.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { runInVirtualTime } from '../../../../harness/platform/virtual-time.js';

const COUNT = ['12 packets captured', '12 packets received by filter', '3 packets dropped by kernel'].join('\n');

/** A program beside bob's host, and what is said of it after it was asked to end. */
async function ended(reaction: (program: CaptureProgram) => void): Promise<{ fault: string | undefined; tookMs: number }> {
  const clock = new VirtualClock();
  const program = new CaptureProgram('bob');
  program.hear('tcpdump: listening on eth0\n');
  program.container = { kill: async () => reaction(program) } as unknown as Docker.Container;
  await runInVirtualTime(clock, program.end(clock));
  expect(clock.pendingTimers).toBe(0);
  return { fault: captureFault(program.host, program.dropped)?.message, tookMs: clock.now() };
}

describe('the program that watches a host', () => {
  it('vouches for its capture by a count of zero', async () => {
    const counts = (program: CaptureProgram) => {
      for (const piece of COUNT.replace('3', '0').match(/.{1,7}/gs) ?? []) program.hear(piece);
    };
    expect(await ended(counts)).toEqual({ fault: undefined, tookMs: 0 });
  });

  it('gives away how much it lost', async () => {
    const { fault } = await ended((program) => program.hear(COUNT));
    expect(fault).toBe('the capture beside bob lost 3 packets, so its verdicts prove nothing');
  });

  it.each([
    ['says nothing in time', () => {}, 10_000],
    [
      'has ended before it was asked',
      () => {
        throw new Error('it is not running');
      },
      0,
    ],
  ])('vouches for nothing where it %s', async (_, reaction, tookMs) => {
    expect(await ended(reaction)).toEqual({
      fault: 'the capture beside bob did not say whether it lost packets, so its verdicts prove nothing',
      tookMs,
    });
  });
});

import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { Waiting } from '../../../harness/scenario/waiting.js';
import { Recorder } from '../../../harness/trace/recorder.js';

async function setUp() {
  const clock = new VirtualClock();
  const trace = new Recorder(clock);
  const network = trace.network('a', new MemoryNetwork({ clock, random: new SeededRandom(1) }));
  const socket = await network.bind({ address: '192.0.2.1', port: 5060 }, { datagram: () => {} });
  const aborter = new AbortController();
  return {
    clock,
    trace,
    aborter,
    waiting: new Waiting(clock, trace, aborter.signal),
    datagram: () => socket.send(Buffer.from('x'), socket.local),
  };
}

test('what holds already needs no datagram', async () => {
  const { waiting, clock } = await setUp();
  await expect(waiting.until({ holds: () => true })).resolves.toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('looks after every datagram', async () => {
  const { waiting, trace, datagram } = await setUp();
  const outcome = waiting.until({ holds: () => trace.events.length === 2 });
  datagram();
  datagram();
  await expect(outcome).resolves.toBe(true);
});

test('looks at the times that were named, and gives up at the deadline', async () => {
  const { waiting, clock } = await setUp();
  const early = waiting.until({ holds: () => clock.now() >= 50, lookAgainAt: () => 50 });
  const late = waiting.until({ holds: () => false }, 80);
  clock.advance(79);
  await expect(early).resolves.toBe(true);
  clock.advance(1);
  await expect(late).resolves.toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

test('a time named that has passed already does not make it look for ever', async () => {
  const { waiting, clock } = await setUp();
  clock.advance(100);
  let looks = 0;
  const outcome = waiting.until({ holds: () => ++looks > 1_000, lookAgainAt: () => 50 }, 200);
  clock.advance(100);
  await expect(outcome).resolves.toBe(false);
  expect(looks).toBe(2);
});

test('looks again where the time that was named passes while it looks', async () => {
  const { waiting, clock } = await setUp();
  clock.advance(49);
  const holds = (): boolean => {
    const isOver = clock.now() >= 50;
    if (!isOver) clock.advance(2);
    return isOver;
  };
  const outcome = waiting.until({ holds, lookAgainAt: () => 50 });
  clock.advance(10);
  await expect(outcome).resolves.toBe(true);
});

test('an interruption ends every waiting, leaving no timer', async () => {
  const { waiting, clock, aborter } = await setUp();
  const outcome = waiting.until({ holds: () => false }, 80);
  aborter.abort(new Error('interrupted'));
  await expect(outcome).rejects.toThrow('interrupted');
  await expect(waiting.pause(10)).rejects.toThrow('interrupted');
  expect(clock.pendingTimers).toBe(0);
});

test('a pause lasts as long as it says', async () => {
  const { waiting, clock } = await setUp();
  let over = false;
  const pause = waiting.pause(100).then(() => {
    over = true;
  });
  clock.advance(99);
  await Promise.resolve();
  expect(over).toBe(false);
  clock.advance(1);
  await pause;
  expect(over).toBe(true);
});

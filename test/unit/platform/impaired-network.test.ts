import { ImpairedNetwork } from '../../../harness/platform/impaired-network.js';
import type { LinkQuality } from '../../../harness/platform/link-quality.js';
import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';

const ALICE = { address: '192.0.2.1', port: 5060 };
const BOB = { address: '192.0.2.2', port: 5060 };

async function pair(quality: LinkQuality | undefined, seed = 1) {
  const clock = new VirtualClock();
  const inner = new MemoryNetwork({ clock, random: new SeededRandom(9), link: () => ({ delayMs: 0 }) });
  const network = new ImpairedNetwork(inner, { clock, random: new SeededRandom(seed), link: () => quality });
  const arrivals: string[] = [];
  const alice = await network.bind(ALICE, { datagram: () => {} });
  await network.bind(BOB, { datagram: (payload) => arrivals.push(`${payload}@${Math.round(clock.now())}`) });
  return { clock, alice, arrivals };
}

async function stream(quality: LinkQuality, seed = 1): Promise<string[]> {
  const { clock, alice, arrivals } = await pair(quality, seed);
  for (let number = 0; number < 2_000; number++) {
    alice.send(Buffer.from(String(number)), BOB);
    clock.advance(1);
  }
  clock.advance(10_000);
  expect(clock.pendingTimers).toBe(0);
  return arrivals;
}

test('a link without impairment is left as it is', async () => {
  const { clock, alice, arrivals } = await pair(undefined);
  alice.send(Buffer.from('x'), BOB);
  clock.advance(0);
  expect(arrivals).toEqual(['x@0']);
});

test('a delayed datagram leaves later, with the octets that it had', async () => {
  const { clock, alice, arrivals } = await pair({ delayMs: 20 });
  const payload = Buffer.from('x');
  alice.send(payload, BOB);
  payload.fill('y');
  clock.advance(19);
  expect(arrivals).toEqual([]);
  clock.advance(1);
  expect(arrivals).toEqual(['x@20']);
});

test('loss, duplication and overtaking are about as frequent as asked, and follow from the seed', async () => {
  const lossy = await stream({ delayMs: 0, loss: 0.05 });
  expect(lossy.length).toBeGreaterThan(1_850);
  expect(lossy.length).toBeLessThan(1_950);
  expect(await stream({ delayMs: 0, loss: 0.05 })).toEqual(lossy);
  expect(await stream({ delayMs: 0, loss: 0.05 }, 2)).not.toEqual(lossy);
  expect((await stream({ delayMs: 0, duplicate: 0.1 })).length).toBeGreaterThan(2_100);
  const numbers = (await stream({ delayMs: 2, reorder: 0.1, reorderMs: 10 })).map((arrival) => Number.parseInt(arrival, 10));
  expect(numbers.some((number, index) => number < (numbers[index - 1] ?? 0))).toBe(true);
});

test('what is under way when the socket closes is lost, and no timer is left', async () => {
  const { clock, alice, arrivals } = await pair({ delayMs: 20 });
  alice.send(Buffer.from('x'), BOB);
  await alice.close();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(100);
  expect(arrivals).toEqual([]);
});

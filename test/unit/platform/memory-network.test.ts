import type { DatagramSocket } from '../../../harness/platform/datagram-network.js';
import { errorCode } from '../../../harness/platform/errors.js';
import type { LinkQuality } from '../../../harness/platform/link-quality.js';
import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';

const ALICE = { address: '192.0.2.1', port: 5060 };
const BOB = { address: '192.0.2.2', port: 5060 };

interface Arrival {
  readonly text: string;
  readonly time: number;
  readonly source: SocketAddress;
}

/** Two sockets on a network of one link quality, and what arrives at each. */
async function pair(link?: LinkQuality, seed = 1) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: new SeededRandom(seed), ...(link && { link: () => link }) });
  const arrivals = { alice: [] as Arrival[], bob: [] as Arrival[] };
  const open = (name: 'alice' | 'bob', local: SocketAddress): Promise<DatagramSocket> =>
    network.bind(local, { datagram: (payload, source) => arrivals[name].push({ text: `${payload}`, time: clock.now(), source }) });
  const [alice, bob] = [await open('alice', ALICE), await open('bob', BOB)];
  return { clock, network, arrivals, alice, bob };
}

/** The numbers that arrive of `count` numbered datagrams, sent one a millisecond. */
async function stream(link: LinkQuality, count: number, seed: number): Promise<{ numbers: number[]; trace: string }> {
  const { clock, arrivals, alice } = await pair(link, seed);
  for (let number = 0; number < count; number++) {
    alice.send(Buffer.from(String(number)), BOB);
    clock.advance(1);
  }
  clock.advance(10_000);
  expect(clock.pendingTimers).toBe(0);
  return { numbers: arrivals.bob.map(({ text }) => Number(text)), trace: JSON.stringify(arrivals.bob) };
}

describe('MemoryNetwork', () => {
  it('carries a datagram to the socket it names, once, with its source and after the delay', async () => {
    const { clock, arrivals, alice } = await pair({ delayMs: 20 });
    alice.send(Buffer.from('INVITE'), BOB);
    clock.advance(19);
    expect(arrivals.bob).toEqual([]);
    clock.advance(1);
    expect(arrivals.bob).toEqual([{ text: 'INVITE', time: 20, source: ALICE }]);
    expect(arrivals.alice).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never delivers within the call that sends', async () => {
    const { clock, arrivals, alice } = await pair({ delayMs: 0 });
    alice.send(Buffer.from('x'), BOB);
    expect(arrivals.bob).toEqual([]);
    clock.advance(0);
    expect(arrivals.bob).toHaveLength(1);
  });

  it('carries what was sent, though the sender uses its buffer again', async () => {
    const { clock, arrivals, alice } = await pair();
    const buffer = Buffer.from('first');
    alice.send(buffer, BOB);
    buffer.write('other');
    clock.advance(1);
    expect(arrivals.bob.map(({ text }) => text)).toEqual(['first']);
  });

  it('lets a datagram to nobody vanish', async () => {
    const { clock, alice } = await pair();
    alice.send(Buffer.from('x'), { address: '192.0.2.9', port: 5060 });
    clock.advance(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the order of a link without reordering', async () => {
    const { numbers } = await stream({ delayMs: 5 }, 200, 1);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });

  it('loses about the share it was told to', async () => {
    const { numbers } = await stream({ delayMs: 1, loss: 0.2 }, 2000, 1);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.abs(numbers.length - 1600)).toBeLessThan(6 * Math.sqrt(2000 * 0.2 * 0.8));
  });

  it('loses all where told so', async () => {
    expect((await stream({ delayMs: 1, loss: 1 }, 100, 1)).numbers).toEqual([]);
  });

  it('duplicates about the share it was told to, and nothing more than twice', async () => {
    const { numbers } = await stream({ delayMs: 1, duplicate: 0.1 }, 2000, 1);
    const copies = new Map<number, number>();
    for (const number of numbers) copies.set(number, (copies.get(number) ?? 0) + 1);
    expect(copies.size).toBe(2000);
    expect(Math.max(...copies.values())).toBe(2);
    expect(Math.abs(numbers.length - 2200)).toBeLessThan(6 * Math.sqrt(2000 * 0.1 * 0.9));
  });

  it('reorders, losing and doubling nothing', async () => {
    const { numbers } = await stream({ delayMs: 1, reorder: 0.3, reorderMs: 10 }, 500, 1);
    const sorted = [...numbers].sort((a, b) => a - b);
    expect(numbers).not.toEqual(sorted);
    expect(sorted).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });

  it('repeats to the byte from its seed, and differs from another', async () => {
    const rough = { delayMs: 2, loss: 0.1, duplicate: 0.1, reorder: 0.2, reorderMs: 8 };
    const [one, again, other] = [await stream(rough, 300, 5), await stream(rough, 300, 5), await stream(rough, 300, 6)];
    expect(again.trace).toBe(one.trace);
    expect(other.trace).not.toBe(one.trace);
  });

  it('asks for the quality of each link by its two ends', async () => {
    const clock = new VirtualClock();
    const asked: string[] = [];
    const link = (source: SocketAddress, destination: SocketAddress): LinkQuality => {
      asked.push(`${source.address} -> ${destination.address}`);
      return { delayMs: 1, loss: source.address === ALICE.address ? 1 : 0 };
    };
    const network = new MemoryNetwork({ clock, random: new SeededRandom(1), link });
    const heard = jest.fn();
    const [alice, bob] = [await network.bind(ALICE, { datagram: heard }), await network.bind(BOB, { datagram: heard })];
    alice.send(Buffer.from('lost'), BOB);
    bob.send(Buffer.from('heard'), ALICE);
    clock.advance(1);
    expect(heard.mock.calls.map(([payload]) => `${payload}`)).toEqual(['heard']);
    expect(asked).toEqual(['192.0.2.1 -> 192.0.2.2', '192.0.2.2 -> 192.0.2.1']);
  });

  it('refuses an address twice, and gives it again after closing', async () => {
    const { network, alice } = await pair();
    await expect(network.bind(ALICE, { datagram: () => {} })).rejects.toMatchObject({ code: 'address-in-use' });
    await alice.close();
    await alice.close();
    expect(network.openSockets).toBe(1);
    await expect(network.bind(ALICE, { datagram: () => {} })).resolves.toMatchObject({ local: ALICE });
  });

  it('does not close the next owner of an address when its first one closes again', async () => {
    const { network, alice } = await pair();
    await alice.close();
    await network.bind(ALICE, { datagram: () => {} });
    await alice.close();
    expect(network.openSockets).toBe(2);
  });

  it('neither sends from a closed socket nor delivers to one', async () => {
    const { clock, arrivals, alice, bob } = await pair({ delayMs: 10 });
    alice.send(Buffer.from('on its way'), BOB);
    await bob.close();
    bob.send(Buffer.from('x'), ALICE);
    clock.advance(100);
    expect(arrivals).toEqual({ alice: [], bob: [] });
  });

  it('chooses free ports for port 0, also around taken ones', async () => {
    const { network } = await pair();
    await network.bind({ address: ALICE.address, port: 49153 }, { datagram: () => {} });
    const sockets = await Promise.all([1, 2, 3].map(() => network.bind({ address: ALICE.address, port: 0 }, { datagram: () => {} })));
    const ports = sockets.map(({ local }) => local.port);
    expect(new Set([...ports, 49153, 0]).size).toBe(5);
  });

  it('begins the ports again at the end of their range, and says when none is left', async () => {
    const clock = new VirtualClock();
    const network = new MemoryNetwork({ clock, random: new SeededRandom(1) });
    const any = { address: '192.0.2.1', port: 0 };
    const open = (): Promise<DatagramSocket> => network.bind(any, { datagram: () => {} });
    const sockets: DatagramSocket[] = [];
    for (let count = 49152; count <= 65535; count++) sockets.push(await open());
    expect(errorCode(await open().catch((error: unknown) => error))).toBe('address-in-use');
    await sockets[7]?.close();
    expect((await open()).local).toEqual(sockets[7]?.local);
  });
});

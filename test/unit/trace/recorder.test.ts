import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { Recorder, type RecorderOptions } from '../../../harness/trace/recorder.js';

const ALICE = { address: '10.0.0.1', port: 5060 };
const BOB = { address: '10.0.0.2', port: 5060 };

function setUp(options?: RecorderOptions) {
  const clock = new VirtualClock();
  const memory = new MemoryNetwork({ clock, random: new SeededRandom(1) });
  const recorder = new Recorder(clock, options);
  return { clock, memory, recorder };
}

const ignore = { datagram: () => undefined };

test('a datagram is seen at both sockets, in the order of causes', async () => {
  const { clock, memory, recorder } = setUp();
  const alice = await recorder.network('alice', memory).bind(ALICE, ignore);
  await recorder.network('bob', memory).bind(BOB, ignore);
  clock.advance(5);
  alice.send(Buffer.from('hello'), BOB);
  clock.advance(1);
  expect(recorder.events.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.toString() }))).toEqual([
    { sequence: 0, time: 5, point: 'alice', sighting: 'sent', transport: 'udp', source: ALICE, destination: BOB, bytes: 'hello' },
    { sequence: 1, time: 5.1, point: 'bob', sighting: 'received', transport: 'udp', source: ALICE, destination: BOB, bytes: 'hello' },
  ]);
});

test('the event is there before the handler runs, and what the handler sends comes after it', async () => {
  const { clock, memory, recorder } = setUp();
  const alice = await recorder.network('alice', memory).bind(ALICE, ignore);
  const seenByHandler: number[] = [];
  const bob = await recorder.network('bob', memory).bind(BOB, {
    datagram: (_payload, source) => {
      seenByHandler.push(recorder.events.length);
      bob.send(Buffer.from('answer'), source);
    },
  });
  alice.send(Buffer.from('question'), BOB);
  clock.advance(1);
  expect(seenByHandler).toEqual([2]);
  expect(recorder.events.map((event) => `${event.point} ${event.sighting} ${event.bytes}`)).toEqual([
    'alice sent question',
    'bob received question',
    'bob sent answer',
    'alice received answer',
  ]);
});

test('what the network loses was sent and never received', async () => {
  const clock = new VirtualClock();
  const lossy = new MemoryNetwork({ clock, random: new SeededRandom(1), link: () => ({ delayMs: 1, loss: 1 }) });
  const recorder = new Recorder(clock);
  const alice = await recorder.network('alice', lossy).bind(ALICE, ignore);
  await recorder.network('bob', lossy).bind(BOB, ignore);
  alice.send(Buffer.from('hello'), BOB);
  clock.advance(10);
  expect(recorder.events.map((event) => event.sighting)).toEqual(['sent']);
});

test('a port that the network chose is the one in the events', async () => {
  const { clock, memory, recorder } = setUp();
  const network = recorder.network('alice', memory);
  const alice = await network.bind({ address: ALICE.address, port: 0 }, ignore);
  const bob = await network.bind(BOB, ignore);
  bob.send(Buffer.from('hello'), alice.local);
  clock.advance(1);
  expect(recorder.events.map((event) => event.destination)).toEqual([alice.local, alice.local]);
  expect(alice.local.port).not.toBe(0);
});

test('after closing nothing is sent and nothing recorded', async () => {
  const { clock, memory, recorder } = setUp();
  const alice = await recorder.network('alice', memory).bind(ALICE, ignore);
  await alice.close();
  alice.send(Buffer.from('late'), BOB);
  expect(recorder.events).toEqual([]);
  expect(memory.openSockets).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('listeners see every event until they leave', async () => {
  const { memory, recorder } = setUp();
  const alice = await recorder.network('alice', memory).bind(ALICE, ignore);
  const seen: number[] = [];
  const leave = recorder.subscribe((event) => seen.push(event.sequence));
  alice.send(Buffer.from('one'), BOB);
  leave();
  alice.send(Buffer.from('two'), BOB);
  expect(seen).toEqual([0]);
  expect(recorder.events).toHaveLength(2);
});

test.each([
  [8, 20, 14],
  [1, 5, 4],
  [0, 5, 5],
])('with room for %i events, %i leave the newest and count the dropped', async (maxEvents, sent, atLeastDropped) => {
  const { memory, recorder } = setUp({ maxEvents });
  const alice = await recorder.network('alice', memory).bind(ALICE, ignore);
  const seen: number[] = [];
  recorder.subscribe((event) => seen.push(event.sequence));
  for (let count = 0; count < sent; count++) alice.send(Buffer.from([count]), BOB);
  expect(recorder.events.length).toBeLessThanOrEqual(maxEvents);
  expect(recorder.dropped).toBe(sent - recorder.events.length);
  expect(recorder.dropped).toBeLessThanOrEqual(Math.max(atLeastDropped, 0));
  expect(recorder.events.at(-1)?.sequence).toBe(maxEvents === 0 ? undefined : sent - 1);
  expect(seen).toHaveLength(sent);
});

test('a refused address is refused as before', async () => {
  const { memory, recorder } = setUp();
  const network = recorder.network('alice', memory);
  await network.bind(ALICE, ignore);
  await expect(network.bind(ALICE, ignore)).rejects.toMatchObject({ code: 'address-in-use' });
});

test('its beginning is the same moment by the date and by the clock, however long it takes to read both', () => {
  class SlowToRead extends VirtualClock {
    override now(): number {
      this.advance(7);
      return super.now();
    }
  }
  const clock = new SlowToRead(0);
  const recorder = new Recorder(clock);
  expect(recorder.startedAt).toBe(7);
});

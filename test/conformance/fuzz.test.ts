import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import { delay } from '../../harness/platform/clock.js';
import type { DatagramNetwork } from '../../harness/platform/datagram-network.js';
import { NonInviteServerTransaction } from '../../harness/transaction/non-invite-server-transaction.js';
import { FAST_TIMERS, RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';
import { planOf } from '../simulation/plan.js';
import { Stage } from '../simulation/stage.js';
import { Arena, answerAll, type LiveElement, type NetworkKind, NOTHING_LEFT } from './live-elements.js';
import { mutated, TORTURE_MESSAGES } from './mutations.js';
import { retarget } from './retarget.js';
import type { SocketPeer } from './socket-peer.js';

/** `BUSYHERE_FUZZ_RUNS=200000 BUSYHERE_FUZZ_SEED=1 npx jest test/conformance/fuzz` repeats a run. */
const RUNS = Number(process.env.BUSYHERE_FUZZ_RUNS ?? 50_000);
const SEED = Number(process.env.BUSYHERE_FUZZ_SEED ?? Date.now() % 2 ** 31);

/** After so many messages a normal request is sent, and time passes until all that they began must be over. */
const BATCH = 100;
const SHARE = { memory: 0.4, udp: 0.075, conversations: 0.05 } as const;
/** With real sockets, the next batch waits until no more is open than this. */
const MOST_OPEN = 20 * BATCH;

jest.setTimeout(60_000 + RUNS * 10);

beforeAll(() => {
  process.stdout.write(`live fuzzing: seed ${SEED}, ${RUNS} mutated messages\n`);
});

/** Messages as our own elements exchanged them in simulated conversations. */
async function realMessages(): Promise<Buffer[]> {
  const texts = new Set<string>();
  for (let seed = 1; seed <= 10; seed++) {
    const stage = new Stage(planOf(seed));
    await stage.open();
    for (const step of stage.plan.steps) if (step.kind === 'call') stage.place(step);
    stage.clock.advance(20_000);
    for (const { bytes } of stage.trace.events) texts.add(bytes.toString('latin1'));
    await stage.close();
  }
  return [...texts].map((text) => Buffer.from(text, 'latin1'));
}

interface Scene {
  readonly arena: Arena;
  readonly element: LiveElement;
  readonly peers: readonly SocketPeer[];
}

async function scene(kind: NetworkKind, what: 'endpoint' | 'proxy'): Promise<Scene> {
  const arena = Arena.open(kind, SEED, kind === 'udp' ? FAST_TIMERS : RFC3261_TIMERS);
  const [peer, sink] = [await arena.peer(), await arena.peer()];
  answerAll(peer);
  answerAll(sink);
  if (what === 'endpoint') return { arena, element: await arena.endpoint(), peers: [peer, sink] };
  const route = { kind: 'domain' as const, nextHop: sink.address, listener: 'default', role: 'server' as const };
  const domains = ['probe.example', 'example.net', 'example.org', 'lab.example'];
  const element = await arena.proxy({
    accounts: ['user', 'alice', 'bob'].map((user) => ({ user, password: 'secret' })),
    routes: domains.map((pattern) => ({ ...route, pattern })),
    recordRoute: true,
  });
  await arena.register(element, sink, 'sip:user@example.com');
  // Answered by the proxy itself: however late this process is, no timer of a forwarded request is in the way.
  return { arena, element: Object.assign(element, { probe: 'sip:example.com' }), peers: [peer, sink] };
}

/** Waits until an element on real sockets holds no more than this; one that keeps something never gets there. */
async function drained({ engine }: Arena, element: LiveElement, most: number): Promise<void> {
  while (element.openTransactions + element.openContexts > most) await delay(engine.clock, FAST_TIMERS.t1);
}

/** Sends a batch, sees that normal requests are served between and after, and that nothing stays open. */
async function deliver({ arena, element, peers }: Scene, batch: readonly Buffer[], serial: number): Promise<void> {
  const [peer] = peers;
  if (!peer) throw new Error('nobody sends');
  batch.forEach((datagram, index) => {
    peer.send(retarget(datagram, peer.address, `.${serial}.${index}`), element.address);
  });
  await arena.probe(element, peer);
  arena.quiesce();
  if (arena.kind === 'memory') expect([element.openTransactions, element.openContexts]).toEqual([0, 0]);
  else await drained(arena, element, MOST_OPEN);
  for (const { arrivals } of peers) arrivals.length = 0;
}

/** Octets in use when all that can be freed is. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe.each([
  ['endpoint', 'memory'],
  ['proxy', 'memory'],
  ['endpoint', 'udp'],
  ['proxy', 'udp'],
] as const)('a live %s over %s', (what, kind) => {
  test('serves on, whatever it is sent, and keeps nothing of it', async () => {
    const stage = await scene(kind, what);
    const batches = Math.max(2, Math.ceil((RUNS * SHARE[kind]) / BATCH));
    await fuzz(stage, batches);
    expect(await stage.arena.close()).toEqual(NOTHING_LEFT);
  });
});

/** @throws where the element throws, does not serve a normal request, or keeps something */
async function fuzz(stage: Scene, batches: number): Promise<void> {
  const messages = [...TORTURE_MESSAGES, ...(await realMessages())];
  let serial = 0;
  let warm = 0;
  const holds = fc.asyncProperty(fc.array(mutated(messages), { minLength: BATCH, maxLength: BATCH }), async (batch) => {
    serial += 1;
    await deliver(stage, batch, serial);
    if (serial === Math.ceil(batches / 2)) warm = heapInUse();
  });
  await fc.assert(holds, { seed: SEED, numRuns: batches, endOnFailure: true });
  if (stage.arena.kind === 'udp') await drained(stage.arena, stage.element, 0);
  expect(heapInUse() - warm).toBeLessThan(32 * 1024 * 1024);
}

describe('what the fuzzing would find', () => {
  test.each([
    [
      'an exception',
      () =>
        jest.spyOn(UserAgent.prototype, 'ack').mockImplementation(() => {
          throw new Error('planted');
        }),
    ],
    ['a transaction that is kept', () => jest.spyOn(NonInviteServerTransaction.prototype, 'respond').mockImplementation(() => {})],
  ])('%s', async (_what, plant) => {
    const stage = await scene('memory', 'endpoint');
    const planted = plant();
    await expect(fuzz(stage, 20)).rejects.toThrow();
    planted.mockRestore();
    await stage.arena.close();
  });
});

/** Changes a share of what is sent through it while the links are troubled. */
function corrupting(stage: () => Stage, damage: (payload: Buffer) => Buffer): (inner: DatagramNetwork) => DatagramNetwork {
  return (inner) => ({
    bind: async (local, handlers) => {
      const socket = await inner.bind(local, handlers);
      return {
        local: socket.local,
        send: (payload, destination, failed) => socket.send(stage().troubled ? damage(payload) : payload, destination, failed),
        close: () => socket.close(),
      };
    },
  });
}

describe('conversations of which a fifth of the datagrams is damaged on the way', () => {
  test('come to an end, and leave nothing', async () => {
    const wanted = RUNS * SHARE.conversations;
    let damaged = 0;
    for (let seed = SEED; damaged < wanted; seed++) damaged += await converse(seed);
    expect(damaged).toBeGreaterThanOrEqual(wanted);
  });
});

/** Plays a plan of the simulation with damage on its links; gives how many datagrams were damaged. */
async function converse(seed: number): Promise<number> {
  const plan = planOf(seed);
  let damaged = 0;
  const dice = new Stage(plan).random.fork('damage');
  const stage: Stage = new Stage(
    plan,
    corrupting(
      () => stage,
      (payload) => {
        if (dice.below(5) > 0) return payload;
        damaged += 1;
        const [message] = fc.sample(mutated([payload]), { seed: dice.uint32() | 0, numRuns: 1 });
        return message ?? payload;
      },
    ),
  );
  await stage.open();
  for (const step of plan.steps) {
    stage.clock.setTimer(step.at, () => {
      if (step.kind === 'call') stage.place(step);
      else if (step.kind === 'message') stage.send(step.from, step.target);
    });
  }
  for (let round = 0; round < 3; round++) {
    stage.clock.advance(300_000);
    stage.giveUp();
  }
  stage.clock.advance(300_000);
  const left = [...stage.agents].map(([name, agent]) => [name, agent.openTransactions, agent.openDialogs, agent.openSessions]);
  expect({ seed, left }).toEqual({ seed, left: [...stage.agents.keys()].map((name) => [name, 0, 0, 0]) });
  await stage.close();
  expect([seed, stage.clock.pendingTimers, stage.proxy.openContexts, stage.proxy.openTransactions]).toEqual([seed, 0, 0, 0]);
  return damaged;
}

import { Telephone } from '../../harness/endpoint/telephone.js';
import { createResponse } from '../../harness/sip/create-response.js';
import { FAST_TIMERS, RFC3261_TIMERS, type TimerValues } from '../../harness/transaction/timer-values.js';
import { WITH_SDP } from '../unit/endpoint/peer.js';
import { addressOf, World as EndpointWorld } from '../unit/endpoint/world.js';
import { World as ProxyWorld } from '../unit/proxy/world.js';
import { Bench, PEER, wireRequest } from '../unit/transaction/bench.js';

/** RFC 3261, table 4 and §16.6 item 11; RFC 6026 §7. In ms. */
const BY_THE_BOOK: TimerValues = {
  t1: 500,
  t2: 4_000,
  t4: 5_000,
  timerB: 32_000,
  timerC: 181_000,
  timerD: 32_000,
  timerF: 32_000,
  timerH: 32_000,
  timerI: 5_000,
  timerJ: 32_000,
  timerK: 5_000,
  timerL: 32_000,
  timerM: 32_000,
  trying: 200,
  ringRepeat: 60_000,
};

/** No two alike, so that none can be taken for another. */
const DISTINCT: TimerValues = {
  t1: 500,
  t2: 3_000,
  t4: 5_000,
  timerB: 20_000,
  timerC: 40_000,
  timerD: 21_000,
  timerF: 22_000,
  timerH: 23_000,
  timerI: 1_100,
  timerJ: 24_000,
  timerK: 1_200,
  timerL: 25_000,
  timerM: 26_000,
  trying: 170,
  ringRepeat: 27_000,
};

const LONG = 100_000;

/** How long a client transaction of ours lives after the peer's answer, or without one. */
async function clientLife(method: string, answer?: number): Promise<number> {
  const bench = await Bench.open(PEER, DISTINCT);
  let endedAt = Number.NaN;
  const ended = (): void => {
    endedAt = bench.clock.now();
  };
  bench.layer.request(bench.request(method), bench.flow, { response: () => {}, timeout: () => {}, ended });
  if (answer !== undefined) bench.answer(answer, { method });
  bench.clock.advance(LONG);
  return endedAt;
}

/** How long an INVITE of ours lives after its CANCEL, if the callee that rang answers neither (RFC 3261 §9.1). */
async function cancelledLife(): Promise<number> {
  const bench = await Bench.open(PEER, DISTINCT);
  let endedAt = Number.NaN;
  const ended = (): void => {
    endedAt = bench.clock.now();
  };
  const invite = bench.layer.invite(bench.request('INVITE'), bench.flow, { response: () => {}, timeout: () => {}, ended });
  bench.answer(180);
  invite.cancel();
  bench.clock.advance(LONG);
  return endedAt;
}

/** How long a server transaction of ours lives after its user's answer. */
async function serverLife(method: string, status: number, acknowledged: boolean): Promise<number> {
  const bench = await Bench.open(PEER, DISTINCT);
  bench.say(wireRequest(method));
  const [transaction] = bench.user.requests;
  let endedAt = Number.NaN;
  transaction?.onEnded(() => {
    endedAt = bench.clock.now();
  });
  transaction?.respond(createResponse(transaction.request, status, { toTag: 'x' }));
  if (acknowledged) bench.say(wireRequest('ACK', { toTag: 'x' }));
  bench.clock.advance(LONG);
  return endedAt;
}

/** The pause before the nth repetition of what starts so; before the last one there is where `n` is -1. */
function pauseBefore(bench: Bench, start: string, n: number): number {
  bench.clock.advance(19_000);
  const times = bench.timesOf(start);
  return (times.at(n) ?? Number.NaN) - (times.at(n - 1) ?? Number.NaN);
}

async function clientPause(method: string, n: number): Promise<number> {
  const bench = await Bench.open(PEER, DISTINCT);
  bench.layer.request(bench.request(method), bench.flow, { response: () => {}, timeout: () => {} });
  return pauseBefore(bench, method, n);
}

async function serverPause(n: number): Promise<number> {
  const bench = await Bench.open(PEER, DISTINCT);
  bench.say(wireRequest('INVITE'));
  const [transaction] = bench.user.requests;
  transaction?.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
  return pauseBefore(bench, 'SIP/2.0 486', n);
}

async function untilTrying(): Promise<number> {
  const bench = await Bench.open(PEER, DISTINCT);
  bench.say(wireRequest('INVITE'));
  bench.clock.advance(LONG);
  return bench.timesOf('SIP/2.0 100')[0] ?? Number.NaN;
}

/** From a callee's 180 to the proxy's CANCEL. */
async function untilProxyCancels(): Promise<number> {
  const world = await ProxyWorld.open({ timers: DISTINCT });
  const carol = await world.peer('192.0.2.3:5060');
  const bob = await world.peer('192.0.2.2:5060');
  world.register(bob, 'bob');
  world.send(carol, 'INVITE', 'sip:bob@lab.example');
  bob.respond(bob.lastRequest('INVITE'), 180);
  world.settle();
  const since = world.clock.now();
  while (bob.requests('CANCEL').length === 0 && world.clock.now() < LONG) world.clock.advance(10);
  const waited = world.clock.now() - since;
  await world.close();
  return waited;
}

/** Between two 180s of a ringing user agent. */
async function betweenRings(): Promise<number> {
  const world = new EndpointWorld();
  const bob = await world.agent('bob', 3, { persona: new Telephone(), timers: DISTINCT });
  const peer = await world.peer(9);
  bob.onInvitation((call) => call.ring());
  peer.send(peer.request('INVITE', 'sip:bob@127.0.0.3:5060', WITH_SDP), addressOf(3));
  await world.pass(LONG);
  const [first, second] = peer.received.filter(({ text }) => text.startsWith('SIP/2.0 180')).map(({ time }) => time);
  await world.close();
  return (second ?? Number.NaN) - (first ?? Number.NaN);
}

describe('the timers', () => {
  test.each<[string, keyof TimerValues, () => Promise<number>]>([
    ['A, from which INVITE is repeated', 't1', () => clientPause('INVITE', 1)],
    ['B, INVITE that nobody answers', 'timerB', () => clientLife('INVITE')],
    ['B, INVITE that was cancelled', 'timerB', cancelledLife],
    ['C, INVITE that rings at a proxy', 'timerC', untilProxyCancels],
    ['D, INVITE client after a failure', 'timerD', () => clientLife('INVITE', 486)],
    ['E, from which other requests are repeated', 't1', () => clientPause('MESSAGE', 1)],
    ['E, at its longest', 't2', () => clientPause('MESSAGE', -1)],
    ['F, another request that nobody answers', 'timerF', () => clientLife('MESSAGE')],
    ['G, from which a failure is repeated', 't1', () => serverPause(1)],
    ['G, at its longest', 't2', () => serverPause(-1)],
    ['H, a failure that nobody acknowledges', 'timerH', () => serverLife('INVITE', 486, false)],
    ['I, INVITE server after the ACK', 'timerI', () => serverLife('INVITE', 486, true)],
    ['J, server of another request after its final', 'timerJ', () => serverLife('MESSAGE', 486, false)],
    ['K, client of another request after its final', 'timerK', () => clientLife('MESSAGE', 486)],
    ['L, INVITE server after a 2xx', 'timerL', () => serverLife('INVITE', 200, false)],
    ['M, INVITE client after a 2xx', 'timerM', () => clientLife('INVITE', 200)],
    ['the 100 that nobody sends', 'trying', untilTrying],
    ['the 180 that is repeated', 'ringRepeat', betweenRings],
  ])('%s: %s', async (_what, name, measure) => {
    const measured = await measure();
    expect(measured).toBeGreaterThan(DISTINCT[name] - 20);
    expect(measured).toBeLessThan(DISTINCT[name] + 20);
  });

  test('are the RFC’s where nothing else is asked for, and all fifty times as fast where speed is', () => {
    expect(RFC3261_TIMERS).toEqual(BY_THE_BOOK);
    expect(Object.entries(FAST_TIMERS).map(([name, value]) => [name, value * 50])).toEqual(Object.entries(BY_THE_BOOK));
  });
});

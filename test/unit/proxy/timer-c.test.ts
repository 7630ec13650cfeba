import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';
import type { Peer } from './peer.js';
import { NOTHING_LEFT, World } from './world.js';

const BOB = 'sip:bob@lab.example';
const TIMER_C = 181_000;

describe('a callee without a final response', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;
  let carolsInvite: string[];

  beforeEach(async () => {
    world = await World.open();
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
    carolsInvite = world.lines(carol, 'INVITE', BOB);
    carol.send(world.entrance(), carolsInvite);
    world.settle();
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('who says nothing at all is given up after Timer B: 408', () => {
    world.clock.advance(31_900);
    expect(carol.statuses('INVITE')).toEqual([100]);
    world.clock.advance(200);
    expect(carol.statuses('INVITE')).toEqual([100, 408]);
    expect(bob.requests('INVITE')).toHaveLength(7); // Timer A: 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('who rings is cancelled at Timer C, and the originator gets 408, once', () => {
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.clock.advance(TIMER_C - 100);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    world.clock.advance(200);
    expect(bob.requests('CANCEL')).toHaveLength(1);
    expect(carol.statuses('INVITE')).toEqual([180]); // the decision waits for what the CANCEL brings
    bob.respond(bob.lastRequest('CANCEL'), 200);
    bob.respond(bob.lastRequest('INVITE'), 487);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 408]);
    world.ackFailure(carol, BOB);
    world.clock.advance(40_000);
    expect(carol.statuses('INVITE')).toEqual([180, 408]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('who does not answer the CANCEL of Timer C either: 408 after 64·T1', () => {
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.clock.advance(TIMER_C + 31_900);
    expect(carol.statuses('INVITE')).toEqual([180]);
    world.clock.advance(200);
    expect(carol.statuses('INVITE')).toEqual([180, 408]);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('whom the originator cancels after Timer C did: 487', () => {
    const via = `Via: ${carolsInvite.find((line) => line.startsWith('Via:'))?.slice(5)}`;
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.clock.advance(TIMER_C + 100);
    world.send(carol, 'CANCEL', BOB, [via]);
    bob.respond(bob.lastRequest('INVITE'), 487);
    world.settle();
    expect(bob.requests('CANCEL')).toHaveLength(1);
    expect(carol.statuses('INVITE')).toEqual([180, 487]);
  });

  test('who answers just as Timer C fires is put through', () => {
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.clock.advance(TIMER_C + 100);
    bob.respond(bob.lastRequest('INVITE'), 200, { headers: ['Contact: <sip:bob@192.0.2.2:5060>'] });
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 200]);
  });

  test('who repeats his 180 every minute may ring as long as he likes', () => {
    for (let minute = 0; minute < 10; minute++) {
      bob.respond(bob.lastRequest('INVITE'), 180);
      world.clock.advance(60_000);
    }
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(carol.statuses('INVITE')).toEqual(new Array(10).fill(180));
    world.clock.advance(TIMER_C);
    expect(bob.requests('CANCEL').length).toBeGreaterThan(0);
  });

  test('whose 100 is repeated does not stop Timer C', () => {
    bob.respond(bob.lastRequest('INVITE'), 100);
    world.clock.advance(TIMER_C - 1_000);
    bob.respond(bob.lastRequest('INVITE'), 100);
    world.clock.advance(1_100);
    expect(bob.requests('CANCEL')).toHaveLength(1);
    expect(carol.statuses('INVITE')).toEqual([100]); // the proxy's own, none of bob's
  });

  // RFC 4320 §4.2: by now the originator's own Timer F has fired or is about to, so a 408 could only come too late.
  test('to a MESSAGE: neither 408 nor CANCEL, and nothing is kept after Timer F', () => {
    world.send(carol, 'MESSAGE', BOB, ['Call-ID: message']);
    const before = world.proxy.openContexts;
    world.clock.advance(32_100);
    expect(carol.statuses('MESSAGE')).toEqual([]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(before - world.proxy.openContexts).toBe(2); // the INVITE's and the MESSAGE's
  });

  test('to a MESSAGE, where a server further on wrote the 408: it goes no further (RFC 4320 §4.2)', () => {
    const lines = world.lines(carol, 'MESSAGE', BOB, ['Call-ID: message']);
    carol.send(world.entrance(), lines);
    world.settle();
    bob.respond(bob.lastRequest('MESSAGE'), 408);
    world.settle();
    carol.send(world.entrance(), lines);
    world.settle();
    expect(carol.statuses('MESSAGE')).toEqual([]);
    expect(bob.requests('MESSAGE')).toHaveLength(1); // carol's repetition is none of a new request
    expect(world.proxy.openContexts).toBe(1); // the INVITE's
  });

  test('to a MESSAGE but that it is being worked on: a provisional goes no further (RFC 4320 §4.1)', () => {
    world.send(carol, 'MESSAGE', BOB, ['Call-ID: message']);
    bob.respond(bob.lastRequest('MESSAGE'), 182);
    bob.respond(bob.lastRequest('MESSAGE'), 200);
    world.settle();
    expect(carol.statuses('MESSAGE')).toEqual([200]);
  });
});

test('a Timer C shorter than Timer B ends a branch that never answered, with 408 and without CANCEL', async () => {
  const world = await World.open({ timers: { ...RFC3261_TIMERS, timerC: 10_000 } });
  const carol = await world.peer('192.0.2.3:5060');
  const bob = await world.peer('192.0.2.2:5060');
  world.register(bob, 'bob');
  world.send(carol, 'INVITE', BOB);
  world.clock.advance(10_000);
  expect(carol.statuses('INVITE')).toEqual([100, 408]);
  const before = bob.requests('INVITE').length;
  world.clock.advance(60_000);
  expect(bob.requests()).toHaveLength(before);
  expect(await world.close()).toEqual(NOTHING_LEFT);
});

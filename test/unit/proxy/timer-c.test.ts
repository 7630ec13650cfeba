import type { Peer } from './peer.js';
import { NOTHING_LEFT, World } from './world.js';

const BOB = 'sip:bob@lab.example';
const TIMER_C = 181_000;

describe('a callee without a final response', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;

  beforeEach(async () => {
    world = await World.open();
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
    world.send(carol, 'INVITE', BOB);
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

  test('to a MESSAGE: 408 after Timer F, no CANCEL', () => {
    world.send(carol, 'MESSAGE', BOB, ['Call-ID: message']);
    world.clock.advance(32_100);
    expect(carol.statuses('MESSAGE')).toEqual([408]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
  });
});

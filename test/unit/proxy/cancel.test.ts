import type { Peer } from './peer.js';
import { NOTHING_LEFT, SHARED_LISTENER, World } from './world.js';

const BOB = 'sip:bob@lab.example';

describe('CANCEL', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;
  let via: string;

  async function invite(options: Parameters<typeof World.open>[0] = {}): Promise<void> {
    world = await World.open(options);
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
    via = `Via: SIP/2.0/UDP ${carol.host};branch=${world.newBranch()}`;
    world.send(carol, 'INVITE', BOB, [via]);
  }

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('ends a ringing branch, whose 487 goes upstream', async () => {
    await invite();
    const arrival = bob.lastRequest('INVITE');
    bob.respond(arrival, 180);
    world.settle();
    world.send(carol, 'CANCEL', BOB, [via]);
    expect(carol.statuses('CANCEL')).toEqual([200]);
    expect(carol.statuses('INVITE')).toEqual([180]);
    const cancel = bob.lastRequest('CANCEL').message;
    expect(cancel.requestUri).toBe(arrival.message.requestUri);
    expect(cancel.headers.list('Via')).toEqual(arrival.message.headers.list('Via').slice(0, 1));
    expect(cancel.headers.get('CSeq')).toBe('1 CANCEL');
    bob.respond(bob.lastRequest('CANCEL'), 200);
    bob.respond(arrival, 487);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 487]);
    expect(bob.requests('ACK')).toHaveLength(1);
    expect(world.proxy.openContexts).toBe(0);
    world.ackFailure(carol, BOB);
    world.clock.advance(40_000);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('waits for a provisional response before it goes on', async () => {
    await invite();
    world.send(carol, 'CANCEL', BOB, [via]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    bob.respond(bob.lastRequest('INVITE'), 100);
    world.settle();
    expect(bob.requests('CANCEL')).toHaveLength(1);
    bob.respond(bob.lastRequest('CANCEL'), 200);
    bob.respond(bob.lastRequest('INVITE'), 487);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([487]);
  });

  test('of a callee that never says anything brings 487 when Timer B fires', async () => {
    await invite();
    world.send(carol, 'CANCEL', BOB, [via]);
    world.clock.advance(31_900);
    expect(carol.statuses('INVITE')).toEqual([100]);
    world.clock.advance(200);
    expect(carol.statuses('INVITE')).toEqual([100, 487]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('of a callee that rings and then falls silent brings 487 after 64·T1', async () => {
    await invite();
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    world.send(carol, 'CANCEL', BOB, [via]);
    world.clock.advance(32_100);
    expect(carol.statuses('INVITE')).toEqual([180, 487]);
  });

  test('that crosses a 486 changes nothing: the 486 goes upstream', async () => {
    await invite();
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.send(carol, 'CANCEL', BOB, [via]);
    expect(carol.statuses('CANCEL')).toEqual([200]);
    expect(carol.statuses('INVITE')).toEqual([180, 486]);
    expect(bob.requests('CANCEL')).toHaveLength(0); // it came after the final response
  });

  test('that crosses a 200 does not stop the 200', async () => {
    await invite();
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    world.send(carol, 'CANCEL', BOB, [via]);
    bob.respond(bob.lastRequest('INVITE'), 200, { headers: ['Contact: <sip:bob@192.0.2.2:5060>'] });
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 200]);
  });

  test('that matches nothing is answered 481 and forwarded to nobody', async () => {
    await invite();
    world.send(carol, 'CANCEL', BOB);
    expect(carol.statuses('CANCEL')).toEqual([481]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
  });

  test('of a MESSAGE under way is answered 200, and changes nothing', async () => {
    await invite();
    const other = `Via: SIP/2.0/UDP ${carol.host};branch=${world.newBranch()}`;
    world.send(carol, 'MESSAGE', BOB, [other, 'Call-ID: message']);
    world.send(carol, 'CANCEL', BOB, [other, 'Call-ID: message']);
    expect(carol.statuses('CANCEL')).toEqual([200]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    bob.respond(bob.lastRequest('MESSAGE'), 486);
    world.settle();
    expect(carol.statuses('MESSAGE')).toEqual([486]);
  });

  test('from another host is a stranger’s: 481, and bob rings on (RFC 3261 §22.1)', async () => {
    await invite();
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    const mallory = await world.peer('192.0.2.66:5060');
    world.send(mallory, 'CANCEL', BOB, [via, `Call-ID: ${carol.host}-call`]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(carol.statuses('INVITE')).toEqual([180]);
    expect(world.proxy.openContexts).toBe(1);
  });

  test('while bob still rings under the fault: his 487 passes', async () => {
    await invite({ trust: SHARED_LISTENER });
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    world.send(carol, 'CANCEL', BOB, [via]);
    bob.respond(bob.lastRequest('INVITE'), 487);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 487]);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('that crosses a 486 which the fault absorbs: the proxy answers 487 itself', async () => {
    await invite({ trust: SHARED_LISTENER });
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    world.send(carol, 'CANCEL', BOB, [via]);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 487]);
    expect(world.proxy.openContexts).toBe(0);
  });
});

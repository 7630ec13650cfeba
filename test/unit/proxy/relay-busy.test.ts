import type { Peer } from './peer.js';
import { at, NOTHING_LEFT, SHARED_LISTENER, World } from './world.js';

const BOB = 'sip:bob@lab.example';

describe('an INVITE to a registered user', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;

  async function open(options: Parameters<typeof World.open>[0] = {}): Promise<void> {
    world = await World.open(options);
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
  }

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('is forwarded with our Via on top, one forward less, and the contact in the Request-URI', async () => {
    await open();
    world.send(carol, 'INVITE', BOB, ['Max-Forwards: 70', 'X-Kept:   as it   came']);
    const { message, source, text } = bob.lastRequest('INVITE');
    expect(source).toEqual(world.entrance());
    expect(message.requestUri).toBe('sip:bob@192.0.2.2:5060');
    expect(message.vias.map((via) => via.sentBy)).toEqual(['192.0.2.200:5060', '192.0.2.3:5060']);
    expect(message.maxForwards).toBe(69);
    expect(message.headers.has('Record-Route')).toBe(false);
    expect(text).toContain('X-Kept:   as it   came\r\n');
    expect(bob.requests('INVITE')).toHaveLength(1);
    expect(carol.statuses('INVITE')).toEqual([]); // the 100 comes after 200 ms of silence
    world.clock.advance(250);
    expect(carol.statuses('INVITE')).toEqual([100]);
  });

  test('its 486 arrives exactly once, is acknowledged hop by hop, and leaves nothing behind', async () => {
    await open();
    world.send(carol, 'INVITE', BOB);
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    bob.respond(bob.lastRequest('INVITE'), 486, { headers: ['Reason: Q.850;cause=17'] });
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([180, 486]);
    const { message } = carol.lastResponse('INVITE');
    expect(message.vias).toHaveLength(1);
    expect(message.toTag).toBe('callee');
    expect(message.headers.get('Reason')).toBe('Q.850;cause=17');
    expect(bob.requests('ACK').map(({ message }) => message.maxForwards)).toEqual([70]);
    world.ackFailure(carol, BOB);
    world.clock.advance(40_000);
    expect(carol.statuses('INVITE')).toEqual([180, 486]);
    expect(bob.requests('ACK')).toHaveLength(1);
    expect(world.proxy.openContexts).toBe(0);
    expect(world.proxy.openTransactions).toBe(0);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('a response without a Via below ours is for nobody', async () => {
    await open();
    world.send(carol, 'INVITE', BOB);
    const { message } = bob.lastRequest('INVITE');
    const kept = ['From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${message.headers.get(name)}`);
    bob.send(world.entrance(), ['SIP/2.0 180 Ringing', `Via: ${message.headers.list('Via')[0]}`, ...kept]);
    world.settle();
    expect(carol.arrivals).toHaveLength(0);
  });

  test('its 486 is not routed under the fault, until 400 s later and as long as carol waits', async () => {
    await open({ trust: SHARED_LISTENER });
    world.send(carol, 'INVITE', BOB);
    bob.respond(bob.lastRequest('INVITE'), 180);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.clock.advance(400_000);
    expect(bob.requests('ACK')).toHaveLength(1); // absorbed after the transaction layer
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(carol.statuses('INVITE')).toEqual([180]);
    expect(world.proxy.openContexts).toBe(1);
    expect(world.journal.filter(({ decision }) => decision === 'absorb 486')).toEqual([
      {
        server: 'lcs',
        flow: 'default 192.0.2.200:5060 – 192.0.2.2:5060',
        setting: 'quirks.lcs2003, listeners[default].treatAllConnectionsAsTrusted+treatAllConnectionsAsServer',
        decision: 'absorb 486',
        reason: expect.any(String),
      },
    ]);
  });

  test('after the fault a CANCEL is answered 200, and the INVITE 487, by the proxy itself', async () => {
    await open({ trust: SHARED_LISTENER });
    const via = `Via: SIP/2.0/UDP ${carol.host};branch=${world.newBranch()}`;
    world.send(carol, 'INVITE', BOB, [via]);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.clock.advance(200_000);
    world.send(carol, 'CANCEL', BOB, [via]);
    expect(carol.statuses('CANCEL')).toEqual([200]);
    expect(carol.statuses('INVITE')).toEqual([100, 487]);
    expect(bob.requests('CANCEL')).toHaveLength(0);
    expect(world.proxy.openContexts).toBe(0);
    world.ackFailure(carol, BOB);
    world.clock.advance(40_000);
    expect(carol.statuses('INVITE')).toEqual([100, 487]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test.each([
    ['2xx', 200, [100, 200]],
    ['487', 487, [100, 487]],
  ])('the fault lets a %s pass', async (_name, status, expected) => {
    await open({ trust: SHARED_LISTENER });
    world.send(carol, 'INVITE', BOB);
    world.clock.advance(300);
    bob.respond(bob.lastRequest('INVITE'), status);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual(expected);
  });

  test('the fault lets the rejection of a re-INVITE pass, and of a MESSAGE', async () => {
    await open({ trust: SHARED_LISTENER });
    world.send(carol, 'INVITE', BOB, [`To: <${BOB}>;tag=callee`, 'CSeq: 2 INVITE']);
    bob.respond(bob.lastRequest('INVITE'), 488);
    world.send(carol, 'MESSAGE', BOB);
    bob.respond(bob.lastRequest('MESSAGE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([488]);
    expect(carol.statuses('MESSAGE')).toEqual([486]);
  });

  test('without the quirk the same proxy forwards', async () => {
    await open({ trust: { ...SHARED_LISTENER, quirks: [] } });
    world.send(carol, 'INVITE', BOB);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([486]);
  });

  test("the gateway's own 486 passes under the fault", async () => {
    const nextHop = at('192.0.2.10:5060');
    await open({ trust: SHARED_LISTENER, routes: [{ kind: 'number', pattern: '+1*', nextHop, listener: 'default', role: 'gateway' }] });
    const gateway = await world.peer('192.0.2.10:5060');
    world.send(carol, 'INVITE', 'sip:+15550100@lab.example');
    gateway.respond(gateway.lastRequest('INVITE'), 486);
    world.settle();
    expect(gateway.lastRequest('INVITE').message.requestUri).toBe('sip:+15550100@lab.example');
    expect(carol.statuses('INVITE')).toEqual([486]);
    expect(world.journal.at(-1)).toMatchObject({ decision: 'forward 486', setting: 'peers' });
  });
});

import type { Peer } from './peer.js';
import { at, NOTHING_LEFT, SHARED_LISTENER, World } from './world.js';

const BOB = 'sip:bob@lab.example';

describe('a stateless proxy', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;

  async function open(options: Parameters<typeof World.open>[0] = {}): Promise<void> {
    world = await World.open({ stateless: true, ...options });
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob', `<sip:bob@${bob.host}>`, world.entrance(options.listeners?.at(-1)?.name));
    world.clock.advance(40_000); // the registrar answers in a transaction, as any server
  }

  function invite(extra: readonly string[] = []): string[] {
    const lines = world.lines(carol, 'INVITE', BOB, extra);
    carol.send(world.entrance(), lines);
    world.settle();
    return lines;
  }

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('keeps nothing: no transaction, no timer, no 100, no retransmission, no 408', async () => {
    await open();
    invite();
    expect(bob.requests('INVITE')).toHaveLength(1);
    expect([world.proxy.openTransactions, world.proxy.openContexts, world.clock.pendingTimers]).toEqual([0, 0, 0]);
    world.clock.advance(200_000);
    expect(bob.requests('INVITE')).toHaveLength(1);
    expect(carol.statuses('INVITE')).toEqual([]);
  });

  test('gives retransmissions, CANCEL and the ACK of a failure the branch of the INVITE', async () => {
    await open();
    const lines = invite();
    carol.send(world.entrance(), lines);
    world.settle();
    const [first, second] = bob.requests('INVITE').map(({ message }) => message.topVia?.branch);
    expect(second).toBe(first);
    const via = lines.find((line) => line.startsWith('Via:')) ?? '';
    world.send(carol, 'CANCEL', BOB, [via]);
    expect(bob.lastRequest('CANCEL').message.topVia?.branch).toBe(first);
    bob.respond(bob.lastRequest('INVITE'), 487);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([487]);
    world.send(carol, 'ACK', BOB, [via, `To: <${BOB}>;tag=callee`]);
    expect(bob.lastRequest('ACK').message.topVia?.branch).toBe(first);
    invite(['Call-ID: another']);
    expect(bob.lastRequest('INVITE').message.topVia?.branch).not.toBe(first);
  });

  test.each([
    ['with a branch of RFC 3261', ';branch=z9hG4bKown', true],
    ['with one that identifies nothing', ';branch=1', false],
  ])('knows a request again that comes from another port: %s', async (_name, branch, known) => {
    await open();
    const elsewhere = await world.peer('192.0.2.3:61000');
    const lines = world.lines(carol, 'INVITE', BOB, [`Via: SIP/2.0/UDP 192.0.2.3:5060;rport${branch}`]);
    for (const peer of [carol, elsewhere]) peer.send(world.entrance(), lines);
    world.settle();
    const [first, second] = bob.requests('INVITE').map(({ message }) => message.topVia?.branch);
    expect(second === first).toBe(known);
  });

  test('passes every response on, each time it comes, from the listener where the request came in', async () => {
    await open({
      listeners: [
        { name: 'default', address: at('192.0.2.200:5060') },
        { name: 'other', address: at('192.0.2.201:5080') },
      ],
    });
    invite();
    expect(bob.lastRequest('INVITE').source).toEqual(at('192.0.2.201:5080'));
    for (const status of [100, 180, 486, 486]) {
      bob.respond(bob.lastRequest('INVITE'), status);
      world.settle();
    }
    expect(carol.statuses('INVITE')).toEqual([100, 180, 486, 486]);
    for (const { source, message } of carol.responses('INVITE')) {
      expect(source).toEqual(at('192.0.2.200:5060'));
      expect(message.vias).toHaveLength(1);
    }
  });

  test('refuses without state, and does not pass on the ACK for its own refusal', async () => {
    await open({ trust: { listeners: [], hosts: [{ address: '192.0.2.2', treatAsAuthenticated: true }], quirks: [] } });
    const [, via = ''] = invite();
    expect(carol.statuses('INVITE')).toEqual([407]);
    expect(world.clock.pendingTimers).toBe(0);
    world.send(carol, 'ACK', BOB, [via, `To: ${carol.lastResponse('INVITE').message.headers.get('To')}`]);
    expect(bob.requests()).toHaveLength(0);
    // Retransmitted credentials are no replay here.
    const credentials = world.credentials(carol, 'INVITE', BOB, 'carol');
    const lines = invite([credentials, 'CSeq: 2 INVITE']);
    carol.send(world.entrance(), lines);
    world.settle();
    expect(bob.requests('INVITE')).toHaveLength(2);
  });

  test('gives a retransmission the To tag that it gave the request, and another request another (RFC 3261 §8.2.7)', async () => {
    await open();
    const lines = invite(['Max-Forwards: 0']);
    carol.send(world.entrance(), lines);
    world.settle();
    invite(['Max-Forwards: 0']);
    const [first, again, other] = carol.responses('INVITE').map(({ message }) => message.toTag);
    expect(again).toBe(first);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(other).not.toBe(first);
  });

  test('cancels nothing outside its domain', async () => {
    await open();
    const elsewhere = await world.peer('198.51.100.1:5060');
    world.send(carol, 'CANCEL', 'sip:eve@198.51.100.1');
    expect(carol.statuses('CANCEL')).toEqual([481]);
    expect(elsewhere.requests()).toHaveLength(0);
  });

  test('drops responses to nothing that it forwarded', async () => {
    await open();
    for (const branch of ['z9hG4bKx', 'z9hG4bKx-7.1', 'z9hG4bKx-0.1']) {
      const vias = [`Via: SIP/2.0/UDP 192.0.2.200:5060;branch=${branch}`];
      bob.send(world.entrance(), ['SIP/2.0 200 OK', ...vias, `From: <${BOB}>;tag=1`, `To: <${BOB}>;tag=2`, 'Call-ID: x', 'CSeq: 1 INVITE']);
    }
    world.settle();
    expect(carol.arrivals).toHaveLength(0);
  });

  test('under the fault: the 486 is dropped every time it comes, and bob gets no ACK', async () => {
    await open({ trust: SHARED_LISTENER });
    invite();
    for (const status of [180, 486, 486, 486]) {
      bob.respond(bob.lastRequest('INVITE'), status);
      world.settle();
    }
    expect(carol.statuses('INVITE')).toEqual([180]);
    expect(bob.requests('ACK')).toHaveLength(0);
    expect(world.journal.filter(({ decision }) => decision === 'absorb 486')).toHaveLength(3);
  });
});

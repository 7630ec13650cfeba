import { Branch } from '../../../harness/proxy/branch.js';
import type { Peer } from './peer.js';
import { NOTHING_LEFT, World } from './world.js';

const BOB = 'sip:bob@lab.example';

/** The final belongs to the proxy's transaction, which ends with it; but nothing in it says where it would go on to (RFC 3261 §16.7 item 3). */
describe('a final response with no Via but the proxy’s own', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;

  function answerAlone(method: string, status: number): void {
    const { message, source } = bob.lastRequest(method);
    const copied = ['From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${message.headers.get(name)}`);
    const via = `Via: ${message.headers.list('Via')[0]}`;
    bob.send(source, [`SIP/2.0 ${status} Test`, via, `To: ${message.headers.get('To')};tag=callee`, ...copied]);
    world.settle();
  }

  beforeEach(async () => {
    world = await World.open();
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test.each([486, 200])('%i to an INVITE ends the branch as if nobody had answered', (status) => {
    world.send(carol, 'INVITE', BOB);
    answerAlone('INVITE', status);
    expect(carol.statuses('INVITE')).toEqual([408]);
    expect(world.proxy.openContexts).toBe(0);
    world.ackFailure(carol, BOB);
    world.clock.advance(40_000);
    expect([world.proxy.openTransactions, world.clock.pendingTimers]).toEqual([0, 0]);
  });

  test.each([486, 200])('%i to a MESSAGE ends it in silence', (status) => {
    world.send(carol, 'MESSAGE', BOB);
    answerAlone('MESSAGE', status);
    expect(carol.statuses('MESSAGE')).toEqual([]);
    expect(world.proxy.openContexts).toBe(0);
    world.clock.advance(40_000);
    expect([world.proxy.openTransactions, world.clock.pendingTimers]).toEqual([0, 0]);
  });

  test('a provisional one changes nothing', () => {
    world.send(carol, 'INVITE', BOB);
    answerAlone('INVITE', 180);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([486]);
  });

  test('a transaction that ends without a word ends its branch, once', () => {
    let ends = 0;
    const listener = { provisional: () => {}, success: () => {}, mayRoute: () => true, ended: () => void (ends += 1) };
    const branch = new Branch(world.clock, 1_000, listener);
    branch.start('INVITE', (handlers) => {
      handlers.ended?.();
      handlers.ended?.();
      return { terminate: () => {} } as ReturnType<Parameters<Branch['start']>[1]>;
    });
    expect([branch.end, ends]).toEqual([{ kind: 'silent' }, 1]);
  });
});

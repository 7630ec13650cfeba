import type { IncomingCall } from '../../harness/endpoint/endpoint.js';
import type { UserAgent } from '../../harness/endpoint/user-agent.js';
import { CallWorld, NOTHING } from './call-world.js';

const BOB = 'sip:bob@lab.example';
const PROXY = 2;

describe('§16.7, §13.2.2.4: a user with two telephones', () => {
  let world: CallWorld;
  let alice: UserAgent;
  let desk: UserAgent;
  let mobile: UserAgent;
  beforeEach(async () => {
    world = new CallWorld();
    await world.proxy(PROXY, { recordRoute: true });
    alice = await world.agent('alice', 3, PROXY);
    desk = await world.agent('bob1', 4, PROXY);
    mobile = await world.agent('bob2', 5, PROXY);
    await world.register(alice, desk, mobile);
  });
  afterEach(async () => {
    expect(world.quiesce()).toEqual(NOTHING);
    await world.close();
  });

  const take = (agent: UserAgent, act: (call: IncomingCall) => void): IncomingCall[] => {
    const calls: IncomingCall[] = [];
    agent.onInvitation((call) => {
      calls.push(call);
      act(call);
    });
    return calls;
  };
  const statesOf = (...calls: IncomingCall[][]): (string | undefined)[] => calls.map(([call]) => call?.state);

  test('both ring; who answers has the call, the other stops ringing', () => {
    const atDesk = take(desk, (call) => call.ring());
    const onTheMove = take(mobile, (call) => {
      call.ring();
      world.clock.setTimer(2_000, () => call.answer());
    });
    const call = alice.invite(BOB);
    world.clock.advance(5_000);
    expect([call.state, ...statesOf(atDesk, onTheMove)]).toEqual(['answered', 'cancelled', 'answered']);
    call.hangUp();
  });

  test('both answer at once: alice acknowledges both, keeps one, and says BYE to the other', () => {
    const atDesk = take(desk, (call) => call.answer());
    const onTheMove = take(mobile, (call) => call.answer());
    const call = alice.invite(BOB);
    world.clock.advance(5_000);
    expect(call.state).toBe('answered');
    expect(statesOf(atDesk, onTheMove).sort()).toEqual(['answered', 'ended']);
    expect([world.arrivedAt('bob1'), world.arrivedAt('bob2')].map((labels) => labels.filter((label) => label === 'ACK').length)).toEqual([
      1, 1,
    ]);
    call.hangUp();
  });

  test('one is busy, the other rings on and answers', () => {
    take(desk, (call) => call.reject(486));
    const onTheMove = take(mobile, (call) => {
      call.ring();
      world.clock.setTimer(2_000, () => call.answer());
    });
    const call = alice.invite(BOB);
    world.clock.advance(5_000);
    expect([call.state, ...statesOf(onTheMove), world.arrivedAt('alice').includes('486 INVITE')]).toEqual(['answered', 'answered', false]);
    call.hangUp();
  });

  test.each([
    [486, 480, 486],
    [404, 603, 603],
    [500, 486, 486],
    [503, 503, 500],
  ])('%i and %i: alice gets %i, once', (first, second, best) => {
    take(desk, (call) => call.reject(first));
    take(mobile, (call) => call.reject(second));
    const call = alice.invite(BOB);
    world.clock.advance(60_000);
    expect([call.state, call.finalStatus]).toEqual(['rejected', best]);
    expect(world.arrivedAt('alice').filter((label) => /^[3-6].. INVITE$/.test(label))).toEqual([`${best} INVITE`]);
  });

  test('alice gives up: both stop ringing, and she gets one 487', () => {
    const atDesk = take(desk, (call) => call.ring());
    const onTheMove = take(mobile, (call) => call.ring());
    const call = alice.invite(BOB);
    world.clock.advance(2_000);
    call.cancel();
    world.clock.advance(5_000);
    expect([call.state, ...statesOf(atDesk, onTheMove)]).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(world.arrivedAt('alice').filter((label) => label === '487 INVITE')).toHaveLength(1);
  });
});

describe('§8.2.2.2: a request that reaches one user agent by two ways', () => {
  test('rings once; the copy is answered 482 and harms nothing', async () => {
    const world = new CallWorld();
    await world.proxy(PROXY);
    // two more servers, each of which knows bob's telephone
    const address = (host: number) => ({ address: `192.0.2.${host}`, port: 5060 });
    const [alice, bob] = [await world.agent('alice', 3, PROXY), await world.agent('bob', 4, PROXY)];
    await world.register(alice, bob);
    for (const host of [6, 7]) {
      const next = { kind: 'domain' as const, pattern: 'lab.example', nextHop: address(4), listener: 'default', role: 'server' as const };
      await world.proxy(host, { domain: `other${host}.example`, routes: [next] });
    }
    const taken: IncomingCall[] = [];
    bob.onInvitation((call) => {
      taken.push(call);
      call.ring();
    });
    const call = alice.invite(BOB);
    world.clock.advance(100);
    const [invite] = world.seen('alice').filter(({ message, sent }) => sent && message.cseq?.method === 'INVITE');
    if (!invite) throw new Error('no INVITE');
    world.inject(Buffer.from(invite.bytes.toString('latin1').replace(/branch=[^\s;]+/, 'branch=z9hG4bKanotherway'), 'latin1'), address(6));
    world.clock.advance(1_000);
    expect(taken).toHaveLength(1);
    expect(world.seen('bob').filter(({ sent, message }) => sent && message.kind === 'response' && message.status === 482)).not.toEqual([]);
    expect(call.state).toBe('ringing');
    call.cancel();
    expect(world.quiesce()).toEqual(NOTHING);
    await world.close();
  });
});

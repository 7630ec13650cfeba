import type { IncomingCall } from '../../harness/endpoint/endpoint.js';
import type { UserAgent } from '../../harness/endpoint/user-agent.js';
import type { SipMessage } from '../../harness/sip/message.js';
import { CallWorld, labelOf, NOTHING } from './call-world.js';

const BOB = 'sip:bob@lab.example';
const PROXY = 2;

describe('two user agents and a proxy that records its route', () => {
  let world: CallWorld;
  let alice: UserAgent;
  let bob: UserAgent;
  let taken: IncomingCall[];
  beforeEach(async () => {
    world = new CallWorld();
    await world.proxy(PROXY, { recordRoute: true });
    [alice, bob] = [await world.agent('alice', 3, PROXY), await world.agent('bob', 4, PROXY)];
    await world.register(alice, bob);
    taken = [];
  });
  afterEach(async () => {
    expect(world.quiesce()).toEqual(NOTHING);
    await world.close();
    expect(world.network.openSockets).toBe(0);
  });

  const onInvitation = (act: (call: IncomingCall) => void): void =>
    bob.onInvitation((call) => {
      taken.push(call);
      act(call);
    });
  /** Loses the first so many of what a label names, where one element sends it. */
  const lose = (label: string, from: string, count: number): void => {
    let left = count;
    world.loses = (message: SipMessage, point) => labelOf(message) === label && point === from && left-- > 0;
  };
  const count = (point: string, label: string): number => world.arrivedAt(point).filter((one) => one === label).length;

  describe('§9: CANCEL', () => {
    // alice's INVITE is 20 ms under way to bob, his answers as long to her; she cancels at one moment, he decides at another
    test.each([
      ['before anything came back', 0, undefined, ['cancelled', 487], 'cancelled'],
      ['before bob has the INVITE', 15, undefined, ['cancelled', 487], 'cancelled'],
      ['while bob rings', 1_000, undefined, ['cancelled', 487], 'cancelled'],
      ['just before his 200', 970, 1_000, ['cancelled', 487], 'cancelled'],
      ['across his 200 on the last hop', 1_015, 1_000, ['cancelled', 200], 'ended'],
      ['across his 486', 1_015, 486, ['rejected', 486], 'rejected'],
      ['when he has answered: it is a BYE then', 1_500, 1_000, ['ended', 200], 'ended'],
    ] as const)('%s', (_when, cancelAt, decision, atAlice, atBob) => {
      onInvitation((call) => {
        call.ring();
        if (decision === 486) world.clock.setTimer(1_000 - 20, () => call.reject(486));
        else if (decision !== undefined) world.clock.setTimer(decision - 20, () => call.answer());
      });
      const call = alice.invite(BOB);
      world.clock.setTimer(cancelAt, () => call.cancel());
      world.clock.advance(60_000);
      expect([call.state, call.finalStatus, taken.map(({ state }) => state)]).toEqual([...atAlice, [atBob]]);
      expect(count('alice', `${call.finalStatus} INVITE`)).toBe(1);
    });

    test('is answered 200 by the proxy, hop by hop, and reaches bob as one of its own', () => {
      onInvitation((call) => call.ring());
      const call = alice.invite(BOB);
      world.clock.advance(500);
      call.cancel();
      world.clock.advance(500);
      const cancels = world.seen().filter(({ message, sent }) => !sent && labelOf(message) === 'CANCEL');
      expect(cancels.map(({ point, message }) => [point, message.vias.length])).toEqual([
        [`proxy${PROXY}`, 1],
        ['bob', 1],
      ]);
      expect(count('alice', '200 CANCEL')).toBe(1);
    });
  });

  describe('§13, §17, RFC 6026: the 200 and its ACK', () => {
    test.each([
      ['lost between bob and the proxy', 'bob'],
      ['lost between the proxy and alice', `proxy${PROXY}`],
    ])('a 200 %s is repeated until it gets through, and bob never rings twice', (_where, from) => {
      onInvitation((call) => call.answer());
      lose('200 INVITE', from, 3);
      const call = alice.invite(BOB);
      world.clock.advance(20_000);
      expect([call.state, taken.map(({ state }) => state)]).toEqual(['answered', ['answered']]);
      expect(count('alice', '200 INVITE')).toBe(1);
      expect(count('bob', 'ACK')).toBe(1);
      call.hangUp();
    });

    test.each([
      ['lost between alice and the proxy', 'alice'],
      ['lost between the proxy and bob', `proxy${PROXY}`],
    ])('an ACK %s is sent again for each 200 that comes again', (_where, from) => {
      onInvitation((call) => call.answer());
      lose('ACK', from, 2);
      const call = alice.invite(BOB);
      world.clock.advance(20_000);
      expect([count('alice', '200 INVITE'), count('bob', 'ACK')]).toEqual([3, 1]);
      const acks = world.seen('alice').filter(({ message, sent }) => sent && labelOf(message) === 'ACK');
      expect(new Set(acks.map(({ bytes }) => bytes.toString('latin1'))).size).toBe(1);
      call.hangUp();
    });

    test('bob ends what is never acknowledged after 64·T1, and alice learns it', () => {
      onInvitation((call) => call.answer());
      lose('ACK', 'alice', 1_000);
      const call = alice.invite(BOB);
      world.clock.advance(40_000);
      expect([call.state, taken.map(({ state }) => state)]).toEqual(['ended', ['failed']]);
    });

    test('a rejection that is lost comes again, and its ACK ends the repetition', () => {
      onInvitation((call) => call.reject(486));
      lose('486 INVITE', `proxy${PROXY}`, 4);
      const call = alice.invite(BOB);
      world.clock.advance(60_000);
      expect([call.state, count('alice', '486 INVITE'), count(`proxy${PROXY}`, 'ACK')]).toEqual(['rejected', 1, 1]);
      expect(count(`proxy${PROXY}`, '486 INVITE')).toBe(1);
    });
  });

  describe('§12, §16.6: the route of a dialog', () => {
    test('ACK, re-INVITE and BYE pass through the proxy, from either side', async () => {
      onInvitation((call) => call.answer());
      const call = alice.invite(BOB);
      world.clock.advance(1_000);
      const offered = call.reinvite();
      world.clock.advance(1_000);
      expect(await offered).toBe(200);
      taken[0]?.hangUp();
      world.clock.advance(1_000);
      expect(call.state).toBe('ended');
      expect(world.arrivedAt(`proxy${PROXY}`).filter((label) => /^[A-Z]+$/.test(label) && label !== 'REGISTER')).toEqual([
        ...['INVITE', 'ACK', 'INVITE', 'ACK', 'BYE'],
      ]);
      const between = world.trace.events.filter(({ source, destination }) => ![source.address, destination.address].includes('192.0.2.2'));
      expect(between).toEqual([]);
    });

    test('neither a re-INVITE nor a BYE adds a Record-Route', () => {
      onInvitation((call) => call.answer());
      const call = alice.invite(BOB);
      world.clock.advance(1_000);
      call.hangUp();
      world.clock.advance(1_000);
      const recorded = world.seen('bob').filter(({ sent, message }) => !sent && message.headers.has('Record-Route'));
      expect(recorded.map(({ message }) => labelOf(message))).toEqual(['INVITE']);
    });
  });

  test('§15: two BYEs that cross are both answered, and both sides have ended', () => {
    onInvitation((call) => call.answer());
    const call = alice.invite(BOB);
    world.clock.advance(1_000);
    call.hangUp();
    taken[0]?.hangUp();
    world.clock.advance(1_000);
    expect([call.state, taken[0]?.state]).toEqual(['ended', 'ended']);
    const answers = ['alice', 'bob'].map((who) => world.arrivedAt(who).filter((label) => label.endsWith(' BYE')));
    expect(answers).toEqual([['481 BYE'], ['481 BYE']]);
  });

  test('§14: re-INVITEs that cross are both refused with 491, and both get through later', async () => {
    onInvitation((call) => call.answer());
    const call = alice.invite(BOB);
    world.clock.advance(1_000);
    const [one, other] = [call.reinvite(), (taken[0] as unknown as typeof call).reinvite()];
    world.clock.advance(20_000);
    expect(await Promise.all([one, other])).toEqual([200, 200]);
    expect(count('alice', '491 INVITE') + count('bob', '491 INVITE')).toBe(2);
    call.hangUp();
  });

  test('§13.3.1.1, §16.8: who rings for ten minutes is still rung, and can be answered', () => {
    onInvitation((call) => call.ring());
    const call = alice.invite(BOB);
    world.clock.advance(600_000);
    expect([call.state, count('alice', '180 INVITE'), count('bob', 'CANCEL')]).toEqual(['ringing', 10, 0]);
    taken[0]?.answer();
    world.clock.advance(1_000);
    expect(call.state).toBe('answered');
    call.hangUp();
  });

  test('§16.8: who does nothing is given up at Timer C', () => {
    onInvitation((call) => call.ignore());
    const call = alice.invite(BOB);
    world.clock.advance(190_000);
    expect([call.state, call.finalStatus, taken[0]?.state]).toEqual(['rejected', 408, 'cancelled']);
  });

  test('§17.2.1: an INVITE that is lost and repeated is answered 100 within 200 ms, and arrives once', () => {
    onInvitation((call) => call.ring());
    lose('INVITE', 'alice', 2);
    const call = alice.invite(BOB);
    world.clock.advance(10_000);
    expect([call.state, taken.length, count('bob', 'INVITE')]).toEqual(['ringing', 1, 1]);
    call.cancel();
  });

  test('§18.1.2, §17.1.1: all responses of a call, come once more after its end, are counted and change nothing', () => {
    onInvitation((call) => call.answer());
    const call = alice.invite(BOB);
    world.clock.advance(1_000);
    call.hangUp();
    world.clock.advance(100_000);
    const responses = world.trace.events.filter(
      ({ sighting, bytes }) => sighting === 'sent' && bytes.toString('latin1').startsWith('SIP/2.0'),
    );
    const before = world.trace.events.length;
    for (const { source, destination, bytes } of responses) {
      expect(source).not.toEqual(destination);
      world.inject(bytes, destination);
    }
    world.clock.advance(100_000);
    const said = world
      .seen()
      .slice(before)
      .filter(({ sent }) => sent);
    expect(said).toEqual([]);
  });
});

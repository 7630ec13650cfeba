import type { Attempt } from '../../../harness/diagnosis/attempt.js';
import { diagnose } from '../../../harness/diagnosis/diagnose.js';
import { type InviteOptions, TraceBuilder, type View } from './trace-builder.js';

const HORIZON = 640;

function setUp(view?: View) {
  const trace = new TraceBuilder(view);
  const host = (name: string, last: number) => trace.host(name, `10.0.0.${last}`);
  return { trace, alice: host('alice', 1), lcs: host('lcs', 2), bob: host('bob', 3), phone: host('phone', 5), carol: host('carol', 6) };
}

function all(trace: TraceBuilder): Attempt[] {
  trace.wait(HORIZON);
  return diagnose(trace.events, { horizonMs: HORIZON, timerC: 180_000, end: trace.now });
}

function only(trace: TraceBuilder): Attempt {
  const attempts = all(trace);
  expect(attempts).toHaveLength(1);
  return attempts[0] as Attempt;
}

describe.each(['sockets', 'wire'] as const)('forks, seen at %s', (view) => {
  function fork() {
    const hosts = setUp(view);
    const first = hosts.trace.invite(hosts.alice, hosts.lcs);
    const toBob = first.forward(hosts.bob).ring();
    const toPhone = first.forward(hosts.phone).ring();
    first.ring();
    return { ...hosts, first, toBob, toPhone };
  }

  test('one is busy, the other answers: answered, and the busy is no loss', () => {
    const { trace, phone, first, toBob, toPhone, bob } = fork();
    toBob.busy().ack();
    toPhone.respond(200, 'OK');
    first.respond(200, 'OK').ackAnswer();
    toPhone.ackAnswer();
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'answered', callee: phone.address, finalAtCallee: 200, finalAtOriginator: 200, loss: null });
    expect(attempt.targets).toEqual([
      { address: bob.address, final: 486 },
      { address: phone.address, final: 200 },
    ]);
  });

  test('one is busy, the other is cancelled by the originator: cancelled, nothing lost, the callee is who spoke of his own accord', () => {
    const { trace, bob, first, toBob, toPhone } = fork();
    toBob.busy().ack();
    trace.wait(HORIZON);
    first.cancel().cancelAnswered();
    toPhone.cancel().cancelAnswered().respond(487, 'Request Terminated').ack();
    first.respond(487, 'Request Terminated').ack();
    expect(only(trace)).toMatchObject({
      outcome: 'cancelled',
      callee: bob.address,
      finalAtCallee: 486,
      finalAtOriginator: 487,
      loss: null,
    });
  });

  test('both are refused, and one of the codes goes up: delivered', () => {
    const { trace, phone, first, toBob, toPhone } = fork();
    toBob.busy().ack();
    toPhone.respond(480, 'Temporarily Unavailable').ack();
    first.respond(480, 'Temporarily Unavailable').ack();
    expect(only(trace)).toMatchObject({ outcome: 'delivered', callee: phone.address, finalAtCallee: 480, loss: null });
  });

  test('both are refused, and nothing goes up: swallowed', () => {
    const { trace, lcs, toBob, toPhone } = fork();
    toBob.busy().ack();
    toPhone.respond(480, 'Temporarily Unavailable').ack();
    expect(only(trace)).toMatchObject({ outcome: 'pending', finalAtCallee: 480, loss: { kind: 'swallowed', hop: lcs.address } });
  });

  test('one final never gets through to the proxy, which waits for it: that is the loss', () => {
    const { trace, bob, toBob, toPhone } = fork();
    toBob.busy();
    toPhone.respond(480, 'Temporarily Unavailable').ack();
    toBob.busyRepeated(4);
    expect(only(trace)).toMatchObject({ outcome: 'pending', callee: bob.address, finalAtCallee: 486, loss: { kind: 'not-acked' } });
  });

  test('a 603 of one beats the 486 of the other', () => {
    const { trace, phone, toBob, toPhone } = fork();
    toPhone.respond(603, 'Decline').ack();
    toBob.busy().ack();
    expect(only(trace)).toMatchObject({ outcome: 'pending', callee: phone.address, finalAtCallee: 603 });
  });

  test('one after the other: the first is busy, the second rings', () => {
    const { trace, alice, lcs, bob, phone } = setUp(view);
    const first = trace.invite(alice, lcs);
    first.forward(bob).ring().busy().ack();
    first.forward(phone).ring();
    expect(only(trace)).toMatchObject({ outcome: 'ringing', branchesOpen: true, loss: null });
  });

  test('a redirect that the proxy follows', () => {
    const { trace, alice, lcs, bob, phone } = setUp(view);
    const first = trace.invite(alice, lcs);
    first.forward(bob).respond(302, 'Moved Temporarily').ack();
    first.forward(phone).ring().busy().ack();
    expect(only(trace)).toMatchObject({ outcome: 'pending', callee: phone.address, finalAtCallee: 486, loss: { kind: 'swallowed' } });
  });
});

describe('one attempt or several', () => {
  test.each([
    [407, 'Proxy Authentication Required', 'Proxy-Authorization: Digest username="alice"'],
    [401, 'Unauthorized', 'Authorization: Digest username="alice"'],
  ])('%i, then credentials: one', (status, reason, credentials) => {
    const { trace, alice, lcs, bob } = setUp();
    const first = trace.invite(alice, lcs).respond(status, reason).ack();
    const second = first.again({ headers: [credentials] });
    second.forward(bob).ring().busy().ack();
    const attempt = only(trace);
    expect(attempt).toMatchObject({
      outcome: 'pending',
      callee: bob.address,
      finalAtCallee: 486,
      finalAtOriginator: null,
      loss: { kind: 'swallowed' },
    });
    expect(attempt.events[0]).toMatchObject({ label: 'INVITE', time: 0 });
  });

  test('the challenge comes from the second proxy', () => {
    const { trace, alice, lcs, bob } = setUp();
    const edge = trace.host('edge', '10.0.0.4');
    const first = trace.invite(alice, lcs);
    first.forward(edge).respond(407, 'Proxy Authentication Required').ack();
    first.respond(407, 'Proxy Authentication Required').ack();
    const second = first.again({ headers: ['Proxy-Authorization: Digest username="alice"'] });
    const third = second.forward(edge);
    third.forward(bob).busy().ack();
    third.busy().ack();
    second.busy().ack();
    expect(only(trace)).toMatchObject({ outcome: 'delivered', callee: bob.address, hops: [lcs.address, edge.address] });
  });

  test('credentials without the challenge, which is not in the trace: one', () => {
    const { trace, alice, lcs } = setUp();
    const first = trace.invite(alice, lcs);
    first
      .again({ headers: ['Proxy-Authorization: Digest username="alice"'] })
      .busy()
      .ack();
    expect(only(trace)).toMatchObject({ outcome: 'delivered', finalAtOriginator: 486 });
  });

  test('the same Call-ID with another From tag: two', () => {
    const { trace, alice, lcs } = setUp();
    const first = trace.invite(alice, lcs).respond(407, 'Proxy Authentication Required').ack();
    first
      .again({ fromTag: 'another', headers: ['Proxy-Authorization: Digest username="alice"'] })
      .busy()
      .ack();
    expect(all(trace)).toHaveLength(2);
  });

  test('a response to a re-INVITE, of which the trace holds no more: none', () => {
    const { trace, alice, lcs } = setUp('wire');
    const first = trace.invite(alice, lcs).respond(200, 'OK').ackAnswer();
    const before = trace.events.length;
    const again = first.again({ toTag: 'callee' });
    trace.events.length = before;
    again.respond(488, 'Not Acceptable Here').ack();
    expect(only(trace)).toMatchObject({ outcome: 'answered', finalAtOriginator: 200 });
  });

  test('each datagram captured twice at one point, as with -i any: each is one', () => {
    const { trace, alice, lcs } = setUp('wire');
    trace.invite(alice, lcs).ring().busyRepeated(2).ack();
    const twice = trace.events.flatMap((event) => [event, { ...event, time: event.time + 0.02 }]);
    const events = twice.map((event, sequence) => ({ ...event, sequence }));
    const [attempt] = diagnose(events, { horizonMs: HORIZON, timerC: 180_000 });
    expect(attempt?.events.map(({ label, transmissions }) => [label, transmissions])).toEqual([
      ['INVITE', 1],
      ['180 Ringing', 1],
      ['486 Busy Here', 2],
      ['ACK', 1],
    ]);
  });

  test('a challenge that stays unanswered is what the originator got', () => {
    const { trace, alice, lcs } = setUp();
    trace.invite(alice, lcs).respond(407, 'Proxy Authentication Required').ack();
    expect(only(trace)).toMatchObject({
      outcome: 'delivered',
      callee: lcs.address,
      finalAtCallee: 407,
      finalAtOriginator: 407,
      reached: [lcs.address],
    });
  });

  test('a redirect that the originator follows: one', () => {
    const { trace, alice, lcs, phone } = setUp();
    const first = trace.invite(alice, lcs).respond(302, 'Moved Temporarily').ack();
    const second = trace.invite(alice, phone, { callId: first.callId, cseq: 2 }).busy().ack();
    void second;
    expect(only(trace)).toMatchObject({ outcome: 'delivered', callee: phone.address, finalAtOriginator: 486 });
  });

  test('a re-INVITE is none', () => {
    const { trace, alice, lcs } = setUp();
    const first = trace.invite(alice, lcs).respond(200, 'OK').ackAnswer();
    first.again({ toTag: 'callee' }).respond(488, 'Not Acceptable Here').ack();
    expect(only(trace)).toMatchObject({ outcome: 'answered', finalAtOriginator: 200 });
  });

  test('two callers at once are two, each with its own verdict', () => {
    const { trace, alice, carol, lcs, bob } = setUp();
    const one = trace.invite(alice, lcs);
    const other = trace.invite(carol, lcs);
    const oneBelow = one.forward(bob);
    const otherBelow = other.forward(bob);
    otherBelow.busy().ack();
    oneBelow.busy().ack();
    other.busy().ack();
    expect(all(trace).map(({ originator, outcome }) => [originator.address, outcome])).toEqual([
      [alice.address.address, 'pending'],
      [carol.address.address, 'delivered'],
    ]);
  });

  test('the same caller again, after a refusal: two', () => {
    const { trace, alice, lcs } = setUp();
    const first = trace.invite(alice, lcs).busy().ack();
    first.again({}).busy().ack();
    expect(all(trace)).toHaveLength(2);
  });

  test('a retransmitted INVITE is one arrow, and a retransmission by the network too', () => {
    const { trace, alice, lcs } = setUp();
    const first = trace.invite(alice, lcs);
    trace.wait(10);
    first.send().busy().ack();
    const attempt = only(trace);
    expect(attempt.events.filter((event) => event.kind === 'invite')).toMatchObject([{ transmissions: 2 }]);
  });

  test('requests other than INVITE, and what is no SIP, are no attempts', () => {
    const { trace, alice, lcs } = setUp('wire');
    const hosts = { from: alice, to: lcs };
    trace.datagram('OPTIONS sip:lcs SIP/2.0\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n\r\n', alice.address, lcs.address, hosts);
    trace.datagram('SIP/2.0 200 OK\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n\r\n', lcs.address, alice.address, hosts);
    trace.datagram('\u0000\u0001\u0002', lcs.address, alice.address, hosts);
    trace.datagram('', lcs.address, alice.address, hosts);
    trace.datagram('INVITE sip:x SIP/2.0', alice.address, lcs.address, hosts);
    expect(all(trace)).toEqual([]);
  });
});

describe('a B2BUA makes a new call of it', () => {
  function twoLegs(behind: InviteOptions, front: InviteOptions = {}, view?: View) {
    const hosts = setUp(view);
    const first = hosts.trace.invite(hosts.alice, hosts.lcs, { from: 'alice', ...front }).respond(100, 'Trying');
    const second = hosts.trace.invite(hosts.lcs, hosts.bob, { callId: 'other', cseq: 77, from: 'anonymous', user: 'robert', ...behind });
    return { ...hosts, first, second };
  }

  test.each<[string, InviteOptions, InviteOptions]>([
    ['the marker', { headers: ['X-Busyhere-Attempt: 7'] }, { headers: ['X-Busyhere-Attempt: 7'] }],
    ['Session-ID', { headers: ['Session-ID: abc;remote=0'] }, { headers: ['Session-ID: abc;remote=0'] }],
    ['the SDP origin line', { sdp: 'alice 1 2 IN IP4 10.0.0.1' }, { sdp: 'alice 1 2 IN IP4 10.0.0.1' }],
    ['both users', { from: 'alice', user: 'bob' }, {}],
  ])('joined by %s', (_name, behind, front) => {
    const { trace, alice, lcs, bob, second } = twoLegs(behind, front);
    second.ring().busy().ack();
    const attempt = only(trace);
    expect(attempt).toMatchObject({
      outcome: 'pending',
      originator: alice.address,
      callee: bob.address,
      callIds: ['call-of-alice', 'other'],
      hops: [lcs.address],
      loss: { kind: 'swallowed', hop: lcs.address, certainty: 'inferred' },
    });
    expect(attempt.loss?.reason).toContain('concluded from');
  });

  test('and passes the final on', () => {
    const { trace, first, second } = twoLegs({ from: 'alice', user: 'bob' });
    second.ring().busy().ack();
    first.busy().ack();
    expect(only(trace)).toMatchObject({ outcome: 'delivered', finalAtCallee: 486, finalAtOriginator: 486, loss: null });
  });

  test('and passes another on', () => {
    const { trace, lcs, first, second } = twoLegs({ from: 'alice', user: 'bob' });
    second.busy().ack();
    first.respond(480, 'Temporarily Unavailable').ack();
    expect(only(trace)).toMatchObject({ outcome: 'altered', alteration: { hop: lcs.address, from: 486, to: 480, certainty: 'inferred' } });
  });

  test('keeps the Call-ID', () => {
    const { trace, second } = twoLegs({ callId: 'call-of-alice', sdp: 'x' }, { sdp: 'y' });
    second.busy().ack();
    expect(only(trace)).toMatchObject({ outcome: 'pending', loss: { kind: 'swallowed' }, callIds: ['call-of-alice'] });
  });

  test('is challenged by the callee and answers the challenge', () => {
    const { trace, second } = twoLegs({ from: 'alice', user: 'bob' });
    second.respond(407, 'Proxy Authentication Required').ack();
    second
      .again({ headers: ['Proxy-Authorization: Digest username="b2bua"'] })
      .busy()
      .ack();
    expect(only(trace)).toMatchObject({ outcome: 'pending', finalAtCallee: 486, loss: { kind: 'swallowed' } });
  });

  test('two in a row', () => {
    const { trace, alice, lcs, bob } = setUp();
    const edge = trace.host('edge', '10.0.0.4');
    const users = { from: 'alice', user: 'bob' };
    trace.invite(alice, lcs, users);
    trace.invite(lcs, edge, { callId: 'b', ...users });
    trace
      .invite(edge, bob, { callId: 'c', ...users })
      .busy()
      .ack();
    expect(only(trace)).toMatchObject({
      hops: [lcs.address, edge.address],
      callIds: ['call-of-alice', 'b', 'c'],
      loss: { hop: edge.address },
    });
  });

  test('calls in parallel with the same users stay apart', () => {
    const { trace, alice, carol, lcs, bob } = setUp();
    const users = { from: 'anonymous', user: 'bob' };
    const one = trace.invite(alice, lcs, { ...users, sdp: 'a 1 1' });
    const other = trace.invite(carol, lcs, { ...users, sdp: 'c 2 2' });
    const otherBehind = trace.invite(lcs, bob, { callId: 'behind-carol', ...users, sdp: 'c 2 2' });
    const oneBehind = trace.invite(lcs, bob, { callId: 'behind-alice', ...users, sdp: 'a 1 1' });
    oneBehind.busy().ack();
    otherBehind.busy().ack();
    other.busy().ack();
    void one;
    expect(all(trace).map(({ callIds, outcome }) => [callIds, outcome])).toEqual([
      [['call-of-alice', 'behind-alice'], 'pending'],
      [['call-of-carol', 'behind-carol'], 'delivered'],
    ]);
  });

  test('calls in parallel that differ in nothing are joined in order', () => {
    const { trace, alice, carol, lcs, bob } = setUp();
    const users = { from: 'anonymous', user: 'bob' };
    trace.invite(alice, lcs, users);
    trace.invite(carol, lcs, users);
    trace.invite(lcs, bob, { callId: 'behind-1', ...users });
    trace.invite(lcs, bob, { callId: 'behind-2', ...users });
    expect(all(trace).map(({ callIds }) => callIds)).toEqual([
      ['call-of-alice', 'behind-1'],
      ['call-of-carol', 'behind-2'],
    ]);
  });
});

describe('what is no B2BUA', () => {
  test('the called user calls somebody himself', () => {
    const { trace, alice, lcs, bob, carol } = setUp();
    const sdp = 'user1 53655765 2353687637 IN IP4 127.0.0.1'; // as test tools write it into every call
    trace.invite(alice, lcs, { from: 'alice', user: 'bob', sdp }).forward(bob).ring();
    trace.invite(bob, lcs, { from: 'bob', user: 'carol', sdp }).forward(carol).ring();
    expect(all(trace)).toHaveLength(2);
  });

  test('two callers with the same description through the same server', () => {
    const { trace, alice, lcs, carol } = setUp();
    const same = { from: 'sipp', user: 'service', sdp: 'user1 53655765 2353687637 IN IP4 127.0.0.1' };
    trace.invite(alice, lcs, same);
    trace.invite(carol, lcs, same);
    expect(all(trace)).toHaveLength(2);
  });

  test('a call that is refused before the other begins', () => {
    const { trace, alice, lcs, bob } = setUp();
    const users = { from: 'alice', user: 'bob' };
    trace.invite(alice, lcs, users).busy().ack();
    trace
      .invite(lcs, bob, { callId: 'other', ...users })
      .busy()
      .ack();
    expect(all(trace)).toHaveLength(2);
  });
});

test('hundreds of calls with the same users and the same description over one proxy stay apart', () => {
  const { trace, alice, lcs, bob } = setUp('wire');
  for (const sdp of ['user1 53655765 2353687637 IN IP4 10.0.0.1', 'some other line']) {
    for (let count = 0; count < 100; count++) {
      trace
        .invite(alice, lcs, { callId: `${sdp}${count}`, from: 'alice', user: 'bob', sdp })
        .forward(bob)
        .ring();
    }
  }
  expect(all(trace).map(({ callIds }) => callIds.length)).toEqual(Array(200).fill(1));
});

test('a B2BUA that sends from another address is found by what hardly two calls share', () => {
  const { trace, alice, lcs, bob } = setUp();
  const inside = trace.host('inside', '192.168.0.2');
  const same = { from: 'alice', user: 'bob', sdp: 'alice 736 1 IN IP4 10.0.0.1' };
  trace.invite(alice, lcs, same);
  trace
    .invite(inside, bob, { callId: 'other', ...same })
    .busy()
    .ack();
  expect(only(trace)).toMatchObject({ outcome: 'pending', loss: { kind: 'swallowed', hop: lcs.address, certainty: 'inferred' } });
});

describe('packets that were cut off', () => {
  /** The same trace, of every packet only so many octets. */
  function cut(trace: TraceBuilder, octets: number): Attempt[] {
    trace.wait(HORIZON);
    const events = trace.events.map((event) => ({ ...event, bytes: event.bytes.subarray(0, octets), originalLength: event.bytes.length }));
    return diagnose(events, { horizonMs: HORIZON, timerC: 180_000, end: trace.now });
  }

  test.each([
    ['before the CSeq', 190],
    ['before the Call-ID', 165],
    ['within From', 140],
  ])('%s: the Via branches still tell what belongs together', (_where, octets) => {
    const { trace, alice, lcs, bob } = setUp('wire');
    const first = trace.invite(alice, lcs);
    first.forward(bob).ring().busyRepeated(4);
    first.ring();
    const attempts = cut(trace, octets);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({
      outcome: 'pending',
      originator: alice.address,
      callee: bob.address,
      loss: { kind: 'not-acked', hop: lcs.address },
    });
  });

  test('a 200 after a CANCEL is not taken for an answer', () => {
    const { trace, alice, lcs } = setUp('wire');
    trace.invite(alice, lcs).ring().cancel().cancelAnswered().respond(487, 'Request Terminated').ack();
    expect(cut(trace, 100)).toMatchObject([{ outcome: 'cancelled', finalAtOriginator: 487 }]);
  });
});

test('a proxy that hides the topology: other Call-ID, invented Via', () => {
  const { trace, alice, lcs, bob } = setUp('wire');
  const mask = trace.host('mask', '10.1.1.10');
  const same = { from: 'alice', user: 'bob', sdp: 'alice 1 1 IN IP4 10.0.0.1' };
  trace.invite(alice, lcs, same).respond(100, 'Trying');
  const count = trace.events.length;
  const masked = trace.invite(mask, lcs, { callId: 'masked', ...same });
  trace.events.length = count; // nobody ever sends this one: it stands in the Via stack only
  masked.forward(bob).ring().busy().ack();
  expect(only(trace)).toMatchObject({
    outcome: 'pending',
    originator: alice.address,
    hops: [lcs.address],
    callee: bob.address,
    loss: { kind: 'swallowed', hop: lcs.address, certainty: 'inferred' },
  });
});

test('a marker that is a mere name joins nothing beyond one host', () => {
  const { trace, alice, carol, lcs, bob } = setUp('wire');
  const other = trace.host('other', '10.0.0.9');
  const marked = { from: 'carol', user: 'bob', headers: ['X-Busyhere-Attempt: second'] };
  trace.invite(alice, lcs, marked);
  trace.invite(carol, other, marked);
  void bob;
  expect(all(trace)).toHaveLength(2);
});

describe('addresses translated on the way, captured before and behind', () => {
  /** Everything between alice and bob passes a translator: outside alice talks to .50, inside bob talks to .60. */
  function translated(story: (leg: ReturnType<TraceBuilder['invite']>) => void): TraceBuilder {
    const plain = new TraceBuilder('wire');
    const [alice, bob] = [plain.host('alice', '10.0.0.1'), plain.host('bob', '172.16.0.3')];
    story(plain.invite(alice, bob));
    const outside = { address: '10.0.0.50', port: 5060 };
    const inside = { address: '172.16.0.60', port: 40_000 };
    const both = plain.events.flatMap((event) => {
      const isOut = event.source.address === alice.address.address;
      const front = { ...event, point: 'outside', ...(isOut ? { destination: outside } : { source: outside }) };
      const behind = { ...event, point: 'inside', ...(isOut ? { source: inside } : { destination: inside }) };
      return isOut ? [front, { ...behind, time: event.time + 0.3 }] : [behind, { ...front, time: event.time + 0.3 }];
    });
    plain.events.length = 0;
    plain.events.push(...both.map((event, sequence) => ({ ...event, sequence })));
    return plain;
  }

  test('delivered', () => {
    const trace = translated((leg) => leg.ring().busy().ack());
    expect(only(trace)).toMatchObject({
      outcome: 'delivered',
      originator: { address: '10.0.0.1' },
      callee: { address: '172.16.0.3' },
      finalAtOriginator: 486,
      loss: null,
    });
  });

  test('lost between the two', () => {
    const trace = translated((leg) => leg.ring().busyRepeated(4));
    trace.events.splice(
      0,
      trace.events.length,
      ...trace.events.filter(({ point, bytes }) => point === 'inside' || !bytes.includes('486 Busy')),
    );
    expect(only(trace).loss).toMatchObject({ kind: 'lost-on-wire', between: [{ address: '172.16.0.3' }, { address: '10.0.0.1' }] });
  });
});

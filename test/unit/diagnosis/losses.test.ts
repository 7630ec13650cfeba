import type { Attempt } from '../../../harness/diagnosis/attempt.js';
import { observedOf } from '../../../harness/diagnosis/attempt.js';
import { diagnose } from '../../../harness/diagnosis/diagnose.js';
import type { DiagnosisOptions } from '../../../harness/diagnosis/options.js';
import { type Host, InviteLeg, TraceBuilder, type View } from './trace-builder.js';

const HORIZON = 640;
const OPTIONS: DiagnosisOptions = { horizonMs: HORIZON, timerC: 3600 };

function setUp(view?: View) {
  const trace = new TraceBuilder(view);
  const alice = trace.host('alice', '10.0.0.1');
  const lcs = trace.host('lcs', '10.0.0.2');
  const bob = trace.host('bob', '10.0.0.3');
  return { trace, alice, lcs, bob };
}

function only(trace: TraceBuilder, options: Partial<DiagnosisOptions> = {}): Attempt {
  const attempts = diagnose(trace.events, { ...OPTIONS, end: trace.now, ...options });
  expect(attempts).toHaveLength(1);
  return attempts[0] as Attempt;
}

/** A call that rings, over one proxy. */
function ringing(view?: View) {
  const { trace, alice, lcs, bob } = setUp(view);
  const first = trace.invite(alice, lcs).respond(100, 'Trying');
  const second = first.forward(bob).ring();
  first.ring();
  return { trace, alice, lcs, bob, first, second };
}

describe.each(['sockets', 'wire'] as const)('seen at %s', (view) => {
  test('a final that goes all the way is delivered, and nothing is lost', () => {
    const { trace, alice, lcs, bob, first, second } = ringing(view);
    second.busy().ack();
    first.busy().ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({
      outcome: 'delivered',
      originator: alice.address,
      originatorSeen: true,
      callee: bob.address,
      hops: [lcs.address],
      reached: [lcs.address, bob.address],
      finalAtCallee: 486,
      finalAtOriginator: 486,
      loss: null,
      alteration: null,
      branchesOpen: false,
      callIds: ['call-of-alice'],
      notes: [],
    });
    expect(observedOf(attempt)).toBe(486);
    expect(attempt.events.filter((event) => event.lost)).toEqual([]);
  });

  test('a final that is retransmitted and then ACKed and forwarded is delivered', () => {
    const { trace, first, second } = ringing(view);
    second.busyRepeated(3).ack();
    first.busyRepeated(2).ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'delivered', loss: null });
    expect(attempt.events.filter((event) => event.kind === 'final').map((event) => event.transmissions)).toEqual([3, 2]);
  });

  test('swallowed: ACKed, and nothing upstream', () => {
    const { trace, lcs, second } = ringing(view);
    second.busy().ack();
    trace.wait(HORIZON);
    const attempt = only(trace, { names: (address) => (address.address === '10.0.0.3' ? 'bob' : undefined) });
    expect(attempt).toMatchObject({ outcome: 'pending', finalAtCallee: 486, finalAtOriginator: null, branchesOpen: false });
    expect(attempt.loss).toMatchObject({ kind: 'swallowed', hop: lcs.address, between: null, certainty: 'seen', status: 486 });
    expect(attempt.loss?.reason).toBe(
      `10.0.0.2:5060 ACKed bob's 486 Busy Here after 2 ms and sent no final upstream in the ${HORIZON + 2} ms that followed.`,
    );
    expect(attempt.lastBranchEndedAt).toBe(10);
    expect(observedOf(attempt)).toBe('pending');
    expect(attempt.events.filter((event) => event.lost).map((event) => event.label)).toEqual(['486 Busy Here']);
  });

  test('not-acked: retransmitted, never ACKed, nothing upstream', () => {
    const { trace, lcs, second } = ringing(view);
    second.busyRepeated(5);
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'pending', finalAtCallee: 486, finalAtOriginator: null });
    expect(attempt.loss).toMatchObject({ kind: 'not-acked', hop: lcs.address, certainty: 'seen' });
    expect(attempt.loss?.reason).toMatch(/10\.0\.0\.3:5060's 486 Busy Here .*10\.0\.0\.2:5060 5 times in 158 ms and was never ACKed/);
  });

  test('misdelivered: sent to another port, no ACK', () => {
    const { trace, alice, lcs, first, second } = ringing(view);
    second.busy().ack();
    first.busyRepeated(3, { to: { ...alice.address, port: 5999 } });
    trace.wait(HORIZON);
    const { outcome, loss } = only(trace);
    expect(outcome).toBe('pending');
    expect(loss).toMatchObject({ kind: 'misdelivered', hop: lcs.address, certainty: 'seen' });
    expect(loss?.reason).toMatch(
      /sent the 486 Busy Here 3 times in \d+ ms to 10\.0\.0\.1:5999, but the INVITE had come from 10\.0\.0\.1:5060/,
    );
  });

  test('a response to another port is no loss when the originator ACKs it', () => {
    const { trace, alice, first, second } = ringing(view);
    second.busy().ack();
    first.busy({ to: { ...alice.address, port: 5061 } }).ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'delivered', loss: null });
  });

  test.each([
    ['Via branch', { branch: 'z9hG4bKwrong' }],
    ['Via sent-by', { sentBy: '10.9.9.9:5060' }],
    ['From tag', { fromTag: 'wrong' }],
    ['Call-ID', { callId: 'wrong' }],
    ['CSeq', { cseq: 99 }],
    ['CSeq method', { cseqMethod: 'OPTIONS' }],
  ])('not-accepted: the %s is wrong, and the originator never ACKs', (fault, sending) => {
    const { trace, alice, lcs, first, second } = ringing(view);
    second.busy().ack();
    first.busyRepeated(4, sending);
    trace.wait(HORIZON);
    const { outcome, loss, finalAtOriginator } = only(trace);
    expect({ outcome, finalAtOriginator }).toEqual({ outcome: 'pending', finalAtOriginator: null });
    expect(loss).toMatchObject({
      kind: 'not-accepted',
      hop: alice.address,
      brokenBy: lcs.address,
      certainty: view === 'sockets' ? 'seen' : 'inferred',
    });
    expect(loss?.reason).toContain(fault);
  });

  test('not-accepted: the hop left its own Via on top', () => {
    const { trace, alice, first, second } = ringing(view);
    second.busy().ack();
    second.respond(486, 'Busy Here', {});
    trace.events.pop();
    if (view === 'sockets') trace.events.pop();
    const raw = trace.events.find((event) => event.bytes.toString().startsWith('SIP/2.0 486'))?.bytes.toString() ?? '';
    for (let count = 0; count < 3; count++)
      trace.datagram(raw, first.destination.address, alice.address, { from: first.destination, to: alice });
    trace.wait(HORIZON);
    expect(only(trace).loss).toMatchObject({ kind: 'not-accepted', hop: alice.address });
  });

  test('not-accepted: nothing is wrong with it, and still no ACK comes', () => {
    const { trace, alice, first, second } = ringing(view);
    second.busy().ack();
    first.busyRepeated(4);
    trace.wait(HORIZON);
    expect(only(trace).loss).toMatchObject({ kind: 'not-accepted', hop: alice.address, brokenBy: null });
  });

  test('a 2xx that the proxy never forwards is not-acked', () => {
    const { trace, lcs, second } = ringing(view);
    second.respond(200, 'OK');
    trace.wait(20);
    second.respond(200, 'OK');
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'pending', finalAtCallee: 200, finalAtOriginator: null });
    expect(attempt.loss).toMatchObject({ kind: 'not-acked', hop: lcs.address });
  });

  test('the loss is at the second of two proxies', () => {
    const { trace, alice, lcs, bob } = setUp(view);
    const edge = trace.host('edge', '10.0.0.4');
    const first = trace.invite(alice, lcs);
    const second = first.forward(edge);
    const third = second.forward(bob).ring();
    second.ring();
    first.ring();
    third.busy().ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt.hops).toEqual([lcs.address, edge.address]);
    expect(attempt.loss).toMatchObject({ kind: 'swallowed', hop: edge.address });
  });

  test('the loss is at the first of two proxies', () => {
    const { trace, alice, lcs, bob } = setUp(view);
    const edge = trace.host('edge', '10.0.0.4');
    const first = trace.invite(alice, lcs);
    const second = first.forward(edge);
    const third = second.forward(bob).ring();
    third.busy().ack();
    second.busyRepeated(4);
    trace.wait(HORIZON);
    expect(only(trace).loss).toMatchObject({ kind: 'not-acked', hop: lcs.address });
  });

  test('a final that went on without an ACK below is lost where it ended, not where the ACK is missing', () => {
    const { trace, alice, lcs, bob } = setUp(view);
    const edge = trace.host('edge', '10.0.0.4');
    const first = trace.invite(alice, lcs);
    const second = first.forward(edge);
    second.forward(bob).busy();
    second.busy().ack();
    trace.wait(HORIZON);
    expect(only(trace).loss).toMatchObject({ kind: 'swallowed', hop: lcs.address });
  });

  test('altered into an answer', () => {
    const { trace, lcs, first, second } = ringing(view);
    second.busy().ack();
    first.respond(200, 'OK').ackAnswer();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'altered', finalAtCallee: 486, finalAtOriginator: 200 });
    expect(attempt.alteration).toMatchObject({ hop: lcs.address, to: 200 });
  });

  test('altered: another code reaches the originator', () => {
    const { trace, lcs, first, second } = ringing(view);
    second.busy().ack();
    first.respond(500, 'Server Internal Error').ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'altered', finalAtCallee: 486, finalAtOriginator: 500, loss: null });
    expect(attempt.alteration).toMatchObject({ hop: lcs.address, from: 486, to: 500, certainty: 'seen' });
    expect(observedOf(attempt)).toBe(500);
  });

  test('altered with a loss: dropped at first, then a timeout', () => {
    const { trace, lcs, first, second } = ringing(view);
    second.busyRepeated(5);
    trace.wait(1000);
    first.respond(408, 'Request Timeout').ack();
    second.cancel().cancelAnswered();
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'altered', finalAtCallee: 486, finalAtOriginator: 408 });
    expect(attempt.loss).toMatchObject({ kind: 'not-acked', hop: lcs.address });
  });

  test('altered with a loss: swallowed at first, then a timeout after the horizon', () => {
    const { trace, lcs, first, second } = ringing(view);
    second.busy().ack();
    trace.wait(HORIZON * 2);
    first.respond(408, 'Request Timeout').ack();
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'altered', finalAtOriginator: 408 });
    expect(attempt.loss).toMatchObject({ kind: 'swallowed', hop: lcs.address, certainty: 'seen' });
  });

  test('altered, and then lost on the way', () => {
    const { trace, alice, first, second } = ringing(view);
    second.busy().ack();
    for (let count = 0; count < 3; count++) first.respond(500, 'Server Internal Error', { branch: 'z9hG4bKwrong' });
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'pending', finalAtCallee: 486, finalAtOriginator: null });
    expect(attempt.loss).toMatchObject({ kind: 'not-accepted', hop: alice.address, status: 500 });
  });

  test('cancelled: the callee had given none', () => {
    const { trace, first, second } = ringing(view);
    first.cancel().cancelAnswered();
    second.cancel().cancelAnswered().respond(487, 'Request Terminated').ack();
    first.respond(487, 'Request Terminated').ack();
    const attempt = only(trace);
    expect(attempt).toMatchObject({
      outcome: 'cancelled',
      finalAtCallee: 487,
      finalAtOriginator: 487,
      loss: null,
      cancelledByOriginator: true,
    });
  });

  test('cancelled: the CANCEL on the leg below is not in the trace, only its 487', () => {
    const { trace, first, second } = ringing(view);
    first.cancel().cancelAnswered();
    second.respond(487, 'Request Terminated').ack();
    first.respond(487, 'Request Terminated').ack();
    expect(only(trace)).toMatchObject({ outcome: 'cancelled', finalAtCallee: 487, loss: null });
  });

  test.each(['swallowed', 'not-acked'] as const)('cancelled after the true final was %s', (kind) => {
    const { trace, lcs, first, second } = ringing(view);
    if (kind === 'swallowed') second.busy().ack();
    else second.busyRepeated(4);
    trace.wait(HORIZON);
    first.cancel().cancelAnswered();
    first.respond(487, 'Request Terminated').ack();
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'cancelled', finalAtCallee: 486, finalAtOriginator: 487 });
    expect(attempt.loss).toMatchObject({ kind, hop: lcs.address });
  });

  test('cancelled: a final that came only after the originator had given up is no loss', () => {
    const { trace, first, second } = ringing(view);
    first.cancel().cancelAnswered();
    second.busy().cancel().ack();
    first.respond(487, 'Request Terminated').ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'cancelled', finalAtCallee: 486, finalAtOriginator: 487, loss: null });
  });

  test('a CANCEL that crosses the final changes nothing when the final arrives', () => {
    const { trace, first, second } = ringing(view);
    second.busy();
    first.cancel().cancelAnswered();
    second.cancel().ack();
    first.busy().ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'delivered', finalAtOriginator: 486, loss: null, cancelledByOriginator: true });
  });

  test('answered', () => {
    const { trace, first, second } = ringing(view);
    second.respond(200, 'OK');
    first.respond(200, 'OK').ackAnswer();
    second.ackAnswer();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'answered', finalAtCallee: 200, finalAtOriginator: 200, loss: null });
  });

  test('answered, with the ACK straight to the callee', () => {
    const { trace, bob, first, second } = ringing(view);
    second.respond(200, 'OK');
    first.respond(200, 'OK').ackAnswer(bob);
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'answered', finalAtOriginator: 200, loss: null });
  });

  test('answered, with the ACK straight to the callee, where all are on one host', () => {
    const trace = new TraceBuilder(view);
    const [alice, lcs, bob] = [5070, 5080, 5090].map((port) => trace.host(String(port), '127.0.0.1', port)) as [Host, Host, Host];
    const first = trace.invite(alice, lcs);
    first.forward(bob).respond(200, 'OK');
    first.respond(200, 'OK').ackAnswer(bob);
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'answered', finalAtOriginator: 200, loss: null });
  });

  test('unanswered: the target never said anything, and the proxy gave up', () => {
    const { trace, bob, first, second } = { ...ringingNot(view) };
    trace.wait(500);
    first.respond(408, 'Request Timeout').ack();
    void second;
    expect(only(trace)).toMatchObject({
      outcome: 'unanswered',
      callee: bob.address,
      finalAtCallee: null,
      finalAtOriginator: 408,
      loss: null,
    });
  });

  test('unanswered: Timer C, with its CANCEL and 487 below', () => {
    const { trace, first, second } = ringing(view);
    trace.wait(3600);
    second.cancel().cancelAnswered().respond(487, 'Request Terminated').ack();
    first.respond(408, 'Request Timeout').ack();
    expect(only(trace)).toMatchObject({ outcome: 'unanswered', finalAtCallee: 487, finalAtOriginator: 408, loss: null });
  });
});

function ringingNot(view: View) {
  const { trace, alice, lcs, bob } = setUp(view);
  const first = trace.invite(alice, lcs).respond(100, 'Trying');
  const second = first.forward(bob);
  trace.wait(20);
  second.send();
  return { trace, bob, first, second };
}

describe('pending needs proof', () => {
  test.each([0, HORIZON, 3500])('a callee that merely rings is never pending: %i ms after', (wait) => {
    const { trace } = ringing();
    trace.wait(wait);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'ringing', finalAtCallee: null, loss: null, branchesOpen: true, lastBranchEndedAt: null });
    expect(observedOf(attempt)).toBe('ringing');
  });

  test('nor past Timer C: no final exists, so nothing can be lost', () => {
    const { trace } = ringing();
    trace.wait(10_000);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'unanswered', finalAtCallee: null, loss: null, branchesOpen: false, lastBranchEndedAt: null });
    expect(observedOf(attempt)).toBe('ringing');
  });

  test('a target that never says anything is given up after Timer B, as its client does', () => {
    const { trace, alice, lcs, bob } = setUp();
    const first = trace.invite(alice, lcs).respond(100, 'Trying');
    first.forward(bob);
    trace.wait(31_000);
    expect(only(trace, { timerC: 180_000 })).toMatchObject({ outcome: 'ringing', branchesOpen: true });
    trace.wait(1000);
    expect(only(trace, { timerC: 180_000 })).toMatchObject({ outcome: 'unanswered', branchesOpen: false, callee: bob.address });
  });

  test('a callee that repeats its 180 keeps the branch open', () => {
    const { trace, second } = ringing();
    for (let count = 0; count < 4; count++) {
      trace.wait(3000);
      second.ring();
    }
    trace.wait(3000);
    expect(only(trace)).toMatchObject({ outcome: 'ringing', branchesOpen: true });
  });

  test('a callee that repeats its 100 does not: that ends at the next hop (RFC 3261 §16.7 item 2)', () => {
    const { trace, second } = ringing();
    trace.wait(3000);
    second.respond(100, 'Trying');
    trace.wait(1000);
    expect(only(trace)).toMatchObject({ outcome: 'unanswered', branchesOpen: false });
  });

  test('another branch that rings keeps the attempt ringing', () => {
    const { trace, lcs, first, second } = ringing();
    const phone = trace.host('phone', '10.0.0.5');
    first.forward(phone).ring();
    void lcs;
    second.busy().ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'ringing', branchesOpen: true, loss: null });
    expect(observedOf(attempt)).toBe('ringing');
  });

  test('when that branch runs out, it is pending, and the end is counted from there', () => {
    const { trace, first, second } = ringing();
    const phone = trace.host('phone', '10.0.0.5');
    first.forward(phone).ring();
    const rang = trace.now - 2;
    second.busy().ack();
    trace.wait(4000);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'pending', loss: { kind: 'swallowed' }, branchesOpen: false });
    expect(attempt.lastBranchEndedAt).toBe(rang + 3600);
  });

  test('a trace that ends before the horizon says that it cannot tell', () => {
    const { trace, second } = ringing();
    second.busy().ack();
    expect(only(trace).loss).toMatchObject({ kind: 'swallowed', certainty: 'unknown' });
  });

  test('what comes after the end of watching does not count', () => {
    const { trace, first, second } = ringing();
    second.busy().ack();
    trace.wait(HORIZON);
    const end = trace.now;
    trace.wait(1);
    first.cancel().respond(487, 'Request Terminated').ack();
    expect(only(trace, { end })).toMatchObject({ outcome: 'pending', cancelledByOriginator: false });
  });
});

describe('lost on the wire', () => {
  test('the final leaves the proxy and never reaches the watched socket', () => {
    const { trace, alice, lcs, first, second } = ringing();
    second.busy().ack();
    first.busyRepeated(5, { lost: true });
    trace.wait(HORIZON);
    const { outcome, loss, events } = only(trace);
    expect(outcome).toBe('pending');
    expect(loss).toMatchObject({ kind: 'lost-on-wire', hop: null, between: [lcs.address, alice.address], certainty: 'seen' });
    expect(events.filter((event) => event.lost)).toMatchObject([{ source: lcs.address, arrived: false, transmissions: 5 }]);
  });

  test('on the leg below', () => {
    const { trace, lcs, bob, second } = ringing();
    second.busyRepeated(5, { lost: true });
    trace.wait(HORIZON);
    expect(only(trace).loss).toMatchObject({ kind: 'lost-on-wire', between: [bob.address, lcs.address] });
  });

  test('one retransmission that arrives makes it no loss', () => {
    const { trace, first, second } = ringing();
    second.busy({ lost: true });
    trace.wait(10);
    second.busy().ack();
    first.busy({ lost: true });
    trace.wait(10);
    first.busy().ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'delivered', loss: null });
  });

  test('the one that fits is lost, the one that arrives does not fit', () => {
    const { trace, alice, first, second } = ringing();
    second.busy().ack();
    first.busy({ lost: true });
    trace.wait(10);
    first.busy({ branch: 'z9hG4bKwrong' }).busy({ branch: 'z9hG4bKwrong' });
    trace.wait(HORIZON);
    expect(only(trace).loss).toMatchObject({ kind: 'not-accepted', hop: alice.address });
  });

  test('a lost ACK is no lost final', () => {
    const { trace, first, second } = ringing();
    second.busy().ack();
    first.busy().ack({ lost: true });
    trace.wait(10);
    first.busy().ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'delivered', loss: null });
  });

  test('two capture points: seen at the one, never at the other', () => {
    const { trace, first, second, alice, lcs } = ringing((from, to) =>
      [from, to].includes('alice') ? ['near-lcs', 'near-alice'] : ['near-lcs'],
    );
    second.busy().ack();
    first.busyRepeated(4, { lost: true });
    trace.wait(HORIZON);
    const { loss } = only(trace);
    expect(loss).toMatchObject({ kind: 'lost-on-wire', between: [lcs.address, alice.address], certainty: 'inferred' });
    expect(loss?.reason).toContain('near-alice');
  });

  test('a proxy that sends on from another interface is one hop, and the notes tell its other address', () => {
    const { trace, alice, lcs, bob } = setUp('wire');
    const inner = trace.host('lcs-inside', '192.168.0.2');
    const first = trace.invite(alice, lcs);
    const vias = [`SIP/2.0/UDP ${inner.address.address}:5060;branch=z9hG4bKinner`, ...first.vias];
    new InviteLeg(trace, inner, bob, vias, { callId: first.callId, cseq: first.cseq }).send().busy().ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt.loss).toMatchObject({ kind: 'swallowed', hop: lcs.address });
    expect(attempt.otherSides).toEqual([{ address: inner.address, of: lcs.address }]);
    expect(attempt.notes).toEqual(['10.0.0.2:5060 sends on from 192.168.0.2:5060.']);
  });

  test('sent once, and then both captures end: whether it was lost is not known', () => {
    const { trace, first, second } = ringing((from, to) => ([from, to].includes('alice') ? ['near-lcs', 'near-alice'] : ['near-lcs']));
    second.busy().ack();
    first.busy({ lost: true });
    expect(only(trace).loss).toMatchObject({ kind: 'lost-on-wire', certainty: 'unknown' });
  });
});

describe('one side only', () => {
  test('endpoint sockets alone show that a final went in and not that nothing came out: swallowed is inferred', () => {
    const { trace, alice, lcs, bob } = setUp();
    const watched = new TraceBuilder([alice, bob]);
    const first = watched.invite(alice, lcs).respond(100, 'Trying');
    const second = first.forward(bob).ring();
    first.ring();
    second.busy().ack();
    watched.wait(HORIZON);
    void trace;
    const attempt = only(watched);
    expect(attempt).toMatchObject({ outcome: 'pending', reached: [lcs.address, bob.address] });
    expect(attempt.loss).toMatchObject({ kind: 'swallowed', hop: lcs.address, certainty: 'inferred' });
    expect(attempt.loss?.reason).toContain('that it sent it nowhere is concluded');
  });

  test('endpoint sockets alone show that another final went up instead: then the first was swallowed for sure', () => {
    const { alice, lcs, bob } = setUp();
    const watched = new TraceBuilder([alice, bob]);
    const first = watched.invite(alice, lcs).respond(100, 'Trying');
    const second = first.forward(bob);
    second.busy().ack();
    watched.wait(HORIZON + 1000);
    first.respond(408, 'Request Timeout').ack();
    expect(only(watched).loss).toMatchObject({ kind: 'swallowed', hop: lcs.address, certainty: 'seen' });
  });

  test('endpoint sockets alone cannot tell a deaf proxy from a lossy wire, and say inferred', () => {
    const { alice, lcs, bob } = setUp();
    const watched = new TraceBuilder([alice, bob]);
    const first = watched.invite(alice, lcs);
    first.forward(bob).ring().busyRepeated(4);
    watched.wait(HORIZON);
    const { loss } = only(watched);
    expect(loss).toMatchObject({ kind: 'not-acked', hop: lcs.address, certainty: 'inferred' });
    expect(loss?.reason).toContain('whether it arrived there is concluded');
  });

  test("the callee's side alone: the final is followed as far as the trace goes, and the notes say so", () => {
    const { trace, alice, lcs, bob } = setUp();
    void trace;
    const watched = new TraceBuilder((from, to) => ([from, to].includes('bob') ? ['eth0'] : []));
    const first = watched.invite(alice, lcs);
    first.forward(bob).ring().busy().ack();
    watched.wait(HORIZON);
    const attempt = only(watched);
    expect(attempt).toMatchObject({ outcome: 'delivered', originator: lcs.address, finalAtOriginator: 486, loss: null });
    expect(attempt.originatorSeen).toBe(false);
    expect(attempt.notes).toEqual([expect.stringMatching(/does not show the originator's side: only Via headers name 10\.0\.0\.1\./)]);
  });

  test('the capture missed the final on its last way: its ACK tells that it came', () => {
    const { trace, first, second } = ringing('wire');
    second.busy().ack();
    first.ack();
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({ outcome: 'delivered', finalAtOriginator: 486, loss: null });
    expect(attempt.notes).toEqual([expect.stringMatching(/^The final is not in the trace where it came to the originator/)]);
  });

  test('the capture missed the final between two proxies', () => {
    const { trace, lcs, bob } = setUp('wire');
    const carol = trace.host('carol', '10.0.0.4');
    const first = trace.invite(carol, lcs);
    const middle = first.forward(trace.host('edge', '10.0.0.5'));
    middle.forward(bob).ring().busy().ack();
    middle.ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'pending', loss: { kind: 'swallowed', hop: lcs.address, certainty: 'seen' } });
    first.busy().ack();
    expect(only(trace)).toMatchObject({ outcome: 'delivered', loss: null });
  });

  test('an ACK of another final that the capture missed: what was lost is not known', () => {
    const { trace, first, second } = ringing('wire');
    second.busy().ack();
    first.ack({ toTag: 'of-the-proxy' });
    trace.wait(HORIZON);
    const { loss } = only(trace);
    expect(loss).toMatchObject({ kind: 'swallowed', certainty: 'unknown' });
    expect(loss?.reason).toContain('An ACK from upstream tells of a final that is not in the trace');
  });

  test("the callee's side alone: not-acked", () => {
    const { alice, lcs, bob } = setUp();
    const watched = new TraceBuilder((from, to) => ([from, to].includes('bob') ? ['eth0'] : []));
    watched.invite(alice, lcs).forward(bob).ring().busyRepeated(4);
    watched.wait(HORIZON);
    expect(only(watched).loss).toMatchObject({ kind: 'not-acked', hop: lcs.address, certainty: 'inferred' });
  });

  test("the originator's side alone rings", () => {
    const { alice, lcs, bob } = setUp();
    const watched = new TraceBuilder((from, to) => ([from, to].includes('alice') ? ['eth0'] : []));
    const first = watched.invite(alice, lcs).ring();
    first.forward(bob).busy().ack();
    watched.wait(HORIZON);
    const attempt = only(watched);
    expect(attempt).toMatchObject({ outcome: 'ringing', callee: lcs.address, loss: null });
    expect(attempt.notes).toEqual([
      expect.stringMatching(/^No final is in this capture, and nothing beyond 10\.0\.0\.2:5060 was captured/),
      expect.stringMatching(/^The branch to 10\.0\.0\.2:5060 is open: the capture ends 648 ms after its 180 Ringing, so it may still/),
    ]);
  });

  test('where the callee itself is watched, nothing is said of what is beyond it', () => {
    const { trace } = ringing();
    trace.wait(HORIZON);
    expect(only(trace).notes).toEqual([expect.stringMatching(/^The branch to 10\.0\.0\.3:5060 is open/)]);
  });

  test('past Timer C nothing may still come, and what is beyond the last element is still not known', () => {
    const { trace } = ringing('wire');
    trace.wait(10_000);
    expect(only(trace).notes).toEqual([expect.stringMatching(/nothing beyond 10\.0\.0\.3:5060 was captured/)]);
  });

  test('a trace that begins with the final: the originator is known from Via', () => {
    const { trace, alice, lcs, second } = ringing('wire');
    trace.events.length = 0;
    second.busyRepeated(5);
    trace.wait(HORIZON);
    const attempt = only(trace);
    expect(attempt).toMatchObject({
      outcome: 'pending',
      originator: alice.address,
      originatorSeen: false,
      finalAtCallee: 486,
      finalAtOriginator: null,
    });
    expect(attempt.loss).toMatchObject({ kind: 'not-acked', hop: lcs.address });
  });

  test('a trace that begins in the middle of a call that ends well', () => {
    const { trace, alice, first, second } = ringing('wire');
    trace.events.length = 0;
    second.busy().ack();
    first.busy().ack();
    trace.wait(HORIZON);
    expect(only(trace)).toMatchObject({ outcome: 'delivered', originator: alice.address, finalAtOriginator: 486, loss: null });
  });
});

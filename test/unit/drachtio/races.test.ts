import { type ScriptedApp, sipOf } from './scripted-app.js';
import { Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

let simulation: Simulation;
let app: ScriptedApp;
let alice: SipPeer;
let bob: SipPeer;

async function open(options: Parameters<typeof Simulation.open>[0] = {}): Promise<void> {
  simulation = await Simulation.open(options);
  app = await simulation.app();
  alice = await simulation.peer('alice');
  bob = await simulation.peer('bob');
}

/** Lets all timers of transactions run out, then ends everything: nothing may be left. */
async function expectNothingLeft(): Promise<void> {
  simulation.run(130_000);
  expect(simulation.server.counters.entries).toEqual({
    pendingRequests: 0,
    serverTransactions: 0,
    outgoingRequests: 0,
    dialogs: 0,
    proxies: 0,
    transactions: 0,
  });
  expect(simulation.clock.pendingTimers).toBe(0);
  await simulation.close();
}

/** The application calls bob. */
function callBob(): string {
  const id = app.request(`INVITE ${bob.uri}`, { body: SDP });
  simulation.run();
  return id;
}

const invited = (peer: SipPeer) => peer.received.filter((message) => message.kind === 'request' && message.method === 'INVITE');
const count = (peer: SipPeer, what: string): number => peer.seen.filter((seen) => seen === what).length;

describe('a caller who cancels', () => {
  beforeEach(() => open());

  it('before any response: the server answers both, tells the application, and takes no 487 of its', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run(1_000);
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '200 CANCEL', '487 INVITE']);
    expect(app.heard).toEqual(['INVITE', 'CANCEL']);
    const cancel = app.last('CANCEL');
    expect([cancel.tokens[8], cancel.tokens[9]]).toEqual([app.last('INVITE').tokens[8], '']);
    expect(app.cdrs).toEqual(['attempt network']); // no leg yet, so none to record the end of
    const late = app.respond(app.last('INVITE'), 487);
    simulation.run();
    expect(app.outcome(late)).toBe('NOK Response not sent due to unknown transaction');
    alice.follow('ACK', invite, simulation.sip, alice.received[2] as never);
    await expectNothingLeft();
    expect(count(alice, '487 INVITE')).toBe(1);
  });

  it('while it rings: the same, with the dialog named', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 180);
    simulation.run();
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '200 CANCEL', '487 INVITE']);
    expect(app.last('CANCEL').tokens[9]).toBe(`${invite.callId};from-tag=${invite.fromTag}`);
    expect(app.cdrs).toEqual(['attempt network', 'stop network call-canceled']);
    alice.follow('ACK', invite, simulation.sip, alice.received[3] as never);
    await expectNothingLeft();
  });

  it('and repeats the CANCEL: it is answered again, the application hears it once', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    for (const _ of [1, 2, 3]) {
      alice.follow('CANCEL', invite, simulation.sip);
      simulation.run();
    }
    expect(count(alice, '200 CANCEL')).toBe(3);
    expect(app.heard).toEqual(['INVITE', 'CANCEL']);
    alice.follow('ACK', invite, simulation.sip, (await alice.take('487')) as never);
    await expectNothingLeft();
  });

  it('when the 486 is on its way: it is answered, the 486 stands, and nobody hears of it', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 486);
    simulation.run(0);
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE', '200 CANCEL']);
    expect(app.heard).toEqual(['INVITE']);
    alice.follow('ACK', invite, simulation.sip, alice.received[1] as never);
    await expectNothingLeft();
  });

  it('what is unknown: 481', async () => {
    const invite = alice.createRequest('INVITE', `sip:bob@${simulation.sip.address}:${simulation.sip.port}`);
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['481 CANCEL']);
    expect(app.heard).toEqual([]);
    await expectNothingLeft();
  });
});

describe('a CANCEL that crosses the 200', () => {
  const answeredAndCancelled = async (strict: boolean): Promise<void> => {
    await open({ strict });
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run(0);
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
  };

  it('gets a 481, and the call a BYE that the application is shown, as with the real server', async () => {
    await answeredAndCancelled(false);
    const bye = await alice.takeRequest('BYE');
    alice.respond(bye, 200);
    expect(alice.seen).toEqual(['100 INVITE', '200 INVITE', '481 CANCEL', 'BYE']);
    expect(bye.headers.get('Reason')).toBe('SIP ;cause=200 ;text="CANCEL after 200 OK"');
    expect(app.last('BYE').tokens.slice(2, 3)).toEqual(['application']);
    expect(app.last('BYE').tokens[8]).toBe('unsolicited');
    await expectNothingLeft();
  });

  it('is answered, and the call stays, by the RFC', async () => {
    await answeredAndCancelled(true);
    expect(alice.seen).toEqual(['100 INVITE', '200 INVITE', '200 CANCEL']);
    expect(simulation.server.counters.entries.dialogs).toBe(1);
    await simulation.close();
  });
});

describe('an application that cancels', () => {
  beforeEach(() => open());

  it('before any response: the INVITE is repeated, the CANCEL waits for the first 1xx', async () => {
    callBob();
    const { tokens } = app.received[1] ?? { tokens: [] };
    const id = app.request(`CANCEL ${bob.uri}`, { transactionId: tokens[10] ?? '' });
    simulation.run(8_000);
    expect(app.outcome(id)).toBe('OK');
    expect(bob.seen).toEqual(['INVITE', 'INVITE', 'INVITE', 'INVITE']); // at 0, 1, 3 and 7 s
    const [invite] = invited(bob);
    bob.respond(invite as never, 180);
    simulation.run();
    const cancel = await bob.takeRequest('CANCEL');
    bob.respond(cancel, 200);
    bob.respond(invite as never, 487);
    simulation.run();
    expect(app.heard).toEqual(['180', '487']);
    expect(app.cdrs).toEqual(['attempt application', 'stop network call-canceled']);
    expect(bob.seen.slice(4)).toEqual(['CANCEL', 'ACK']);
    await expectNothingLeft();
  });

  it('when the 486 is here already: it is told so', async () => {
    callBob();
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run();
    const id = app.request(`CANCEL ${bob.uri}`, { transactionId: app.last('486').tokens[8] ?? '' });
    simulation.run();
    expect(app.outcome(id)).toBe(`NOK unable to cancel unknown transaction id: ${app.last('486').tokens[8]}`);
    expect(bob.seen).toEqual(['INVITE', 'ACK']);
    await expectNothingLeft();
  });

  it('when the 200 is on its way: ACK and BYE follow', async () => {
    callBob();
    const invite = await bob.takeRequest('INVITE');
    bob.respond(invite, 180);
    simulation.run();
    bob.respond(invite, 200, [], SDP);
    app.request(`CANCEL ${bob.uri}`, { transactionId: app.last('180').tokens[8] ?? '' });
    simulation.run();
    const { tokens } = app.last('200');
    app.request(`ACK ${bob.uri}`, { dialogId: tokens[9] ?? '' });
    simulation.run();
    expect(bob.seen.filter((seen) => seen !== 'CANCEL')).toEqual(['INVITE', 'ACK', 'BYE']);
    const bye = await bob.takeRequest('BYE');
    expect(bye.headers.get('Reason')).toBe('SIP ;cause=200 ;text="ACK-BYE due to cancel race condition"');
    bob.respond(bye, 200);
    bob.respond(await bob.takeRequest('CANCEL'), 481);
    expect(app.last('BYE').tokens[8]).toBe('unsolicited');
    expect(app.cdrs).toEqual(['attempt application', 'start network uac', 'stop application ackbye']);
    await expectNothingLeft();
  });
});

describe('a 200', () => {
  beforeEach(() => open());

  it('is repeated until its ACK comes, which the application sees once', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run(8_000);
    expect(count(alice, '200 INVITE')).toBe(5); // at 0, 0.5, 1.5, 3.5 and 7.5 s
    const ok = await alice.takeResponse(200);
    for (const _ of [1, 2]) alice.inDialog('ACK', invite, ok, 1, simulation.sip);
    simulation.run(60_000);
    expect(count(alice, '200 INVITE')).toBe(5);
    expect(app.heard).toEqual(['INVITE', 'ACK']);
    const ack = app.last('ACK');
    expect([ack.tokens[8], ack.tokens[9]]).toEqual([app.last('INVITE').tokens[8], `${invite.callId};from-tag=${invite.fromTag}`]);
    alice.inDialog('BYE', invite, ok, 2, simulation.sip);
    simulation.run();
    app.respond(app.last('BYE'), 200);
    await expectNothingLeft();
  });

  it('whose ACK never comes ends in a BYE after 32 s', async () => {
    alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run(31_900);
    expect(count(alice, 'BYE')).toBe(0);
    simulation.run(200);
    const bye = await alice.takeRequest('BYE');
    expect(bye.headers.get('Reason')).toBe('SIP ;cause=200 ;text="ACK timeout"');
    alice.respond(bye, 200);
    const shown = app.last('BYE');
    expect([shown.tokens[2], shown.tokens[8]]).toEqual(['application', 'unsolicited']);
    await expectNothingLeft();
    expect(count(alice, '200 INVITE')).toBe(11); // doubling up to 4 s, for 32 s
  });

  it('that the callee repeats is acknowledged again, and shown once', async () => {
    callBob();
    const invite = await bob.takeRequest('INVITE');
    bob.respond(invite, 200, [], SDP);
    simulation.run();
    bob.respond(invite, 200, [], SDP); // the application has not acknowledged yet: nothing to repeat
    simulation.run();
    const dialogId = app.last('200').tokens[9] ?? '';
    app.request(`ACK ${bob.uri}`, { dialogId });
    simulation.run();
    bob.respond(invite, 200, [], SDP);
    simulation.run();
    const [first, second, ...more] = bob.received.filter((message) => message.kind === 'request' && message.method === 'ACK');
    expect(first?.cseq?.sequence).toBe(invite.cseq?.sequence);
    expect(second?.toBuffer().equals(first?.toBuffer() ?? Buffer.alloc(0))).toBe(true); // the very same, branch and all
    expect(more).toEqual([]);
    expect(app.heard).toEqual(['200']);
    app.request('BYE sip:placeholder', { dialogId });
    simulation.run();
    bob.respond(await bob.takeRequest('BYE'), 200);
    await expectNothingLeft();
  });

  it('of a second callee is acknowledged and ended by the server', async () => {
    callBob();
    const invite = await bob.takeRequest('INVITE');
    bob.respond(invite, 200, [], SDP, 'first');
    simulation.run();
    bob.respond(invite, 200, [], SDP, 'second');
    simulation.run();
    const bye = await bob.takeRequest('BYE');
    expect(bye.toTag).toBe('second');
    bob.respond(bye, 200);
    bob.respond(invite, 200, [], SDP, 'second'); // its ACK was lost
    simulation.run();
    expect(bob.seen).toEqual(['INVITE', 'ACK', 'BYE', 'ACK']);
    expect(app.heard).toEqual(['200']);
    expect(simulation.server.counters.entries.dialogs).toBe(1);
    await simulation.close();
  });
});

describe('a lost 486', () => {
  it('is sent again until its ACK comes', async () => {
    await open();
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 486);
    simulation.run(4_000);
    expect(count(alice, '486 INVITE')).toBe(4); // at 0, 0.5, 1.5 and 3.5 s
    alice.follow('ACK', invite, simulation.sip, (await alice.take('486')) as never);
    simulation.run(60_000);
    expect(count(alice, '486 INVITE')).toBe(4);
    expect(app.heard).toEqual(['INVITE']);
    await expectNothingLeft();
  });

  it('comes again from the callee: it is acknowledged again, and shown once', async () => {
    await open();
    callBob();
    const invite = await bob.takeRequest('INVITE');
    for (const _ of [1, 2, 3]) {
      bob.respond(invite, 486);
      simulation.run();
    }
    expect(bob.seen).toEqual(['INVITE', 'ACK', 'ACK', 'ACK']);
    expect(app.heard).toEqual(['486']);
    await expectNothingLeft();
  });
});

describe('an application that goes', () => {
  beforeEach(() => open());

  it('leaves an INVITE unanswered: the caller can still cancel it', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.stream.destroy();
    simulation.run();
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '200 CANCEL', '487 INVITE']);
    alice.follow('ACK', invite, simulation.sip, (await alice.take('487')) as never);
    await expectNothingLeft();
  });

  it('and comes back gets the next calls, and can still answer what it left', async () => {
    alice.invite(simulation.sip);
    simulation.run();
    const left = app.last('INVITE');
    app.stream.destroy();
    simulation.run();
    alice.invite(simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '100 INVITE', '503 INVITE']);
    const again = await simulation.app();
    const id = again.respond(left, 486);
    alice.invite(simulation.sip);
    simulation.run();
    expect(again.outcome(id)).toBe('OK');
    expect(again.heard).toEqual(['INVITE']);
    expect(count(alice, '486 INVITE')).toBe(1);
    await simulation.close();
  });

  it('leaves a call: its BYE gets a 481, and nothing is kept', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run();
    const ok = await alice.takeResponse(200);
    alice.inDialog('ACK', invite, ok, 1, simulation.sip);
    simulation.run();
    app.stream.destroy();
    simulation.run();
    alice.inDialog('INFO', invite, ok, 2, simulation.sip);
    alice.inDialog('BYE', invite, ok, 3, simulation.sip);
    simulation.run();
    expect(alice.seen.slice(-2)).toEqual(['481 INFO', '481 BYE']);
    await expectNothingLeft();
  });

  it('leaves a call that is then answered: ACK and BYE end it', async () => {
    callBob();
    const invite = await bob.takeRequest('INVITE');
    bob.respond(invite, 180);
    app.stream.destroy();
    simulation.run();
    bob.respond(invite, 200, [], SDP);
    simulation.run();
    bob.respond(await bob.takeRequest('BYE'), 200);
    bob.respond(invite, 200, [], SDP);
    simulation.run();
    expect(bob.seen).toEqual(['INVITE', 'ACK', 'BYE', 'ACK']);
    await expectNothingLeft();
  });
});

describe('the server', () => {
  it('stops with calls in flight of every kind, and leaves nothing', async () => {
    await open();
    alice.invite(simulation.sip); // unanswered
    alice.invite(simulation.sip, 'ringing');
    alice.invite(simulation.sip, 'answered');
    alice.invite(simulation.sip, 'proxied');
    simulation.run();
    const [, ringing, answered, proxied] = app.sip;
    app.respond(ringing as never, 180);
    app.respond(answered as never, 200, '', SDP);
    app.say(`proxy|${proxied?.tokens[8]}||fullResponse||serial|||${bob.uri}`, `INVITE ${bob.uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
    callBob();
    simulation.run(500);
    expect(simulation.server.counters.entries).toMatchObject({ pendingRequests: 1, dialogs: 3, outgoingRequests: 1, proxies: 1 });
    await simulation.close();
  });

  it('asks two applications in turn', async () => {
    await open();
    const other = await simulation.app();
    for (const _ of [1, 2, 3, 4]) alice.invite(simulation.sip);
    simulation.run();
    expect([app.heard, other.heard]).toEqual([
      ['INVITE', 'INVITE'],
      ['INVITE', 'INVITE'],
    ]);
    expect([...app.cdrs, ...other.cdrs]).toHaveLength(4);
    await simulation.close();
  });

  it('asks in turn however often an application repeats its routes', async () => {
    await open();
    const other = await simulation.app();
    for (const _ of [1, 2, 3]) other.route('invite', 'INVITE');
    simulation.run();
    for (const _ of [1, 2, 3, 4]) alice.invite(simulation.sip);
    simulation.run();
    expect(app.heard).toHaveLength(2);
    await simulation.close();
  });
});

describe('an application that keeps silent', () => {
  it('lets an INVITE be forgotten after 64 s without a word', async () => {
    await open();
    const invite = alice.invite(simulation.sip);
    simulation.run(63_900);
    expect(simulation.server.counters.entries.pendingRequests).toBe(1);
    simulation.run(200);
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '481 CANCEL']);
    const late = app.respond(app.last('INVITE'), 200);
    simulation.run();
    expect(app.outcome(late)).toBe('NOK Response not sent due to unknown transaction');
    await expectNothingLeft();
  });

  it('after a 180 may take as long as it likes', async () => {
    await open();
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 180);
    simulation.run(600_000);
    app.respond(app.last('INVITE'), 486);
    simulation.run();
    const busy = await alice.takeResponse(486);
    alice.follow('ACK', invite, simulation.sip, busy);
    expect(sipOf(app.received.at(-2) as never).toTag).toBe(busy.toTag);
    await expectNothingLeft();
  });

  it('by the RFC the caller is told', async () => {
    await open({ strict: true });
    const invite = alice.invite(simulation.sip);
    simulation.run(64_100);
    expect(alice.seen).toEqual(['100 INVITE', '480 INVITE']);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(480));
    await expectNothingLeft();
    expect(app.heard).toEqual(['INVITE']);
  });
});

import type { ScriptedApp } from './scripted-app.js';
import { Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

let simulation: Simulation;
let app: ScriptedApp;
let alice: SipPeer;
let bob: SipPeer;

/** Each habit of the real server beside the RFC's way; those of the proxy and of races have their tests there. */
describe.each([false, true])('strict: %s', (strict) => {
  beforeEach(async () => {
    simulation = await Simulation.open({ strict });
    app = await simulation.app();
    alice = await simulation.peer('alice');
    bob = await simulation.peer('bob');
  });

  afterEach(() => simulation.close());

  it('statelessTrying: the 100 is repeated only by the RFC', () => {
    const invite = alice.invite(simulation.sip);
    simulation.run(1_000);
    alice.send(invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(strict ? ['100 INVITE', '100 INVITE'] : ['100 INVITE']);
    expect(app.heard).toEqual(['INVITE']);
  });

  it('lateTimerA: an INVITE is repeated first after 1 s, by the RFC after 0.5 s', () => {
    app.request(`INVITE ${bob.uri}`, { body: SDP });
    const times: number[] = [];
    bob.onRequest = () => times.push(Math.round((simulation.clock.now() - start) / 100) / 10);
    const start = simulation.clock.now();
    simulation.run(20_000);
    expect(times).toEqual(strict ? [0, 0.5, 1.5, 3.5, 7.5, 15.5] : [0, 1, 3, 7, 15]);
    simulation.run(13_000);
    expect(app.heard).toEqual(['408']);
  });

  it('other requests are repeated as the RFC says', () => {
    app.request(`OPTIONS ${bob.uri}`);
    simulation.run(2_000);
    expect(bob.seen).toHaveLength(3); // at 0, 0.5 and 1.5 s
  });

  it('only200MakesDialogs: 202 to an INVITE makes one only by the RFC', async () => {
    app.request(`INVITE ${bob.uri}`, { body: SDP });
    simulation.run();
    bob.respond(await bob.takeRequest('INVITE'), 202, [], SDP);
    simulation.run();
    const id = app.request(`ACK ${bob.uri}`, { dialogId: app.last('202').tokens[9] ?? '' });
    simulation.run();
    expect(bob.seen).toEqual(strict ? ['INVITE', 'ACK'] : ['INVITE']);
    expect(app.outcome(id)).toMatch(strict ? /^OK$/ : /^NOK Server error: ACK for non-success/);
  });

  it('only200MakesDialogs: nor does the application’s own', () => {
    alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 202, '', SDP);
    simulation.run(1_000);
    expect(simulation.server.counters.entries.dialogs).toBe(strict ? 1 : 0);
    expect(alice.seen.filter((seen) => seen === '202 INVITE')).toHaveLength(strict ? 2 : 1);
  });

  it('alwaysSymmetric: responses go to the source port, by the RFC to the one in the Via', async () => {
    const invite = alice.createRequest('INVITE', 'sip:bob@127.0.0.1:15090', [['Via', `SIP/2.0/UDP ${bob.hostport};branch=z9hG4bK-x`]]);
    alice.send(invite, simulation.sip);
    simulation.run();
    expect([alice.seen, bob.seen]).toEqual(strict ? [[], ['100 INVITE']] : [['100 INVITE'], []]);
  });

  it('mendsContacts: a dialog goes to where its peer sends from, by the RFC to its Contact', async () => {
    const elsewhere = await simulation.peer('elsewhere', { address: '10.0.0.9', port: 5060 });
    const invite = alice.invite(simulation.sip, 'bob', [['Contact', `<${elsewhere.uri}>`]]);
    simulation.run();
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run();
    alice.inDialog('ACK', invite, await alice.takeResponse(200), 1, simulation.sip);
    simulation.run();
    app.request('INFO sip:placeholder', { dialogId: app.last('ACK').tokens[9] ?? '' });
    simulation.run();
    expect([alice, elsewhere].map((peer) => peer.seen.includes('INFO'))).toEqual(strict ? [false, true] : [true, false]);
  });

  it('removesAllRoutes: by the RFC’s sense of words only the one that is named', () => {
    app.say('remove_route|OPTIONS');
    simulation.run();
    alice.invite(simulation.sip);
    alice.send(alice.createRequest('OPTIONS', 'sip:bob@127.0.0.1:15090'), simulation.sip);
    simulation.run();
    expect(app.heard).toEqual(strict ? ['INVITE'] : []);
    expect(alice.seen).toContain('503 OPTIONS');
  });

  it('leavesProtocolOut: of an ACK', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run();
    alice.inDialog('ACK', invite, await alice.takeResponse(200), 1, simulation.sip);
    simulation.run();
    expect(app.last('ACK').tokens[4]).toBe(strict ? 'udp' : '');
  });

  it('a request that came by two ways is merged by the RFC only', () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    const other = invite.clone();
    other.headers.set('Via', `SIP/2.0/UDP ${alice.hostport};branch=z9hG4bK-other-way`);
    alice.send(other, simulation.sip);
    simulation.run();
    expect(alice.seen.includes('482 INVITE')).toBe(strict);
  });
});

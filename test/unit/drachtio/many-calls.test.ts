import type { LinkQuality } from '../../../harness/platform/link-quality.js';
import { type FromServer, type ScriptedApp, sipOf } from './scripted-app.js';
import { Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

const CALLS = 400;

/** A B2BUA as srf makes one: the callee's provisional responses and rejections go on to the caller. */
function bridge(app: ScriptedApp, callee: SipPeer): void {
  const callers = new Map<string, FromServer>();
  const launched = new Map<string, FromServer>();
  app.onMessage = (message) => {
    const { verb, tokens, sip } = message;
    if (verb === 'response' && tokens[3] === 'OK' && launched.has(tokens[2] ?? '')) {
      callers.set(tokens[10] ?? '', launched.get(tokens[2] ?? '') as FromServer);
      launched.delete(tokens[2] ?? '');
    }
    if (verb !== 'sip') return;
    if (sip.startsWith('INVITE')) launched.set(app.request(`INVITE ${callee.uri}`, { body: SDP }), message);
    const caller = callers.get(tokens[8] ?? '');
    const status = Number(/^SIP\/2\.0 (\d+)/.exec(sip)?.[1] ?? 0);
    if (!caller || status < 180) return;
    app.respond(caller, status);
    if (status >= 300) callers.delete(tokens[8] ?? '');
    if (status >= 300) app.request(`ACK ${callee.uri}`, { dialogId: tokens[9] ?? '' });
  };
}

/** alice calls so often; each of her INVITEs is repeated, and each final acknowledged, as a caller does. */
function call(simulation: Simulation, alice: SipPeer, calls: number): void {
  const answered = new Set<string>();
  alice.onResponse = (response) => {
    if (response.cseq?.method !== 'INVITE' || response.status < 200) return;
    answered.add(response.callId ?? '');
    const invite = invites.get(response.callId ?? '');
    if (invite) alice.follow('ACK', invite, simulation.sip, response);
  };
  const invites = new Map<string, ReturnType<SipPeer['invite']>>();
  for (let placed = 0; placed < calls; placed++) {
    const invite = alice.invite(simulation.sip);
    invites.set(invite.callId ?? '', invite);
    const repeat = (interval: number): void => {
      simulation.clock.setTimer(interval, () => {
        if (answered.has(invite.callId ?? '') || interval > 16_000) return;
        alice.send(invite, simulation.sip);
        repeat(2 * interval);
      });
    };
    repeat(500);
    simulation.run(1);
  }
}

it.each([
  ['without loss', { delayMs: 1 }],
  ['over links that lose a tenth, repeat a tenth and reorder', { delayMs: 5, loss: 0.1, duplicate: 0.1, reorder: 0.2, reorderMs: 40 }],
] satisfies [string, LinkQuality][])(
  'hundreds of busy calls through a B2BUA, %s, all end and leave nothing',
  async (_how, quality) => {
    const simulation = await Simulation.open({}, { link: () => quality });
    const app = await simulation.app();
    const [alice, bob] = [await simulation.peer('alice'), await simulation.peer('bob')];
    bridge(app, bob);
    bob.onRequest = (request) => {
      if (request.method === 'INVITE') bob.respond(request, 486); // for each copy of the INVITE again
    };
    call(simulation, alice, CALLS);
    simulation.run(200_000);
    const rejected = alice.received.filter((message) => message.kind === 'response' && message.status === 486);
    const others = alice.received.filter((message) => message.kind === 'response' && message.status > 100 && message.status !== 486);
    expect(new Set(rejected.map(({ callId }) => callId)).size).toBe(CALLS);
    expect(others).toEqual([]);
    expect(app.sip.filter(({ sip }) => sip.startsWith('INVITE'))).toHaveLength(CALLS);
    expect(new Set(app.sip.filter(({ sip }) => sip.startsWith('SIP/2.0 486')).map((message) => sipOf(message).callId)).size).toBe(CALLS);
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
  },
  60_000,
);

import type { DrachtioServerOptions } from '../../../harness/drachtio/index.js';
import { type FromServer, type ScriptedApp, sipOf } from './scripted-app.js';
import { Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

let simulation: Simulation;
let app: ScriptedApp;
let alice: SipPeer;
let bob: SipPeer;
let carol: SipPeer;

async function open(options: Partial<DrachtioServerOptions> = {}): Promise<void> {
  simulation = await Simulation.open(options);
  app = await simulation.app();
  [alice, bob, carol] = [await simulation.peer('alice'), await simulation.peer('bob'), await simulation.peer('carol')];
}

interface Order {
  to: string[];
  flags?: string;
  timeouts?: string;
  headers?: string;
}

/** Orders that a request be proxied, as srf does. */
function proxy(request: FromServer, { to, flags = '|fullResponse||serial', timeouts = '|', headers = '' }: Order): string {
  const method = sipOf(request).headers.get('CSeq')?.split(' ')[1];
  const leader = `proxy|${request.tokens[8]}|${flags}|${timeouts}|${to.join('|')}`;
  const id = app.say(leader, `${method} ${to[0]} SIP/2.0\r\n${headers}Content-Length: 0\r\n\r\n`);
  simulation.run();
  return id;
}

/** alice calls, and the application orders. */
function proxiedCall(order: Order): { invite: ReturnType<SipPeer['invite']>; id: string } {
  const invite = alice.invite(simulation.sip);
  simulation.run();
  return { invite, id: proxy(app.last('INVITE'), order) };
}

/** What the application was told of an order: statuses, `done`, refusals. */
function outcomes(id: string): string[] {
  return app.received
    .filter(({ verb, tokens }) => verb === 'response' && tokens[2] === id)
    .map(({ tokens, sip }) => (sip === '' ? tokens.slice(3).join('|') : `${/^SIP\/2\.0 (\d+)/.exec(sip)?.[1]} ${tokens.at(-1)}`));
}

async function expectNothingLeft(): Promise<void> {
  simulation.run(200_000);
  expect(simulation.server.counters.entries).toMatchObject({ proxies: 0, pendingRequests: 0, serverTransactions: 0, transactions: 0 });
  expect(simulation.clock.pendingTimers).toBe(0);
  await simulation.close();
}

const SIMULTANEOUS = '|fullResponse||simultaneous';
const count = (peer: SipPeer, what: string): number => peer.seen.filter((seen) => seen === what).length;

describe('a proxied INVITE', () => {
  beforeEach(() => open());

  it('goes out with our Via, one hop less, and what the application adds; contact and body stay', async () => {
    const { invite } = proxiedCall({ to: [bob.uri], headers: 'X-Extra: yes\r\nContact: <sip:no@x>\r\n' });
    const sent = await bob.takeRequest('INVITE');
    expect(sent.requestUri).toBe(bob.uri);
    expect(sent.vias.map(({ sentBy }) => sentBy)).toEqual(['127.0.0.1:15090', alice.hostport]);
    expect(sent.maxForwards).toBe(69);
    expect(sent.headers.get('Contact')).toBe(`<${alice.uri}>`);
    expect(sent.headers.get('X-Extra')).toBe('yes');
    expect(sent.headers.has('Record-Route')).toBe(false);
    expect(sent.body.toString()).toBe(SDP);
    expect(sent.callId).toBe(invite.callId);
    await simulation.close();
  });

  it('for somebody else keeps its Request-URI: the destination is only the way there', async () => {
    const invite = alice.createRequest('INVITE', 'sip:bob@example.org', [], SDP);
    alice.send(invite, simulation.sip);
    simulation.run();
    proxy(app.last('INVITE'), { to: [bob.uri] });
    expect((await bob.takeRequest('INVITE')).requestUri).toBe('sip:bob@example.org');
    await simulation.close();
  });

  it('passes provisional responses at once, and no 100', async () => {
    proxiedCall({ to: [bob.uri] });
    const sent = await bob.takeRequest('INVITE');
    bob.respond(sent, 100);
    bob.respond(sent, 183, [], SDP);
    bob.respond(sent, 180);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '183 INVITE', '180 INVITE']);
    expect((await alice.takeResponse(183)).vias).toHaveLength(1);
    expect(app.heard).toEqual(['INVITE']);
    await simulation.close();
  });

  it('is repeated after 0.5, 1 and 2 s, and a 408 goes up after 32 s', async () => {
    const { invite, id } = proxiedCall({ to: [bob.uri] });
    simulation.run(4_000);
    expect(count(bob, 'INVITE')).toBe(4);
    simulation.run(28_100);
    expect(alice.seen).toEqual(['100 INVITE', '408 INVITE']);
    expect(outcomes(id)).toEqual(['OK|done']);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(408));
    await expectNothingLeft();
  });

  it('that rings for 185 s is cancelled, and ends with a 408', async () => {
    const { invite, id } = proxiedCall({ to: [bob.uri] });
    const sent = await bob.takeRequest('INVITE');
    bob.respond(sent, 180);
    simulation.run(184_900);
    expect(count(alice, '408 INVITE')).toBe(0);
    simulation.run(200);
    const cancel = await bob.takeRequest('CANCEL');
    expect(cancel.requestUri).toBe(bob.uri);
    bob.respond(cancel, 200);
    bob.respond(sent, 487);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '408 INVITE']);
    expect(outcomes(id)).toEqual(['OK|done']);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(408));
    await expectNothingLeft();
  });

  it('that rings again and again is given 185 s from the last time', async () => {
    proxiedCall({ to: [bob.uri] });
    const sent = await bob.takeRequest('INVITE');
    for (const _ of [1, 2, 3]) {
      bob.respond(sent, 180);
      simulation.run(180_000);
    }
    expect(bob.seen).toEqual(['INVITE']);
    simulation.run(5_100);
    expect(bob.seen).toEqual(['INVITE', 'CANCEL']);
    await simulation.close();
  });

  it('with no hop left gets a 483', async () => {
    alice.send(
      alice.createRequest('INVITE', `sip:bob@${simulation.sip.address}:${simulation.sip.port}`, [['Max-Forwards', '0']]),
      simulation.sip,
    );
    simulation.run();
    const id = proxy(app.last('INVITE'), { to: [bob.uri] });
    expect(outcomes(id)).toEqual(['NOK|Rejected with 483 Too Many Hops due to Max-Forwards value of 0']);
    expect(alice.seen).toEqual(['100 INVITE', '483 INVITE']);
    expect(bob.seen).toEqual([]);
    await simulation.close();
  });

  it.each(['sip:bob@nowhere.example', 'sips:bob@127.0.0.1', 'nonsense'])('to %s only gets a 500', async (target) => {
    const { id } = proxiedCall({ to: [target] });
    expect(outcomes(id)).toEqual(['NOK|error proxying request to ']);
    expect(alice.seen).toEqual(['100 INVITE', '500 INVITE']);
    await simulation.close();
  });

  it('is gone once the application has answered by itself, or cancelled, or proxied it', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 180);
    simulation.run();
    const unknown = [`NOK|Unknown transaction id: ${app.last('INVITE').tokens[8]}`];
    expect(outcomes(proxy(app.last('INVITE'), { to: [bob.uri] }))).toEqual(unknown);
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(outcomes(proxy(app.last('INVITE'), { to: [bob.uri] }))).toEqual(unknown);
    expect(bob.seen).toEqual([]);
    await simulation.close();
  });

  it('without fullResponse is done as soon as it is out', async () => {
    const { id } = proxiedCall({ to: [bob.uri], flags: '|||serial' });
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run();
    expect(outcomes(id)).toEqual(['OK|done']);
    await simulation.close();
  });
});

describe('a final response of a proxied INVITE', () => {
  beforeEach(() => open());

  it('is acknowledged to the peer, shown, sent up once, and never again', async () => {
    const { invite, id } = proxiedCall({ to: [bob.uri] });
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run(5_000);
    const ack = await bob.takeRequest('ACK');
    expect(ack.requestUri).toBe(`sip:${bob.hostport}`);
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
    alice.send(invite, simulation.sip); // it was lost: the caller repeats in vain
    simulation.run(5_000);
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
    expect(outcomes(id)).toEqual(['486 continue', 'OK|done']);
    await expectNothingLeft();
  });

  it('by the RFC is repeated until its ACK comes, and acknowledged to the Request-URI', async () => {
    await simulation.close();
    await open({ strict: true });
    const { invite } = proxiedCall({ to: [bob.uri] });
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run(4_000);
    expect((await bob.takeRequest('ACK')).requestUri).toBe(bob.uri);
    expect(count(alice, '486 INVITE')).toBe(4);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(486));
    await expectNothingLeft();
    expect(count(alice, '486 INVITE')).toBe(4);
  });

  it('of 200 goes up each time that it comes, and is shown once', async () => {
    const { id } = proxiedCall({ to: [bob.uri] });
    const sent = await bob.takeRequest('INVITE');
    for (const _ of [1, 2, 3]) {
      bob.respond(sent, 200, [], SDP);
      simulation.run();
    }
    expect(alice.seen).toEqual(['100 INVITE', '200 INVITE', '200 INVITE', '200 INVITE']);
    expect(outcomes(id)).toEqual(['200 continue', 'OK|done']);
    expect(app.cdrs).toEqual(['attempt network', 'attempt application', 'start network proxy-uac', 'start application proxy-uas']);
    expect(bob.seen).toEqual(['INVITE']); // its ACK is the caller's
    await expectNothingLeft();
  });
});

describe('several targets', () => {
  beforeEach(() => open());

  it('one after another: the next is tried when one has failed', async () => {
    const { invite, id } = proxiedCall({ to: [bob.uri, carol.uri] });
    expect(carol.seen).toEqual([]);
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run();
    carol.respond(await carol.takeRequest('INVITE'), 603);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '603 INVITE']);
    expect(outcomes(id)).toEqual(['486 continue', '603 continue', 'OK|done']);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(603));
    await expectNothingLeft();
  });

  it('at once: the first 200 wins, the others are cancelled', async () => {
    const { id } = proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    const [toBob, toCarol] = [await bob.takeRequest('INVITE'), await carol.takeRequest('INVITE')];
    bob.respond(toBob, 180);
    carol.respond(toCarol, 180);
    simulation.run();
    carol.respond(toCarol, 200, [], SDP);
    simulation.run();
    const cancel = await bob.takeRequest('CANCEL');
    expect(cancel.topVia?.branch).toBe(toBob.topVia?.branch);
    bob.respond(cancel, 200);
    bob.respond(toBob, 487);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '180 INVITE', '200 INVITE']);
    expect(outcomes(id)).toEqual(['200 continue', 'OK|done']);
    expect(bob.seen).toEqual(['INVITE', 'CANCEL', 'ACK']);
    await expectNothingLeft();
  });

  it('at once: a branch without a response gets its CANCEL with the first', async () => {
    proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    const toBob = await bob.takeRequest('INVITE');
    carol.respond(await carol.takeRequest('INVITE'), 200, [], SDP);
    simulation.run();
    expect(bob.seen).toEqual(['INVITE']);
    bob.respond(toBob, 180);
    simulation.run();
    expect(bob.seen).toEqual(['INVITE', 'CANCEL']);
    expect(count(alice, '180 INVITE')).toBe(0);
    await simulation.close();
  });

  const RANKED: [finals: [number, number], real: number, rfc: number][] = [
    [[486, 603], 603, 603],
    [[503, 486], 486, 486],
    [[302, 486], 486, 302],
    [[486, 484], 484, 484],
    [[500, 302], 500, 302],
    [[503, 503], 503, 500],
  ];

  it.each(RANKED)('the best of %j goes up: %i', async ([first, second], best) => {
    const { invite } = proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    bob.respond(await bob.takeRequest('INVITE'), first);
    carol.respond(await carol.takeRequest('INVITE'), second);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', `${best} INVITE`]);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(best));
    await expectNothingLeft();
  });

  it.each(RANKED)('the best of %j, by the RFC', async ([first, second], _real, best) => {
    await simulation.close();
    await open({ strict: true });
    const { invite } = proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    bob.respond(await bob.takeRequest('INVITE'), first);
    carol.respond(await carol.takeRequest('INVITE'), second);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', `${best} INVITE`]);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(best));
    await expectNothingLeft();
  });

  it('a challenge ends the search at once', async () => {
    const { id } = proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    carol.respond(await carol.takeRequest('INVITE'), 180);
    bob.respond(await bob.takeRequest('INVITE'), 407);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '407 INVITE']);
    expect(carol.seen).toEqual(['INVITE', 'CANCEL']);
    expect(outcomes(id)).toEqual(['407 continue', 'OK|done']);
    await simulation.close();
  });

  it('the credentials go to the target that wanted them, wherever the application sends the request', async () => {
    const challenge: [string, string][] = [['Proxy-Authenticate', 'Digest realm="r", nonce="n1"']];
    const { invite } = proxiedCall({ to: [bob.uri, carol.uri] });
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run();
    carol.respond(await carol.takeRequest('INVITE'), 407, challenge);
    simulation.run();
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(407));
    const credentials = `Digest username="a", realm="r", nonce="n1", uri="${bob.uri}", response="${'0'.repeat(32)}"`;
    alice.invite(simulation.sip, 'bob', [['Proxy-Authorization', credentials]]);
    simulation.run();
    proxy(app.last('INVITE'), { to: [bob.uri] });
    const again = await carol.takeRequest('INVITE');
    expect(again.requestUri).toBe(carol.uri);
    expect(count(bob, 'INVITE')).toBe(1);
    carol.respond(again, 407, challenge);
    simulation.run(2_100); // by now nobody remembers who asked
    alice.invite(simulation.sip, 'bob', [['Proxy-Authorization', credentials]]);
    simulation.run();
    proxy(app.last('INVITE'), { to: [bob.uri] });
    expect(count(bob, 'INVITE')).toBe(2);
    await simulation.close();
  });

  it('by the RFC a 6xx ends the search, and a challenge does not', async () => {
    await simulation.close();
    await open({ strict: true });
    proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    const toCarol = await carol.takeRequest('INVITE');
    carol.respond(toCarol, 180);
    bob.respond(await bob.takeRequest('INVITE'), 407);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE']);
    carol.respond(toCarol, 603);
    simulation.run();
    expect(count(alice, '603 INVITE')).toBe(1);
    await simulation.close();
  });

  it.each([false, true])('a redirection is followed where the application asks for it (strict: %s)', async (strict) => {
    await simulation.close();
    await open({ strict });
    const { id } = proxiedCall({ to: [bob.uri], flags: '|fullResponse|followRedirects|serial' });
    bob.respond(await bob.takeRequest('INVITE'), 302, [['Contact', `<${carol.uri}>`]]);
    simulation.run();
    const sent = await carol.takeRequest('INVITE');
    expect(sent.requestUri).toBe(carol.uri);
    carol.respond(sent, 486);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
    expect(outcomes(id)).toEqual(['302 continue', '486 continue', 'OK|done']);
    await simulation.close();
  });

  it('a redirection in a ring ends', async () => {
    const { id } = proxiedCall({ to: [bob.uri], flags: '|fullResponse|followRedirects|serial' });
    bob.onRequest = (request) => {
      if (request.method === 'INVITE') bob.respond(request, 302, [['Contact', `<${bob.uri}>`]]);
    };
    bob.respond(await bob.takeRequest('INVITE'), 302, [['Contact', `<${bob.uri}>`]]);
    simulation.run(1_000);
    expect(count(bob, 'INVITE')).toBe(50);
    expect(alice.seen).toEqual(['100 INVITE', '302 INVITE']);
    expect(outcomes(id).at(-1)).toBe('OK|done');
    await simulation.close();
  });

  it.each([
    [false, 408],
    [true, 486],
  ])('one that rings for too long has the last word, by the RFC (strict: %s) the best that came: %i', async (strict, status) => {
    await simulation.close();
    await open({ strict });
    const { invite } = proxiedCall({ to: [bob.uri, carol.uri] });
    bob.respond(await bob.takeRequest('INVITE'), 486);
    simulation.run();
    const sent = await carol.takeRequest('INVITE');
    carol.respond(sent, 180);
    simulation.run(185_100);
    carol.respond(await carol.takeRequest('CANCEL'), 200);
    carol.respond(sent, 487);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', `${status} INVITE`]);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(status));
    await expectNothingLeft();
  });

  it('and goes up where it does not', async () => {
    proxiedCall({ to: [bob.uri] });
    bob.respond(await bob.takeRequest('INVITE'), 302, [['Contact', `<${carol.uri}>`]]);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '302 INVITE']);
    expect(carol.seen).toEqual([]);
    await simulation.close();
  });

  it('a target that says nothing within the provisional timeout gives way to the next', async () => {
    proxiedCall({ to: [bob.uri, carol.uri], timeouts: '700ms|' });
    simulation.run(600);
    expect(carol.seen).toEqual([]);
    simulation.run(200);
    carol.respond(await carol.takeRequest('INVITE'), 200, [], SDP);
    simulation.run();
    bob.respond(await bob.takeRequest('INVITE'), 180); // too late
    simulation.run();
    expect(bob.seen.at(-1)).toBe('CANCEL');
    expect(alice.seen).toEqual(['100 INVITE', '200 INVITE']);
    await simulation.close();
  });

  it('one that says nothing counts for less than one that refuses', async () => {
    const { invite, id } = proxiedCall({ to: [bob.uri, carol.uri], timeouts: '700ms|' });
    simulation.run(800);
    carol.respond(await carol.takeRequest('INVITE'), 486);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
    expect(outcomes(id)).toEqual(['486 continue', 'OK|done']);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(486));
    bob.respond(await bob.takeRequest('INVITE'), 200, [], SDP); // after all: it must go up (RFC 3261 §16.7 item 5)
    simulation.run();
    expect(alice.seen.at(-1)).toBe('200 INVITE');
    await expectNothingLeft();
  });

  it('a target that rings keeps its place past the provisional timeout, and past the final one, which is ignored', async () => {
    proxiedCall({ to: [bob.uri, carol.uri], timeouts: '1s|2s' });
    bob.respond(await bob.takeRequest('INVITE'), 180);
    simulation.run(60_000);
    expect(carol.seen).toEqual([]);
    await simulation.close();
  });

  it('by the RFC the final timeout counts', async () => {
    await simulation.close();
    await open({ strict: true });
    proxiedCall({ to: [bob.uri, carol.uri], timeouts: '1s|2s' });
    bob.respond(await bob.takeRequest('INVITE'), 180);
    simulation.run(2_100);
    expect(bob.seen).toEqual(['INVITE', 'CANCEL']);
    expect(carol.seen).toEqual(['INVITE']);
    await simulation.close();
  });
});

describe('a caller who cancels a proxied INVITE', () => {
  it.each([false, true])('gets 200 and 487 from the server, and all targets a CANCEL (strict: %s)', async (strict) => {
    await open({ strict });
    const { invite, id } = proxiedCall({ to: [bob.uri, carol.uri], flags: SIMULTANEOUS });
    const [toBob, toCarol] = [await bob.takeRequest('INVITE'), await carol.takeRequest('INVITE')];
    bob.respond(toBob, 180);
    carol.respond(toCarol, 180);
    simulation.run();
    alice.follow('CANCEL', invite, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '180 INVITE', '200 CANCEL', '487 INVITE']);
    alice.follow('ACK', invite, simulation.sip, await alice.takeResponse(487));
    for (const [peer, sent] of [[bob, toBob] as const, [carol, toCarol] as const]) {
      peer.respond(await peer.takeRequest('CANCEL'), 200);
      peer.respond(sent, 487);
    }
    simulation.run();
    expect(outcomes(id)).toEqual(['487 continue', '487 continue', 'OK|done']);
    expect(app.heard).toEqual(['INVITE']);
    await expectNothingLeft();
    expect(count(alice, '487 INVITE')).toBe(1);
  });
});

describe('a call that the server stays in', () => {
  const establish = async (options: Partial<DrachtioServerOptions> = {}) => {
    await open(options);
    const { invite } = proxiedCall({ to: [bob.uri], flags: 'remainInDialog|fullResponse||serial' });
    const sent = await bob.takeRequest('INVITE');
    bob.respond(sent, 200, [], SDP);
    simulation.run();
    const ok = await alice.takeResponse(200);
    alice.inDialog('ACK', invite, ok, 1, simulation.sip);
    simulation.run();
    return { invite, sent, ok };
  };

  it('by Record-Route sees ACK and BYE pass, and tells the application of the BYE by cdr only', async () => {
    const { invite, sent, ok } = await establish();
    expect(sent.headers.all('Record-Route')).toEqual(['<sip:127.0.0.1:15090;lr>']);
    const ack = await bob.takeRequest('ACK');
    expect(ack.headers.has('Route')).toBe(false);
    expect(ack.vias).toHaveLength(2);
    expect(ack.maxForwards).toBe(70); // not counted
    alice.inDialog('BYE', invite, ok, 2, simulation.sip);
    simulation.run();
    bob.respond(await bob.takeRequest('BYE'), 200);
    simulation.run();
    expect((await alice.takeResponse('200 BYE')).vias).toHaveLength(1);
    expect(app.heard).toEqual(['INVITE']);
    expect(app.cdrs.slice(-2)).toEqual(['stop network normal-release', 'stop application normal-release']);
    await expectNothingLeft();
  });

  it('counts hops by the RFC', async () => {
    const { invite, ok } = await establish({ strict: true });
    expect((await bob.takeRequest('ACK')).maxForwards).toBe(69);
    alice.inDialog('INFO', invite, ok, 2, simulation.sip, [['Max-Forwards', '0']]);
    simulation.run();
    expect(alice.seen.at(-1)).toBe('483 INFO');
    await simulation.close();
  });

  it('lets repetitions, a re-INVITE, its CANCEL and the ACK of its failure pass in one transaction', async () => {
    const { invite, ok } = await establish();
    const again = alice.inDialog('INVITE', invite, ok, 2, simulation.sip, [], SDP);
    simulation.run();
    alice.send(again, simulation.sip);
    const cancel = again.clone();
    cancel.method = 'CANCEL';
    cancel.headers.set('CSeq', '2 CANCEL');
    alice.send(cancel, simulation.sip);
    simulation.run();
    const passed = bob.received.filter(
      (message) => message.kind === 'request' && message.toTag !== undefined && message.cseq?.sequence === 2,
    );
    expect(passed.map((message) => message.kind === 'request' && message.method)).toEqual(['INVITE', 'INVITE', 'CANCEL']);
    expect(new Set(passed.map(({ topVia }) => topVia?.branch)).size).toBe(1);
    await simulation.close();
  });

  it('answers 404 where the way on is unknown', async () => {
    const { invite, ok } = await establish();
    const lost = ok.clone();
    lost.headers.set('Contact', '<sip:bob@nowhere.example>');
    alice.inDialog('INFO', invite, lost, 2, simulation.sip);
    simulation.run();
    expect(alice.seen.at(-1)).toBe('404 INFO');
    await simulation.close();
  });
});

describe('other methods', () => {
  it('are proxied too, a REGISTER with a Path', async () => {
    await open();
    const register = alice.createRequest('REGISTER', `sip:${simulation.sip.address}:${simulation.sip.port}`);
    alice.send(register, simulation.sip);
    simulation.run();
    const id = proxy(app.last('REGISTER'), { to: [bob.uri], flags: 'remainInDialog|fullResponse||serial' });
    const sent = await bob.takeRequest('REGISTER');
    expect(sent.headers.get('Path')).toBe('<sip:127.0.0.1:15090;lr>');
    expect(sent.headers.get('Require')).toBe('path');
    expect(sent.headers.has('Record-Route')).toBe(false);
    bob.respond(sent, 200);
    simulation.run();
    alice.send(register, simulation.sip); // lost: answered again
    simulation.run();
    expect(alice.seen).toEqual(['200 REGISTER', '200 REGISTER']);
    expect(outcomes(id)).toEqual(['200 continue', 'OK|done']);
    expect(app.cdrs).toEqual([]);
    await expectNothingLeft();
  });

  it.each([false, true])('that nobody answers (strict: %s): 408, by RFC 4320 §4.2 nothing', async (strict) => {
    await open({ strict });
    alice.send(alice.createRequest('MESSAGE', `sip:bob@${simulation.sip.address}:${simulation.sip.port}`), simulation.sip);
    simulation.run();
    const id = proxy(app.last('MESSAGE'), { to: [bob.uri] });
    simulation.run(33_000);
    expect(alice.seen).toEqual(strict ? [] : ['408 MESSAGE']);
    expect(outcomes(id)).toEqual(['OK|done']);
    await expectNothingLeft();
  });
});

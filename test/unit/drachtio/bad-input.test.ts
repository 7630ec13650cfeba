import { MAX_FRAME_OCTETS } from '../../../harness/drachtio/index.js';
import { stall, stayOpen } from './memory-streams.js';
import type { ScriptedApp } from './scripted-app.js';
import { SECRET, Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

let simulation: Simulation;
let good: ScriptedApp;
let alice: SipPeer;

beforeEach(async () => {
  simulation = await Simulation.open();
  good = await simulation.app();
  alice = await simulation.peer('alice');
});

/** Calls of others go on as if nothing had happened, and nothing is left of what did. */
afterEach(async () => {
  good.received.length = 0;
  const before = alice.seen.length;
  const invite = alice.invite(simulation.sip);
  simulation.run();
  good.respond(good.last('INVITE'), 486);
  simulation.run();
  expect(alice.seen.slice(before)).toEqual(['100 INVITE', '486 INVITE']);
  alice.follow('ACK', invite, simulation.sip, alice.received.at(-1) as never);
  simulation.run(200_000);
  expect(simulation.clock.pendingTimers).toBe(0);
  await simulation.close();
});

/** What a stranger who says this is told, and whether he may stay. */
async function saidBy(say: (app: ScriptedApp) => unknown): Promise<{ told: string[]; stays: boolean; app: ScriptedApp }> {
  const app = await simulation.connect();
  say(app);
  simulation.run();
  return { told: app.received.map(({ tokens }) => tokens.slice(3).join('|')), stays: !app.isClosed, app };
}

describe('a connection', () => {
  it('with the wrong secret is told so, and closed', async () => {
    expect(await saidBy((app) => app.authenticate('wrong'))).toMatchObject({ told: ['NO|incorrect secret'], stays: false });
  });

  it('that did not authenticate may do nothing', async () => {
    for (const leader of ['route|invite', 'ping', 'sip||', 'proxy|x||||serial|||sip:a@b']) {
      expect(await saidBy((app) => app.say(leader))).toMatchObject({ told: ['NO|not authenticated'], stays: false });
    }
  });

  it.each([
    ['12x#abc', 'a length with a letter'],
    ['#abc', 'no length'],
    ['123456#', 'a length of six digits'],
    ['\u0000\u0000', 'no text'],
    ['GET / HTTP/1.1\r\n\r\n', 'another protocol'],
  ])('that sends %j (%s) is closed without a word', async (text) => {
    expect(await saidBy((app) => app.stream.write(Buffer.from(text, 'latin1')))).toMatchObject({ told: [], stays: false });
  });

  it.each([
    ['nothing', 'NO|Invalid message format'],
    ['', 'NO|Invalid message format'],
  ])('that says %j is told %j, and closed', async (payload, told) => {
    const result = await saidBy((app) => app.stream.write(Buffer.from(`${payload.length}#${payload}`)));
    expect(result).toMatchObject({ told: [told], stays: false });
  });

  it.each([
    ['dance|now', 'NO|Unknown message type'],
    ['response|x|OK', 'NO|Unknown message type'],
    ['proxy|x', 'NO|Invalid proxy request: not enough information provided'],
    ['sip', 'NO|Invalid message format'],
  ])('that says %j is told %j, and closed', async (leader, told) => {
    const { app } = await saidBy((one) => one.authenticate(SECRET));
    app.received.length = 0;
    app.say(leader);
    simulation.run();
    expect(app.received.map(({ tokens }) => tokens.slice(3).join('|'))).toEqual([told]);
    expect(app.isClosed).toBe(true);
  });

  it('that is told to go is asked nothing more, and not heard, though it keeps its side open', async () => {
    const app = await simulation.app();
    stayOpen(app.stream);
    app.say('dance|now');
    app.say('ping');
    simulation.run();
    const invite = alice.invite(simulation.sip);
    const other = alice.invite(simulation.sip);
    simulation.run();
    expect(app.received.map(({ tokens }) => tokens.slice(3).join('|'))).toEqual(['NO|Unknown message type']);
    expect(good.heard).toEqual(['INVITE', 'INVITE']);
    simulation.run(9_000);
    expect(simulation.server.counters.connections).toBe(2);
    simulation.run(1_100);
    expect(simulation.server.counters.connections).toBe(1);
    for (const one of [invite, other]) alice.follow('CANCEL', one, simulation.sip);
    simulation.run();
  });

  it('that says nothing is closed after a while, and one that is half through its secret too', async () => {
    const { app: silent } = await saidBy(() => {});
    const { app: slow } = await saidBy((app) => app.stream.write(Buffer.from('50#abc|authenticate|cy')));
    simulation.run(9_900);
    expect([silent.isClosed, slow.isClosed]).toEqual([false, false]);
    simulation.run(200);
    expect([silent.isClosed, slow.isClosed]).toEqual([true, true]);
    expect(simulation.server.counters).toMatchObject({ connections: 1, applications: 1 });
  });

  it('beyond the most is closed at once', async () => {
    const small = await Simulation.open({ limits: { connections: 2 } });
    const [one, two, three] = [await small.connect(), await small.connect(), await small.connect()];
    small.run();
    expect([one, two, three].map((app) => app.isClosed)).toEqual([false, false, true]);
    await small.close();
  });

  it('is asked whether it lives', async () => {
    const id = good.say('ping');
    simulation.run();
    expect(good.repliesTo(id)).toEqual(['OK|pong']);
  });
});

describe('a SIP message of an application', () => {
  it.each([
    ['response to nobody', 'sip|no-such-transaction|', 'SIP/2.0 200 OK\r\n\r\n', 'NOK|Response not sent due to unknown transaction'],
    ['response without a transaction', 'sip||', 'SIP/2.0 200 OK\r\n\r\n', 'NO|transaction id missing'],
    ['CANCEL of nothing', 'sip|nothing|', 'CANCEL sip:a@127.0.0.1 SIP/2.0\r\n\r\n', 'NOK|unable to cancel unknown transaction id: nothing'],
    [
      'request in no dialog',
      'sip||nowhere',
      'BYE sip:placeholder SIP/2.0\r\n\r\n',
      'NOK|Server error: unable to find dialog for dialog id provided',
    ],
    [
      'ACK in no dialog',
      'sip||nowhere',
      'ACK sip:a@127.0.0.1 SIP/2.0\r\n\r\n',
      'NOK|Server error: ACK for non-success final response is automatically generated by server',
    ],
    [
      'ACK of no call',
      'sip||',
      'ACK sip:a@127.0.0.1 SIP/2.0\r\n\r\n',
      'NOK|Server error: ACK for non-success final response is automatically generated by server',
    ],
    ['request to itself', 'sip||', 'INVITE sip:a@127.0.0.1:15090 SIP/2.0\r\n\r\n', 'NOK|can not send request to myself'],
    ['request to no URI', 'sip||', 'INVITE bob SIP/2.0\r\n\r\n', 'NOK|invalid request-uri: INVITE bob SIP/2.0'],
    ['request over TCP', 'sip||', 'INVITE sip:a@127.0.0.1;transport=tcp SIP/2.0\r\n\r\n', 'NOK|requested protocol/transport not available'],
    ['request over TLS', 'sip||', 'INVITE sips:a@127.0.0.1 SIP/2.0\r\n\r\n', 'NOK|requested protocol/transport not available'],
    [
      'request to a name',
      'sip||',
      'INVITE sip:a@example.org SIP/2.0\r\n\r\n',
      'NOK|invalid request-uri: sip:a@example.org: this server looks up no names',
    ],
    ['body of no known type', 'sip||', 'MESSAGE sip:a@127.0.0.1:9 SIP/2.0\r\n\r\nhello', 'NOK|missing content-type'],
    ['heap of bytes', 'sip||', '\u0001\u0002', 'NOK|invalid request-uri: '],
    ['nothing at all', 'sip||', '', 'NOK|invalid request-uri: '],
  ])('%s is refused', async (_what, leader, sip, told) => {
    const app = await simulation.app();
    const id = app.say(leader, sip);
    simulation.run();
    expect(app.repliesTo(id)).toEqual([told]);
    expect(app.isClosed).toBe(told.startsWith('NO|'));
  });

  it('cannot smuggle in a line or a header of the server', async () => {
    const bob = await simulation.peer('bob');
    good.request(`OPTIONS ${bob.uri}`, {
      headers:
        'Via: SIP/2.0/UDP 192.0.2.1\r\nRoute: <sip:192.0.2.1>\r\nRecord-Route: <sip:192.0.2.1>\r\nBad Name: x\r\n: y\r\nX-Odd: a\rb\r\n',
    });
    simulation.run();
    const options = await bob.takeRequest('OPTIONS');
    expect(options.vias.map(({ host }) => host)).toEqual(['127.0.0.1']);
    expect(['Route', 'Record-Route', 'Bad Name'].filter((name) => options.headers.has(name))).toEqual([]);
    expect(options.headers.get('X-Odd')).toBe('a b');
    bob.respond(options, 200);
  });
});

describe('long messages', () => {
  it('of 64 kB reach the application, and its answer the caller', async () => {
    const body = `${SDP}a=x:${'y'.repeat(60_000)}\r\n`;
    const invite = alice.invite(simulation.sip, 'bob', [], body);
    simulation.run();
    expect(good.last('INVITE').sip.length).toBeGreaterThan(60_000);
    good.respond(good.last('INVITE'), 200, '', body);
    simulation.run();
    const ok = await alice.takeResponse(200);
    expect(ok.body.length).toBe(body.length);
    alice.inDialog('ACK', invite, ok, 1, simulation.sip);
    alice.inDialog('BYE', invite, ok, 2, simulation.sip);
    simulation.run();
    good.respond(good.last('BYE'), 200);
    simulation.run();
  });

  it('that grow beyond a frame on their way are shown all the same', async () => {
    const app = await simulation.app();
    const head = 'id|sip||\r\nMESSAGE sip:a@127.0.0.1:9 SIP/2.0\r\nContent-Type: text/plain\r\n\r\n';
    const octets: Buffer[] = [];
    app.data = (chunk) => octets.push(chunk);
    app.stream.write(Buffer.from(`${MAX_FRAME_OCTETS}#${head}${'x'.repeat(MAX_FRAME_OCTETS - head.length)}`));
    simulation.run();
    expect(String(Buffer.concat(octets))).toMatch(/^1\d{5}#[-0-9a-f]{36}\|response\|id\|OK\|application\|1\d{5}\|udp\|/);
  });

  it('as long as a frame can be come through, in any pieces', async () => {
    const app = await simulation.app();
    const head = 'id|sip||\r\nMESSAGE sip:a@127.0.0.1:9 SIP/2.0\r\n\r\n';
    const frame = Buffer.from(`${MAX_FRAME_OCTETS}#${head}${'x'.repeat(MAX_FRAME_OCTETS - head.length)}`);
    for (let at = 0; at < frame.length; at += 7_777) app.stream.write(frame.subarray(at, at + 7_777));
    simulation.run();
    expect(app.repliesTo('id')).toEqual(['NOK|missing content-type']);
  });
});

describe('a datagram', () => {
  it.each([
    ['INVITE sip:bob@127.0.0.1 SIP/2.0\r\n\r\n', [], 'without any header'],
    ['hello', [], 'that is no SIP'],
    ['\r\n\r\n', [], 'to keep a binding alive'],
  ])('%j is no reason to fall', async (text, seen) => {
    alice.send(text, simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(seen);
    expect(good.heard).toEqual([]);
  });

  it('whose headers are malformed gets a 400', async () => {
    alice.send(alice.createRequest('INVITE', 'sip:bob@127.0.0.1:15090', [['CSeq', '1 BYE']]), simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['400 INVITE'.replace('INVITE', 'BYE')]);
    expect(good.heard).toEqual([]);
  });

  it.each(['100rel', 'timer'])('that requires %s gets a 420', async (option) => {
    const invite = alice.invite(simulation.sip, 'bob', [['Require', option]]);
    simulation.run();
    const refused = await alice.takeResponse(420);
    expect(refused.headers.get('Unsupported')).toBe(option);
    alice.follow('ACK', invite, simulation.sip, refused);
    expect(good.heard).toEqual([]);
  });

  it.each([
    ['INVITE', 481],
    ['BYE', 481],
    ['UPDATE', 481],
    ['PRACK', 481],
  ])('of a %s in no dialog gets a %i', async (method, status) => {
    alice.send(alice.createRequest(method, 'sip:bob@127.0.0.1:15090', [['To', '<sip:bob@127.0.0.1>;tag=gone']]), simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual([`${status} ${method}`]);
    expect(good.heard).toEqual([]);
    if (method === 'INVITE') alice.follow('ACK', alice.createRequest('INVITE', 'sip:bob@127.0.0.1:15090'), simulation.sip);
  });

  it('that nobody wants gets a 503', async () => {
    alice.send(alice.createRequest('PUBLISH', 'sip:bob@127.0.0.1:15090'), simulation.sip);
    simulation.run();
    expect(alice.seen).toEqual(['503 PUBLISH']);
  });

  it('with a response to nothing is dropped', async () => {
    const invite = alice.createRequest('INVITE', 'sip:bob@127.0.0.1:15090');
    invite.headers.set('Via', 'SIP/2.0/UDP 127.0.0.1:15090;branch=z9hG4bKnone');
    alice.respond(invite, 200);
    simulation.run();
    expect(good.heard).toEqual([]);
    expect(alice.seen).toEqual([]);
  });
});

describe('an application that does not read', () => {
  it('is asked nothing new once it is behind, and given up when it stays so', async () => {
    const small = await Simulation.open({ limits: { queuedOctets: 2_000, queuedOctetsAtMost: 4_000 } });
    const [deaf, hearing] = [await small.app(['invite', 'options']), await small.app(['invite', 'options'])];
    const bob = await small.peer('bob');
    stall(deaf.stream);
    for (let call = 0; call < 20; call++) {
      bob.invite(small.sip);
      small.run(0);
      small.run(1);
    }
    expect(hearing.heard.length).toBeGreaterThanOrEqual(16);
    expect(small.server.counters.connections).toBe(2);
    for (let answer = 0; answer < 30; answer++) deaf.say('ping');
    small.run();
    for (let answer = 0; answer < 30; answer++) deaf.say('ping');
    small.run();
    expect(small.server.counters.connections).toBe(1);
    await small.close();
  });

  it('no more requests wait than are allowed', async () => {
    const small = await Simulation.open({ limits: { pendingRequests: 3 } });
    const app = await small.app();
    const bob = await small.peer('bob');
    for (let call = 0; call < 5; call++) bob.invite(small.sip);
    small.run();
    expect(app.heard).toHaveLength(3);
    expect(bob.seen.filter((seen) => seen === '503 INVITE')).toHaveLength(2);
    await small.close();
  });
});

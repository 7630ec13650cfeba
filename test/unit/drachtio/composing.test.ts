import { type ScriptedApp, sipOf } from './scripted-app.js';
import { Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

let simulation: Simulation;
let app: ScriptedApp;
let alice: SipPeer;
let bob: SipPeer;

beforeEach(async () => {
  simulation = await Simulation.open({
    listeners: [
      { name: 'default', address: { address: '127.0.0.1', port: 15090 } },
      { name: 'gateways', address: { address: '127.0.0.1', port: 15091 } },
      { name: 'far', address: { address: '10.0.0.1', port: 15090 } },
    ],
  });
  app = await simulation.app();
  alice = await simulation.peer('alice');
  bob = await simulation.peer('bob', { address: '127.0.0.1', port: 16080 });
});

afterEach(() => simulation.close());

async function sent(method: string, headers = '', body = ''): Promise<ReturnType<SipPeer['createRequest']>> {
  app.request(`${method} ${bob.uri}`, { headers, body });
  simulation.run();
  return bob.takeRequest(method);
}

describe('a new request of an application', () => {
  it('gets all that it lacks from the server', async () => {
    const invite = await sent('INVITE', '', SDP);
    expect(invite.requestUri).toBe(bob.uri);
    expect([...invite.headers.entries()].map(([name]) => name)).toEqual([
      'Via',
      'Max-Forwards',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'Contact',
      'Content-Type',
      'Content-Length',
    ]);
    expect(invite.headers.get('Max-Forwards')).toBe('70');
    expect(invite.from?.uriText).toBe('sip:127.0.0.1:15090');
    expect(invite.fromTag).toMatch(/^[0-9a-f]{13}$/);
    expect(invite.headers.get('To')).toBe(`<${bob.uri}>`);
    expect(invite.headers.get('Contact')).toBe('<sip:127.0.0.1:15090>');
    expect(invite.contentType).toBe('application/sdp');
    expect(invite.body.toString()).toBe(SDP);
    expect(invite.headers.get('Via')).toMatch(/^SIP\/2\.0\/UDP 127\.0\.0\.1:15090;rport;branch=z9hG4bK[0-9a-f]{24}$/);
  });

  it('keeps what it brings: From with its tag, Call-ID, the CSeq number', async () => {
    const register = await sent(
      'REGISTER',
      'from: "A" <sip:a@x.org>;tag=mine\r\ncall-id: my-call\r\ncseq: 7 REGISTER\r\nto: <sip:a@x.org>\r\n',
    );
    expect(register.headers.get('From')).toBe('"A" <sip:a@x.org>;tag=mine');
    expect(register.callId).toBe('my-call');
    expect(register.headers.get('CSeq')).toBe('7 REGISTER');
    expect(register.headers.get('To')).toBe('<sip:a@x.org>');
    expect(register.headers.has('Contact')).toBe(false);
  });

  it('has the server for localhost', async () => {
    const invite = await sent('INVITE', 'from: sip:100@localhost\r\ncontact: "A" <sip:100@localhost>\r\nto: <sip:b@localhost:99>\r\n', SDP);
    expect(invite.headers.get('From')).toMatch(/^<sip:100@127\.0\.0\.1:15090>;tag=[0-9a-f]{13}$/);
    expect(invite.headers.get('Contact')).toBe('"A" <sip:100@127.0.0.1:15090>');
    expect(invite.headers.get('To')).toBe('<sip:b@127.0.0.1:99>');
  });

  it('has known headers before unknown ones, and those spelled as the real server spells them', async () => {
    const message = await sent('MESSAGE', 'x-small: 1\r\nsession-id: 2\r\nsubject: 3\r\ncontent-type: text/plain\r\n', 'hi');
    const names = [...message.headers.entries()].map(([name]) => name);
    expect(names.slice(names.indexOf('CSeq') + 1)).toEqual(['Subject', 'Content-Type', 'Content-Length', 'x-small', 'Session-Id']);
  });

  it('counts octets, whatever length the application said', async () => {
    app.say('sip||', `MESSAGE ${bob.uri} SIP/2.0\r\ncontent-type: text/plain\r\nContent-Length: 3\r\n\r\ngrüße`);
    simulation.run();
    const message = await bob.takeRequest('MESSAGE');
    expect(message.body.toString('utf8')).toBe('grüße');
    expect(message.headers.get('Content-Length')).toBe('7');
  });

  it('offers no extension that the server does not carry', async () => {
    const invite = await sent('INVITE', 'Supported: replaces, 100rel, timer\r\n', SDP);
    expect(invite.headers.get('Supported')).toBe('replaces');
    expect((await sent('OPTIONS', 'Supported: timer\r\n')).headers.has('Supported')).toBe(false);
  });

  it.each([
    ['Require: 100rel\r\n', 'reliable provisional responses (RFC 3262) are not carried'],
    ['Session-Expires: 90\r\n', 'session timers (RFC 4028) are not carried'],
    ['Require: timer\r\n', 'session timers (RFC 4028) are not carried'],
  ])('with %j is refused', (headers, reason) => {
    const id = app.request(`INVITE ${bob.uri}`, { headers, body: SDP });
    simulation.run();
    expect(app.repliesTo(id)).toEqual([`NOK|${reason}`]);
    expect(bob.seen).toEqual([]);
  });

  it('goes to the outbound proxy that is given, its Request-URI unchanged', async () => {
    app.request('INVITE sip:someone@example.org', { route: bob.uri, body: SDP });
    simulation.run();
    const invite = await bob.takeRequest('INVITE');
    expect(invite.requestUri).toBe('sip:someone@example.org');
    expect(invite.headers.has('Route')).toBe(false);
  });

  it('is shown as it was sent', async () => {
    const invite = await sent('INVITE', 'X-A: b\r\n', SDP);
    const reply = app.received.find(({ verb }) => verb === 'response');
    expect(reply?.sip).toBe(invite.toBuffer().toString());
    expect(reply?.tokens.slice(3, 9)).toEqual(['OK', 'application', String(invite.toBuffer().length), 'udp', '127.0.0.1', '15090']);
    expect(reply?.tokens[9]).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/);
    expect(reply?.tokens.slice(11)).toEqual(['Msg sent:', '']);
  });
});

describe('the listener that a request leaves from', () => {
  const via = async (method = 'OPTIONS'): Promise<string | undefined> => (await bob.takeRequest(method)).topVia?.sentBy;

  it('is one in the network of the destination', async () => {
    const far = await simulation.peer('far', { address: '10.0.0.7', port: 5060 });
    app.request(`OPTIONS ${far.uri}`);
    simulation.run();
    expect((await far.takeRequest('OPTIONS')).topVia?.sentBy).toBe('10.0.0.1:15090');
  });

  it('is the one that the Contact names', async () => {
    app.request(`INVITE ${bob.uri}`, { headers: 'Contact: <sip:x@127.0.0.1:15091>\r\n', body: SDP });
    simulation.run();
    expect(await via('INVITE')).toBe('127.0.0.1:15091');
  });

  it('is the one that a setting chooses', async () => {
    const chosen: string[] = [];
    const choosing = await Simulation.open({
      listeners: [
        { name: 'one', address: { address: '127.0.0.1', port: 1 } },
        { name: 'two', address: { address: '127.0.0.1', port: 2 } },
      ],
      listenerFor: (destination, request) => {
        chosen.push(`${request.method} to ${destination.port}`);
        return 'two';
      },
    });
    const own = await choosing.app();
    const peer = await choosing.peer('peer', { address: '127.0.0.1', port: 9 });
    own.request(`OPTIONS ${peer.uri}`);
    choosing.run();
    expect((await peer.takeRequest('OPTIONS')).topVia?.sentBy).toBe('127.0.0.1:2');
    expect(chosen).toEqual(['OPTIONS to 9']);
    await choosing.close();
  });

  it('stays the same for all of a dialog, and for responses it is the one that the request came in on', async () => {
    const [, gateways] = simulation.server.listeners;
    const invite = alice.invite(gateways?.local ?? simulation.sip);
    simulation.run();
    expect(app.last('INVITE').tokens.slice(10)).toEqual(['127.0.0.1', '15091', '']);
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run();
    const ok = await alice.takeResponse(200);
    expect(ok.headers.get('Contact')).toBe('<sip:127.0.0.1:15091>');
    alice.inDialog('ACK', invite, ok, 1, gateways?.local ?? simulation.sip);
    simulation.run();
    app.request('INFO sip:placeholder', { dialogId: app.last('ACK').tokens[9] ?? '' });
    simulation.run();
    expect((await alice.takeRequest('INFO')).topVia?.sentBy).toBe('127.0.0.1:15091');
  });
});

describe('a response of an application', () => {
  beforeEach(() => {
    alice.invite(simulation.sip, 'bob', [['Record-Route', '<sip:192.0.2.9;lr>']]);
    simulation.run();
  });

  it('takes its way, its dialog and its tag from the request', async () => {
    const id = app.respond(
      app.last('INVITE'),
      180,
      'To: <sip:other@x>\r\nFrom: <sip:other@x>\r\nCall-ID: other\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n',
    );
    simulation.run();
    const ringing = await alice.takeResponse(180);
    expect(ringing.vias).toHaveLength(1);
    expect(ringing.from?.uriText).toBe(alice.uri);
    expect(ringing.toTag).toMatch(/^[0-9a-f]{13}$/);
    expect(ringing.headers.all('Record-Route')).toEqual(['<sip:192.0.2.9;lr>']);
    expect(ringing.headers.has('Contact')).toBe(false);
    expect(app.replyTo(id)?.sip).toBe(ringing.toBuffer().toString());
    app.respond(app.last('INVITE'), 486);
    simulation.run();
    const busy = await alice.takeResponse(486);
    expect(busy.toTag).toBe(ringing.toTag);
    expect(busy.headers.has('Record-Route')).toBe(false);
  });

  it('may choose the tag, its first one does', async () => {
    app.respond(app.last('INVITE'), 180, 'to: <sip:bob@x>;tag=mine\r\n');
    app.respond(app.last('INVITE'), 200, 'to: <sip:bob@x>;tag=other\r\n', SDP);
    simulation.run();
    expect((await alice.takeResponse(180)).toTag).toBe('mine');
    expect((await alice.takeResponse(200)).toTag).toBe('mine');
  });

  it('of 100 has no tag', async () => {
    app.respond(app.last('INVITE'), 100);
    simulation.run();
    expect((await alice.takeResponse(100)).toTag).toBeUndefined();
    expect((await alice.takeResponse(100)).toTag).toBeUndefined();
  });

  it('is stamped with the time of day, to the microsecond', () => {
    const first = app.respond(app.last('INVITE'), 180);
    simulation.run(3_661_000);
    const second = app.respond(app.last('INVITE'), 180);
    simulation.run();
    const [one, other] = [first, second].map((id) => app.replyTo(id)?.tokens[9]);
    expect(one).toMatch(/^00:00:00\.00\d{4}$/);
    expect(other).toMatch(/^01:01:01\.00\d{4}$/);
  });

  it('keeps its reason phrase, and its Contact', async () => {
    app.say(`sip|${app.last('INVITE').tokens[8]}|`, 'SIP/2.0 200 Welcome\r\nContact: <sip:me@localhost>\r\nContent-Length: 0\r\n\r\n');
    simulation.run();
    const ok = await alice.takeResponse(200);
    expect(ok.reason).toBe('Welcome');
    expect(ok.headers.all('Contact')).toEqual(['<sip:me@127.0.0.1:15090>']);
  });

  it.each([
    ['Require: 100rel\r\n', 183, 'reliable provisional responses (RFC 3262) are not carried'],
    ['Session-Expires: 90;refresher=uas\r\n', 200, 'session timers (RFC 4028) are not carried'],
  ])('with %j is refused, and another may follow', async (headers, status, reason) => {
    const id = app.respond(app.last('INVITE'), status, headers);
    simulation.run();
    expect(app.repliesTo(id)).toEqual([`NOK|${reason}`]);
    app.respond(app.last('INVITE'), 486);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
  });

  it('after the final one is dropped without a reply', () => {
    app.respond(app.last('INVITE'), 486);
    const second = app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run();
    expect(app.repliesTo(second)).toEqual([]);
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
  });

  it('says where it went', () => {
    const id = app.respond(app.last('INVITE'), 486);
    simulation.run();
    const reply = app.replyTo(id);
    const { callId, fromTag } = sipOf(app.last('INVITE'));
    expect(reply?.tokens[7]).toBe(alice.local.address);
    expect(reply?.tokens[8]).toBe(String(alice.local.port));
    expect(reply?.tokens.slice(10)).toEqual([app.last('INVITE').tokens[8], `${callId};from-tag=${fromTag}`, '', 'Msg sent:', '']);
  });
});

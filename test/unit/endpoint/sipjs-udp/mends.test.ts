import type { IncomingCall } from '../../../../harness/endpoint/endpoint';
import type { SipjsEndpoint } from '../../../../harness/endpoint/sipjs-udp/sipjs-endpoint';
import { Telephone } from '../../../../harness/endpoint/telephone';
import { FAST_TIMERS } from '../../../../harness/transaction/timer-values';
import { bodyOf, headerOf, type Peer, WITH_SDP, type Written } from '../peer';
import { addressOf } from '../world';
import { SipjsWorld } from './sipjs-world';

const BOB = addressOf(3);
const BOB_URI = 'sip:bob@127.0.0.3:5060';

/** Each fault of the library that is mended or guarded against; without its mend a test here fails. */
describe('sipjs-udp, mended', () => {
  let world: SipjsWorld;
  let bob: SipjsEndpoint;
  let peer: Peer;
  let call: IncomingCall | undefined;
  beforeEach(async () => {
    world = new SipjsWorld();
    bob = await world.endpoint('bob', 3, { persona: new Telephone(), outbound: addressOf(9) });
    peer = await world.peer(9);
    call = undefined;
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
    expect(world.network.openSockets).toBe(0);
  });

  const onInvite = (doing: (call: IncomingCall) => void): void => {
    bob.onInvitation((incoming) => {
      call = incoming;
      doing(incoming);
    });
  };
  const invite = (doing: (call: IncomingCall) => void, written: Written = WITH_SDP): string => {
    onInvite(doing);
    const text = peer.request('INVITE', BOB_URI, written);
    peer.send(text, BOB);
    return text;
  };
  const ackOf = (inviteText: string): string => {
    const response = peer.responses('INVITE').at(-1) ?? '';
    return peer.request('ACK', BOB_URI, { headers: { Via: headerOf(inviteText, 'Via'), To: headerOf(response, 'To') } });
  };
  const timesOf = (pattern: RegExp): number[] => peer.received.filter(({ text }) => pattern.test(text)).map(({ time }) => Math.floor(time));

  it('sends an INVITE again until it is answered (Timer A)', async () => {
    const begun = world.clock.now();
    bob.invite('sip:peer@lab.example');
    await world.pass(4_000);
    expect(timesOf(/^INVITE/).map((time) => Math.round((time - begun) / 100) * 100)).toEqual([0, 500, 1500, 3500]);
    peer.respond(peer.received[0] ?? fail(), 180);
    await world.pass(8_000);
    expect(peer.requests('INVITE')).toHaveLength(4);
  });

  it('gives an INVITE up that nobody answers (Timer B)', async () => {
    const outgoing = bob.invite('sip:peer@lab.example');
    await world.pass(33_000);
    expect(peer.requests('INVITE')).toHaveLength(7);
    expect(outgoing.state).toBe('failed');
  });

  it('sends another request again until it is answered (Timer E)', async () => {
    const begun = world.clock.now();
    const request = bob.message('sip:peer@lab.example', 'Hello');
    await world.pass(9_000);
    expect(timesOf(/^MESSAGE/).map((time) => Math.round((time - begun) / 100) * 100)).toEqual([0, 500, 1500, 3500, 7500]);
    peer.respond(peer.received[0] ?? fail(), 202);
    await world.pass(9_000);
    expect(await request.done).toBe(202);
    expect(peer.requests('MESSAGE')).toHaveLength(5);
  });

  it('waits T2 after a provisional response (Timer E)', async () => {
    const begun = world.clock.now();
    bob.message('sip:peer@lab.example', 'Hello');
    await world.pass(100);
    peer.respond(peer.received[0] ?? fail(), 100);
    await world.pass(9_000);
    expect(timesOf(/^MESSAGE/).map((time) => Math.round((time - begun) / 100) * 100)).toEqual([0, 500, 4500, 8500]);
  });

  it('keeps a request that was answered for T4 (Timer K)', async () => {
    const request = bob.message('sip:peer@lab.example', 'Hello');
    await world.pass(10);
    peer.respond(peer.received[0] ?? fail(), 202);
    await world.pass(4_000);
    expect(await request.done).toBe(202);
    expect(world.clock.pendingTimers).toBeGreaterThan(0);
    await world.pass(2_000);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('gives up after 64 of its own T1: an INVITE (Timer B), another request (F), a rejection that nobody acknowledges (H)', async () => {
    const fast = await world.endpoint('fast', 4, { persona: new Telephone(), outbound: addressOf(9), timers: FAST_TIMERS });
    fast.onInvitation((incoming) => incoming.reject(486));
    const outgoing = fast.invite('sip:peer@lab.example');
    const request = fast.message('sip:peer@lab.example', 'Hello');
    peer.send(peer.request('INVITE', 'sip:fast@127.0.0.4:5060', WITH_SDP), addressOf(4));
    await world.pass(1_000);
    expect(outgoing.state).toBe('failed');
    expect(await request.done).toBe(undefined);
    const rejections = peer.statuses('INVITE').length;
    expect(rejections).toBeGreaterThan(5);
    await world.pass(2_000);
    expect(peer.statuses('INVITE')).toHaveLength(rejections);
  });

  it('sends a rejection again until its ACK comes (Timer G)', async () => {
    const text = invite((incoming) => incoming.reject(486));
    await world.pass(4_000);
    expect(peer.statuses('INVITE')).toEqual([486, 486, 486, 486]);
    peer.send(ackOf(text), BOB);
    await world.pass(33_000);
    expect(peer.statuses('INVITE')).toHaveLength(4);
  });

  it('answers an INVITE that comes again with the rejection that it gave', async () => {
    const text = invite((incoming) => incoming.reject(486));
    await world.pass(100);
    peer.send(text, BOB);
    await world.pass(100);
    expect(peer.statuses('INVITE')).toEqual([486, 486]);
  });

  it('acknowledges a rejection as often as it comes (Timer D)', async () => {
    const outgoing = bob.invite('sip:peer@lab.example');
    await world.pass(100);
    for (let times = 0; times < 3; times++) {
      peer.respond(peer.received[0] ?? fail(), 486);
      await world.pass(1_000);
    }
    expect(peer.requests('ACK')).toHaveLength(3);
    expect(outgoing.finalStatus).toBe(486);
    await world.pass(33_000);
    peer.respond(peer.received[0] ?? fail(), 486);
    await world.pass(100);
    expect(peer.requests('ACK')).toHaveLength(3);
  });

  it('absorbs an ACK that comes again (Timer I), and a request (Timer J)', async () => {
    const text = invite((incoming) => incoming.reject(486));
    await world.pass(100);
    peer.send(ackOf(text), BOB);
    await world.pass(1_000);
    peer.send(ackOf(text), BOB);
    peer.send(text, BOB); // a new invitation, were the transaction gone already
    const message = peer.request('MESSAGE', BOB_URI, { headers: { 'Call-ID': 'note' }, body: 'Hello' });
    const texts: string[] = [];
    bob.onMessage((received) => texts.push(received.text));
    peer.send(message, BOB);
    await world.pass(1_000);
    peer.send(message, BOB);
    await world.pass(100);
    expect(peer.statuses('INVITE')).toEqual([486]);
    expect([texts, peer.statuses('MESSAGE')]).toEqual([['Hello'], [200, 200]]);
  });

  it('keeps an invitation that was accepted for 64 of its own T1: a caller’s (Timer M), a callee’s (Timer L)', async () => {
    const fast = await world.endpoint('fast', 4, { persona: new Telephone(), outbound: addressOf(9), timers: FAST_TIMERS });
    fast.onInvitation((incoming) => incoming.answer());
    const outgoing = fast.invite('sip:peer@lab.example');
    await world.pass(100);
    peer.respond(peer.received[0] ?? fail(), 200, { ...WITH_SDP, headers: { ...WITH_SDP.headers, Contact: `<sip:peer@${peer.name}>` } });
    await world.pass(570);
    expect([outgoing.state, world.clock.pendingTimers]).toEqual(['answered', 1]); // Timer M; what Timer B waited for is over
    await world.pass(150);
    expect(world.clock.pendingTimers).toBe(0);
    const text = peer.request('INVITE', 'sip:fast@127.0.0.4:5060', WITH_SDP);
    peer.send(text, addressOf(4));
    await world.pass(50);
    expect(peer.statuses('INVITE')).toContain(200);
    const ack = { headers: { To: headerOf(peer.responses('INVITE').at(-1) ?? '', 'To') } };
    peer.send(peer.request('ACK', 'sip:fast@127.0.0.4:5060', ack), addressOf(4));
    await world.pass(500);
    expect(world.clock.pendingTimers).toBe(1); // Timer L
    await world.pass(200);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('sends its 200 again by its own T1 and T2 until 64 of its own T1 are over, and hangs up (RFC 3261 §13.3.1.4)', async () => {
    const { t1, t2, timerH } = FAST_TIMERS;
    const fast = await world.endpoint('fast', 4, { persona: new Telephone(), outbound: addressOf(9), timers: FAST_TIMERS });
    fast.onInvitation((incoming) => incoming.answer());
    peer.send(peer.request('INVITE', 'sip:fast@127.0.0.4:5060', WITH_SDP), addressOf(4));
    await world.pass(timerH + 300);
    const expected: number[] = [];
    for (let [time, interval] = [0, t1]; time < timerH; time += interval, interval = Math.min(2 * interval, t2)) expected.push(time);
    const [first = 0, ...again] = timesOf(/^SIP\/2.0 200 .*^CSeq: 1 INVITE/ms);
    expect([0, ...again.map((time) => time - first)]).toEqual(expected);
    expect(timesOf(/^BYE/)[0]).toBe(first + timerH);
  });

  it('says that it still rings as often as its own timers have it (RFC 3261 §13.3.1.1)', async () => {
    const fast = await world.endpoint('fast', 4, { persona: new Telephone(), outbound: addressOf(9), timers: FAST_TIMERS });
    fast.onInvitation((incoming) => incoming.ring());
    peer.send(peer.request('INVITE', 'sip:fast@127.0.0.4:5060', WITH_SDP), addressOf(4));
    await world.pass(3 * FAST_TIMERS.ringRepeat + 100);
    expect(peer.statuses('INVITE')).toEqual([180, 180, 180, 180]);
  });

  it('takes a challenge for an answer where it has no account', async () => {
    const outgoing = bob.invite('sip:peer@lab.example');
    await world.pass(100);
    const challenge = { 'Proxy-Authenticate': 'Digest realm="lab.example", nonce="n", algorithm=MD5, qop="auth"' };
    peer.respond(peer.received[0] ?? fail(), 407, { headers: challenge });
    await world.pass(1_000);
    expect(peer.requests('INVITE')).toHaveLength(1);
    expect([outgoing.state, outgoing.finalStatus]).toEqual(['rejected', 407]);
  });

  it('has durations of its own, whatever other agents of the process have', async () => {
    const fast = await world.endpoint('fast', 4, { persona: new Telephone(), outbound: addressOf(9), timers: FAST_TIMERS });
    bob.message('sip:peer@lab.example', 'slow');
    fast.message('sip:peer@lab.example', 'fast');
    await world.pass(400);
    expect(peer.requests('MESSAGE').filter((text) => bodyOf(text) === 'slow')).toHaveLength(1);
    expect(peer.requests('MESSAGE').filter((text) => bodyOf(text) === 'fast').length).toBeGreaterThan(5);
  });

  it('outlives what the library throws at', async () => {
    bob.invite('sip:peer@lab.example');
    await world.pass(100);
    peer.respond(peer.received[0] ?? fail(), 486, { headers: { CSeq: 'nonsense' } });
    peer.respond(peer.received[0] ?? fail(), 486, { headers: { CSeq: '' } });
    peer.send('SIP/2.0 200 OK\r\nCSeq: \x00\r\n\r\n', BOB);
    peer.send('\r\n', BOB);
    await world.pass(100);
    expect(peer.requests('ACK')).toHaveLength(0);
    peer.respond(peer.received[0] ?? fail(), 486);
    await world.pass(100);
    expect(peer.requests('ACK')).toHaveLength(1);
  });

  it('refuses an address that is taken with an error, and the process goes on', async () => {
    await expect(world.endpoint('twin', 3)).rejects.toMatchObject({ code: 'address-in-use' });
  });

  it('stops without an error, without a word, and without a timer left', async () => {
    invite((incoming) => incoming.ring());
    bob.invite('sip:peer@lab.example');
    await world.pass(100);
    const said = peer.received.length;
    await bob.stop();
    expect(world.clock.pendingTimers).toBe(0);
    await world.pass(33_000);
    expect(peer.received).toHaveLength(said);
  });

  it('sends no 180 before anybody was asked', async () => {
    invite((incoming) => incoming.ignore());
    await world.pass(5_000);
    expect(peer.statuses('INVITE')).toEqual([]);
    call?.ring(183, 'Wait');
    await world.pass(100);
    expect(peer.responses('INVITE')).toEqual([expect.stringMatching(/^SIP\/2.0 183 Wait\r\n/)]);
  });

  it('leaves it to the caller how long it rings', async () => {
    invite((incoming) => incoming.ring());
    await world.pass(150_000);
    expect(new Set(peer.statuses('INVITE'))).toEqual(new Set([180]));
  });

  it('answers where a request came from, and says so in the Via', async () => {
    const Via = 'SIP/2.0/UDP 127.0.0.77:7777;rport;branch=z9hG4bK-natted';
    invite((incoming) => incoming.reject(486), { ...WITH_SDP, headers: { ...WITH_SDP.headers, Via } });
    await world.pass(100);
    expect(peer.statuses('INVITE')).toEqual([486]);
    expect(headerOf(peer.responses('INVITE')[0] ?? '', 'Via')).toMatch(/;rport=5060\b.*;received=127\.0\.0\.9/);
  });

  it('takes a request whose top Via is a list, and answers with all of it in order', async () => {
    const Via = `SIP/2.0/UDP ${peer.name};branch=z9hG4bK-first, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-second`;
    invite((incoming) => incoming.reject(486), { ...WITH_SDP, headers: { ...WITH_SDP.headers, Via } });
    await world.pass(100);
    const vias = (peer.responses('INVITE')[0] ?? '').split('\r\n').filter((line) => line.startsWith('Via:'));
    expect(vias.map((line) => /branch=([^;,]+)/.exec(line)?.[1])).toEqual(['z9hG4bK-first', 'z9hG4bK-second']);
  });

  it('shows headers as they came: repeated, compact, and in UTF-8', async () => {
    const text = peer.request('INVITE', BOB_URI, { ...WITH_SDP, headers: { ...WITH_SDP.headers, s: 'Grüße', 'X-Twice': 'one' } });
    onInvite((incoming) => incoming.ring());
    peer.send(text.replace('X-Twice: one', 'X-Twice: one\r\nX-Twice: two'), BOB);
    await world.pass(100);
    expect(call?.header('X-Twice')).toBe('one');
    expect(Buffer.from(call?.header('Subject') ?? '', 'latin1').toString('utf8')).toBe('Grüße');
  });

  it('meets the challenge that it can meet, wherever it stands among others', async () => {
    const account = { user: 'alice', password: 'secret' };
    const alice = await world.endpoint('alice', 4, { persona: new Telephone(), outbound: addressOf(9), account });
    const challenge = (nonce: string, algorithm: string): string => `Digest realm="lab.example", nonce="${nonce}"${algorithm}, qop="auth"`;
    const sha256 = challenge('SHA-256', ', algorithm=SHA-256');
    const unnamed = challenge('MD5', ''); // RFC 3261 §22.4, RFC 7616 §3.3: MD5
    const md5 = challenge('MD5', ', algorithm=MD5');
    for (const challenges of [md5, unnamed].flatMap((one) => [
      [one, sha256],
      [sha256, one],
    ])) {
      alice.invite('sip:peer@lab.example');
      await world.pass(50);
      const first = peer.received.findLast(({ text }) => text.startsWith('INVITE')) ?? fail();
      peer.respond(first, 407, { headers: { 'Proxy-Authenticate': challenges.join('\r\nProxy-Authenticate: ') } });
      await world.pass(50);
      const again = peer.requests('INVITE').at(-1) ?? '';
      expect(headerOf(again, 'Call-ID')).toBe(headerOf(first.text, 'Call-ID'));
      expect(headerOf(again, 'Proxy-Authorization')).toContain('nonce="MD5"');
    }
  });

  it('goes back along all of a Record-Route, be it a list or repeated', async () => {
    for (const recorded of ['<sip:127.0.0.9;lr>, <sip:192.0.2.7;lr>', '<sip:127.0.0.9;lr>\r\nRecord-Route: <sip:192.0.2.7;lr>']) {
      const headers = { ...WITH_SDP.headers, 'Record-Route': recorded, 'Call-ID': `routed-${recorded.length}` };
      invite((incoming) => incoming.answer(), { ...WITH_SDP, headers });
      await world.pass(50);
      const To = headerOf(peer.responses('INVITE').at(-1) ?? '', 'To');
      peer.send(peer.request('ACK', BOB_URI, { headers: { To, 'Call-ID': headers['Call-ID'] } }), BOB);
      await world.pass(50);
      call?.hangUp();
      await world.pass(50);
      const bye = peer.requests('BYE').at(-1) ?? '';
      expect(headerOf(bye, 'Call-ID')).toBe(headers['Call-ID']);
      expect(routesOf(bye)).toEqual(['<sip:127.0.0.9;lr>', '<sip:192.0.2.7;lr>']);
      peer.respond(peer.received.findLast(({ text }) => text === bye) ?? fail(), 200);
      await world.pass(50);
    }
  });

  it('understands compact names', async () => {
    const text = peer.request('INVITE', BOB_URI, {
      headers: { To: null, From: null, t: `<${BOB_URI}>`, f: '<sip:peer@lab.example>;tag=x' },
    });
    onInvite((incoming) => incoming.reject(603));
    peer.send(text.replace(/^Contact:/m, 'm:').replace(/^Call-ID:/m, 'i:'), BOB);
    await world.pass(100);
    expect(peer.statuses('INVITE')).toEqual([603]);
  });

  it('gives the text of a message as it was written', async () => {
    const texts: string[] = [];
    bob.onMessage(({ text }) => texts.push(text));
    peer.send(peer.request('MESSAGE', BOB_URI, { headers: { 'Content-Type': 'text/plain' }, body: 'Grüße, 世界' }), BOB);
    await world.pass(100);
    expect([texts, peer.statuses('MESSAGE')]).toEqual([['Grüße, 世界'], [200]]);
  });

  it('echoes UTF-8 in headers unharmed', async () => {
    invite((incoming) => incoming.reject(486), {
      ...WITH_SDP,
      headers: { ...WITH_SDP.headers, From: '"Jürgen" <sip:j@lab.example>;tag=x' },
    });
    await world.pass(100);
    expect(headerOf(peer.responses('INVITE')[0] ?? '', 'From')).toBe('"Jürgen" <sip:j@lab.example>;tag=x');
  });
});

function routesOf(request: string): string[] {
  const fields = request.split('\r\n').filter((line) => line.startsWith('Route:'));
  return fields.flatMap((line) => line.slice('Route:'.length).split(',')).map((route) => route.trim());
}

function fail(): never {
  throw new Error('nothing was received');
}

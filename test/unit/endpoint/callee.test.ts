import type { IncomingCall } from '../../../harness/endpoint/endpoint';
import { Telephone } from '../../../harness/endpoint/telephone';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { bodyOf, headerOf, type Peer, tagOf, WITH_SDP, type Written } from './peer';
import { addressOf, NOTHING, World } from './world';

const BOB = addressOf(3);
const BOB_URI = 'sip:bob@127.0.0.3:5060';

describe('a callee', () => {
  let world: World;
  let bob: UserAgent;
  let peer: Peer;
  let call: IncomingCall | undefined;
  beforeEach(async () => {
    world = new World();
    bob = await world.agent('bob', 3, { persona: new Telephone() });
    peer = await world.peer(9);
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  });

  const invite = (doing: (call: IncomingCall) => void, written: Written = WITH_SDP): string => {
    bob.onInvitation((incoming) => {
      call = incoming;
      doing(incoming);
    });
    const text = peer.request('INVITE', BOB_URI, written);
    peer.send(text, BOB);
    return text;
  };
  /** A request within the dialog that the responses so far made. */
  const within = (method: string, sequence: number, written: Written = {}): string => {
    const to = headerOf(peer.responses('INVITE')[0] ?? '', 'To');
    return peer.request(method, BOB_URI, { ...written, headers: { To: to, CSeq: `${sequence} ${method}`, ...written.headers } });
  };
  const cancelOf = (inviteText: string): string =>
    peer.request('CANCEL', BOB_URI, { headers: { Via: headerOf(inviteText, 'Via'), Contact: null } });
  const timesOf = (pattern: RegExp): number[] => peer.received.filter(({ text }) => pattern.test(text)).map(({ time }) => time - 2);

  it('sends one 180, whose tag all its responses share', async () => {
    invite((incoming) => incoming.ring());
    await world.pass(100);
    call?.answer();
    await world.pass(100);
    peer.send(within('ACK', 1), BOB);
    await world.pass(100);
    expect(peer.statuses('INVITE')).toEqual([180, 200]);
    const tags = peer.responses('INVITE').map((text) => tagOf(headerOf(text, 'To')));
    expect(tags[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set(tags).size).toBe(1);
    expect(headerOf(peer.responses()[0] ?? '', 'Contact')).toBe('<sip:bob@127.0.0.3:5060>');
  });

  it('repeats the 180 every 60 s while it rings (13.3.1.1), and not after', async () => {
    const text = invite((incoming) => incoming.ring());
    await world.pass(181_000);
    expect(timesOf(/^SIP\/2.0 180/)).toEqual([0, 60_000, 120_000, 180_000]);
    peer.send(cancelOf(text), BOB);
    await world.pass(200_000);
    expect(timesOf(/^SIP\/2.0 180/)).toHaveLength(4);
  });

  it('repeats the 200 from T1 to T2 until it is acknowledged (13.3.1.4)', async () => {
    invite((incoming) => incoming.answer());
    await world.pass(12_000);
    expect(timesOf(/^SIP\/2.0 200/)).toEqual([0, 500, 1500, 3500, 7500, 11_500]);
    peer.send(within('ACK', 1), BOB);
    await world.pass(100_000);
    expect(timesOf(/^SIP\/2.0 200/)).toHaveLength(6);
    expect(peer.requests('BYE')).toEqual([]);
    expect(call?.state).toBe('answered');
    expect(world.left).toEqual({ requests: 0, dialogs: 1, sessions: 1, transactions: 0, timers: 0 });
  });

  it('ends with BYE what is not acknowledged within 64 times T1', async () => {
    peer.react = (datagram) => datagram.text.startsWith('BYE') && peer.respond(datagram, 200);
    invite((incoming) => incoming.answer());
    await world.pass(31_900);
    expect(peer.requests('BYE')).toEqual([]);
    await world.pass(200);
    expect(peer.requests('BYE')).toHaveLength(1);
    expect(call?.state).toBe('failed');
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('does not take an ACK with another number for the one it waits for', async () => {
    invite((incoming) => incoming.answer());
    await world.pass(10);
    peer.send(within('ACK', 2), BOB);
    await world.pass(500);
    expect(peer.statuses('INVITE')).toEqual([200, 200]);
  });

  it('hangs up only after the ACK came (15)', async () => {
    invite((incoming) => incoming.answer());
    await world.pass(10);
    call?.hangUp();
    await world.pass(1000);
    expect(peer.requests('BYE')).toEqual([]);
    peer.send(within('ACK', 1), BOB);
    await world.pass(10);
    expect(peer.requests('BYE')).toHaveLength(1);
    expect(headerOf(peer.requests('BYE')[0] ?? '', 'To')).toBe('<sip:peer@lab.example>;tag=peer-tag');
    expect(call?.state).toBe('ended');
  });

  it('repeats nothing once the caller hung up, though no ACK came', async () => {
    invite((incoming) => incoming.answer());
    await world.pass(10);
    peer.send(within('BYE', 2), BOB);
    await world.pass(40_000);
    expect(peer.statuses('INVITE')).toEqual([200]);
    expect(call?.state).toBe('ended');
    expect(peer.requests('BYE')).toEqual([]);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('answers CANCEL with 200 and the INVITE with 487, both with the tag of its 180 (9.2)', async () => {
    const text = invite((incoming) => incoming.ring());
    await world.pass(10);
    peer.send(cancelOf(text), BOB);
    await world.pass(10);
    expect(peer.statuses('CANCEL')).toEqual([200]);
    expect(peer.statuses('INVITE')).toEqual([180, 487]);
    expect(new Set(peer.responses().map((response) => tagOf(headerOf(response, 'To')))).size).toBe(1);
    expect([call?.state, call?.finalStatus]).toEqual(['cancelled', 487]);
    peer.send(peer.request('ACK', BOB_URI, { headers: { Via: headerOf(text, 'Via') } }), BOB);
    await world.quiesce();
    expect(peer.statuses('INVITE')).toEqual([180, 487]);
    expect(world.left).toEqual(NOTHING);
  });

  it('keeps its answer when a CANCEL comes after it', async () => {
    const text = invite((incoming) => incoming.answer());
    await world.pass(10);
    peer.send(cancelOf(text), BOB);
    peer.send(within('ACK', 1), BOB);
    await world.pass(10);
    expect(peer.statuses()).toEqual([200, 200]);
    expect(call?.state).toBe('answered');
  });

  it('answers a CANCEL of a MESSAGE with 200, which changes nothing (9.2)', async () => {
    const text = peer.request('MESSAGE', BOB_URI);
    peer.send(text, BOB);
    peer.send(cancelOf(text), BOB);
    await world.pass(100);
    expect([peer.statuses('MESSAGE'), peer.statuses('CANCEL')]).toEqual([[200], [200]]);
  });

  it('answers a CANCEL of nothing with 481', async () => {
    peer.send(peer.request('CANCEL', BOB_URI), BOB);
    await world.pass(10);
    expect(peer.statuses('CANCEL')).toEqual([481]);
  });

  it('rejects once, with what the script says, and repeats it until the ACK only', async () => {
    const text = invite((incoming) => {
      incoming.reject(480, 'Gone Fishing', [['Retry-After', '60']]);
      incoming.reject(486);
      incoming.answer();
      incoming.ring();
    });
    await world.pass(10);
    expect(peer.responses('INVITE')[0]).toMatch(/^SIP\/2.0 480 Gone Fishing\r\n/);
    expect(headerOf(peer.responses('INVITE')[0] ?? '', 'Retry-After')).toBe('60');
    expect([call?.state, call?.finalStatus]).toEqual(['rejected', 480]);
    peer.send(peer.request('ACK', BOB_URI, { headers: { Via: headerOf(text, 'Via') } }), BOB);
    await world.quiesce();
    expect(peer.statuses()).toEqual([480]);
    expect(world.left).toEqual(NOTHING);
  });

  it('leaves an ignored invitation with a 100 alone, and can still decide', async () => {
    invite((incoming) => incoming.ignore());
    await world.pass(1000);
    expect(peer.received.map(({ text }) => text.slice(8, 11))).toEqual(['100']);
    call?.ring();
    await world.pass(10);
    expect(peer.statuses()).toEqual([180]);
  });

  it('answers an invitation that runs out with 487 (13.3.1)', async () => {
    invite((incoming) => incoming.ring(), { ...WITH_SDP, headers: { ...WITH_SDP.headers, Expires: '30' } });
    await world.pass(29_000);
    expect(peer.statuses()).toEqual([180]);
    await world.pass(1100);
    expect(peer.statuses()[1]).toBe(487);
    expect(call?.state).toBe('cancelled');
  });

  it('forgets when an invitation would have run out once it is answered', async () => {
    invite((incoming) => incoming.answer(), { ...WITH_SDP, headers: { ...WITH_SDP.headers, Expires: '300' } });
    await world.pass(10);
    peer.send(within('ACK', 1), BOB);
    await world.quiesce();
    expect(world.left.timers).toBe(0);
    expect(call?.state).toBe('answered');
  });

  it('answers an offer that has nothing for it with 488', async () => {
    const body = 'v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nt=0 0\r\nm=image 4000 udptl t38\r\n';
    invite((incoming) => incoming.answer(), { ...WITH_SDP, body });
    await world.pass(10);
    expect(peer.statuses()).toEqual([488]);
    expect(call?.state).toBe('rejected');
    expect(world.left).toMatchObject({ dialogs: 0, sessions: 0 });
  });

  it('answers the offer, and offers itself where the INVITE has none', async () => {
    invite((incoming) => incoming.answer());
    await world.pass(10);
    expect(bodyOf(peer.responses()[0] ?? '')).toMatch(/m=audio [1-9]\d* RTP\/AVP 0 8\r\n/);
    peer.received.length = 0;
    invite((incoming) => incoming.answer(), { headers: { 'Call-ID': 'other' } });
    await world.pass(10);
    expect(bodyOf(peer.responses()[0] ?? '')).toMatch(/m=audio [1-9]\d* RTP\/AVP 0 8 101\r\n/);
  });

  it('ends the invitation on a BYE in the early dialog (15.1.2)', async () => {
    invite((incoming) => incoming.ring());
    await world.pass(10);
    peer.send(within('BYE', 2), BOB);
    await world.pass(10);
    expect(peer.statuses('BYE')).toEqual([200]);
    expect(peer.statuses('INVITE')).toEqual([180, 487]);
    expect(world.left).toMatchObject({ dialogs: 0, sessions: 0 });
  });

  it('hands Record-Route on, and sends its own requests along it (12.1.1)', async () => {
    const routes = '<sip:127.0.0.9:5060;lr>, <sip:127.0.0.8;lr>';
    invite((incoming) => incoming.answer(), { ...WITH_SDP, headers: { ...WITH_SDP.headers, 'Record-Route': routes } });
    await world.pass(10);
    expect(headerOf(peer.responses()[0] ?? '', 'Record-Route')).toBe(routes);
    peer.send(within('ACK', 1), BOB);
    await world.pass(10);
    call?.hangUp();
    await world.pass(10);
    const bye = peer.requests('BYE')[0] ?? '';
    expect(bye).toMatch(/^BYE sip:peer@127.0.0.9:5060 SIP\/2.0\r\n/);
    expect(bye.match(/^Route: .*$/gm)).toEqual(['Route: <sip:127.0.0.9:5060;lr>', 'Route: <sip:127.0.0.8;lr>']);
  });

  it('answers what comes out of order within a dialog with 500 (12.2.2)', async () => {
    invite((incoming) => incoming.answer(), { ...WITH_SDP, headers: { ...WITH_SDP.headers, CSeq: '7 INVITE' } });
    await world.pass(10);
    peer.send(within('ACK', 7), BOB);
    peer.send(within('BYE', 6), BOB);
    await world.pass(10);
    expect(peer.statuses('BYE')).toEqual([500]);
    expect(call?.state).toBe('answered');
    peer.send(within('BYE', 8), BOB);
    await world.pass(10);
    expect(peer.statuses('BYE')).toEqual([500, 200]);
    expect(call?.state).toBe('ended');
  });

  it('takes one of two ways for one request (8.2.2.2)', async () => {
    const text = invite((incoming) => incoming.ring());
    peer.send(text.replace(/branch=[^\r]*/, 'branch=z9hG4bK-other-way'), BOB);
    await world.pass(10);
    expect(peer.statuses('INVITE')).toEqual([180, 482]);
  });

  it('answers a repeated INVITE with what it said last', async () => {
    const text = invite((incoming) => incoming.ring());
    await world.pass(10);
    peer.send(text, BOB);
    await world.pass(10);
    expect(peer.statuses()).toEqual([180, 180]);
    expect(bob.openSessions).toBe(1);
  });

  it('shows the script who calls, and its headers', async () => {
    invite((incoming) => incoming.ring(), { ...WITH_SDP, headers: { ...WITH_SDP.headers, 'X-Busyhere-Attempt': 'first' } });
    await world.pass(10);
    expect(call).toMatchObject({ from: 'sip:peer@lab.example', target: BOB_URI, callId: 'call@127.0.0.9' });
    expect(call?.header('x-busyhere-attempt')).toBe('first');
    expect(call?.header('X-Other')).toBeUndefined();
  });
});

import { Telephone } from '../../../harness/endpoint/telephone';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { bodyOf, type Datagram, headerOf, type Peer, SDP_OFFER, tagOf, WITH_SDP } from './peer';
import { addressOf, NOTHING, World } from './world';

const BOB_URI = 'sip:bob@lab.example';

describe('a caller', () => {
  let world: World;
  let alice: UserAgent;
  let peer: Peer;
  beforeEach(async () => {
    world = new World();
    peer = await world.peer(9);
    alice = await world.agent('alice', 2, { persona: new Telephone(), outbound: peer.address });
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  });

  const first = (method: string): Datagram => {
    const found = peer.received.find(({ text }) => text.startsWith(`${method} `));
    if (!found) throw new Error(`no ${method} came`);
    return found;
  };
  const answerByes = (): void => {
    peer.react = (datagram) => datagram.text.startsWith('BYE') && peer.respond(datagram, 200);
  };

  it('sends an INVITE with all that belongs there', async () => {
    alice.invite(BOB_URI, { headers: [['X-Busyhere-Attempt', 'first']] });
    await world.pass(10);
    const { text, source } = first('INVITE');
    expect(source).toEqual(addressOf(2));
    expect(text).toMatch(/^INVITE sip:bob@lab.example SIP\/2.0\r\n/);
    expect(headerOf(text, 'Via')).toMatch(/^SIP\/2.0\/UDP 127.0.0.2:5060;rport;branch=z9hG4bK[0-9a-f]{24}$/);
    expect(headerOf(text, 'From')).toMatch(/^<sip:alice@lab.example>;tag=[0-9a-f]{8}$/);
    expect(headerOf(text, 'To')).toBe('<sip:bob@lab.example>');
    expect(headerOf(text, 'Contact')).toBe('<sip:alice@127.0.0.2:5060>');
    expect(headerOf(text, 'Max-Forwards')).toBe('70');
    expect(headerOf(text, 'CSeq')).toBe('101 INVITE');
    expect(headerOf(text, 'X-Busyhere-Attempt')).toBe('first');
    expect(headerOf(text, 'Content-Type')).toBe('application/sdp');
    expect(Number(headerOf(text, 'Content-Length'))).toBe(Buffer.byteLength(bodyOf(text)));
  });

  it('goes where the script says, else to its server, else to the address of the target', async () => {
    const other = await world.peer(8);
    alice.invite(BOB_URI, { to: other.address });
    const free = await world.agent('free', 4);
    free.invite('sip:bob@127.0.0.8');
    free.invite('sip:bob@nowhere.example;maddr=127.0.0.8');
    expect(() => free.invite(BOB_URI)).toThrow(expect.objectContaining({ code: 'configuration' }));
    await world.pass(10);
    expect(other.requests('INVITE')).toHaveLength(3);
    expect(peer.requests('INVITE')).toEqual([]);
  });

  it('acknowledges every 200 that comes, always alike', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    const invite = first('INVITE');
    peer.respond(invite, 200, WITH_SDP);
    await world.pass(500);
    peer.respond(invite, 200, WITH_SDP);
    await world.pass(10);
    const acks = peer.requests('ACK');
    expect(acks).toHaveLength(2);
    expect(acks[0]).toBe(acks[1]);
    expect(acks[0]).toMatch(/^ACK sip:peer@127.0.0.9:5060 SIP\/2.0\r\n/);
    expect(headerOf(acks[0] ?? '', 'CSeq')).toBe('101 ACK');
    expect(headerOf(acks[0] ?? '', 'Via')).not.toBe(headerOf(invite.text, 'Via'));
    expect([call.state, call.finalStatus, alice.openDialogs]).toEqual(['answered', 200, 1]);
  });

  it('follows the provisional responses', async () => {
    const call = alice.invite(BOB_URI);
    const states = [call.state];
    call.onChange(() => states.push(call.state));
    await world.pass(10);
    for (const status of [100, 183, 180, 180]) {
      peer.respond(first('INVITE'), status);
      await world.pass(10);
    }
    expect(states).toEqual(['calling', 'proceeding', 'ringing']);
    expect(alice.openDialogs).toBe(1);
    peer.respond(first('INVITE'), 486);
    await world.pass(10);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 486]);
    expect(alice.openDialogs).toBe(0);
    expect(peer.requests('ACK')).toHaveLength(1);
    await world.quiesce();
    expect(peer.requests('ACK')).toHaveLength(1);
    expect(world.left).toEqual(NOTHING);
  });

  it('makes no dialog of a 100, even one with a tag (12.1)', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    peer.respond(first('INVITE'), 100, { headers: { To: '<sip:bob@lab.example>;tag=early' } });
    await world.pass(10);
    expect(alice.openDialogs).toBe(0);
  });

  it('acknowledges a final as often as it comes, and takes it once', async () => {
    const call = alice.invite(BOB_URI);
    let changes = 0;
    call.onChange(() => {
      changes += 1;
    });
    await world.pass(10);
    for (let copy = 0; copy < 3; copy++) peer.respond(first('INVITE'), 486);
    await world.pass(10);
    expect(peer.requests('ACK')).toHaveLength(3);
    expect(changes).toBe(1);
  });

  it('acknowledges the other branch of a fork and ends it', async () => {
    answerByes();
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    const invite = first('INVITE');
    const to = (tag: string) => ({ headers: { ...WITH_SDP.headers, To: `<sip:bob@lab.example>;tag=${tag}` }, body: SDP_OFFER });
    peer.respond(invite, 180, { headers: { To: to('one').headers.To } });
    peer.respond(invite, 180, { headers: { To: to('two').headers.To } });
    await world.pass(10);
    expect(alice.openDialogs).toBe(2);
    peer.respond(invite, 200, to('one'));
    peer.respond(invite, 200, to('two'));
    await world.pass(10);
    expect(peer.requests('ACK').map((ack) => tagOf(headerOf(ack, 'To')))).toEqual(['one', 'two']);
    expect(peer.requests('BYE').map((bye) => tagOf(headerOf(bye, 'To')))).toEqual(['two']);
    expect([call.state, alice.openDialogs]).toEqual(['answered', 1]);
    peer.respond(invite, 200, to('two'));
    await world.pass(10);
    expect(peer.requests('ACK')).toHaveLength(3);
    expect(peer.requests('BYE')).toHaveLength(1);
  });

  it('forgets the branch of a fork that never answers, 64 times T1 after the other did', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    for (const tag of ['one', 'two']) peer.respond(first('INVITE'), 180, { headers: { To: `<sip:bob@lab.example>;tag=${tag}` } });
    peer.respond(first('INVITE'), 200, { ...WITH_SDP, headers: { ...WITH_SDP.headers, To: '<sip:bob@lab.example>;tag=one' } });
    await world.pass(31_990);
    expect(alice.openDialogs).toBe(2);
    await world.pass(20);
    expect(world.left).toMatchObject({ dialogs: 1, timers: 0 });
  });

  it('sends CANCEL only after a provisional response (9.1)', async () => {
    const call = alice.invite(BOB_URI);
    call.cancel();
    await world.pass(400);
    expect(peer.requests('CANCEL')).toEqual([]);
    const invite = first('INVITE');
    peer.respond(invite, 100);
    await world.pass(10);
    const cancel = first('CANCEL');
    expect(headerOf(cancel.text, 'Via')).toBe(headerOf(invite.text, 'Via'));
    expect(headerOf(cancel.text, 'CSeq')).toBe('101 CANCEL');
    peer.respond(cancel, 200);
    peer.respond(invite, 487);
    await world.pass(10);
    expect([call.state, call.finalStatus, call.shown]).toEqual(['cancelled', 487, null]);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('ends what was answered across its CANCEL', async () => {
    answerByes();
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    peer.respond(first('INVITE'), 180);
    await world.pass(10);
    call.cancel();
    peer.respond(first('INVITE'), 200, WITH_SDP);
    await world.pass(10);
    expect(peer.requests('ACK')).toHaveLength(1);
    expect(peer.requests('BYE')).toHaveLength(1);
    expect([call.state, call.finalStatus]).toEqual(['cancelled', 200]);
    peer.respond(first('CANCEL'), 200);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('gives a cancelled invitation up that gets no final', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    peer.respond(first('INVITE'), 180);
    await world.pass(10);
    call.cancel();
    await world.pass(31_000);
    expect(call.state).toBe('ringing');
    await world.pass(1100);
    expect([call.state, call.finalStatus]).toEqual(['cancelled', undefined]);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('reports another final that crosses its CANCEL', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    peer.respond(first('INVITE'), 180);
    await world.pass(10);
    call.cancel();
    peer.respond(first('INVITE'), 486);
    await world.pass(10);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 486]);
  });

  it('fails where nobody says anything', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(31_990);
    expect(call.state).toBe('calling');
    await world.pass(20);
    expect([call.state, call.finalStatus]).toEqual(['failed', undefined]);
    expect(peer.requests('INVITE')).toHaveLength(7);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('hangs up once, along the route of the 200, and is done whatever comes back', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    const routes = '<sip:127.0.0.8;lr>, <sip:127.0.0.9:5060;lr>';
    peer.respond(first('INVITE'), 200, { headers: { ...WITH_SDP.headers, 'Record-Route': routes }, body: SDP_OFFER });
    await world.pass(10);
    call.hangUp();
    call.hangUp();
    call.cancel();
    await world.pass(10);
    const byes = peer.requests('BYE');
    expect(byes).toHaveLength(1);
    expect(byes[0]?.match(/^Route: .*$/gm)).toEqual(['Route: <sip:127.0.0.9:5060;lr>', 'Route: <sip:127.0.0.8;lr>']);
    expect(headerOf(byes[0] ?? '', 'CSeq')).toBe('102 BYE');
    expect(peer.requests('CANCEL')).toEqual([]);
    expect(call.state).toBe('ended');
    await world.quiesce(); // no answer to the BYE
    expect(world.left).toEqual(NOTHING);
  });

  it('sends its requests to a strict router the old way (12.2.1.1)', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    peer.respond(first('INVITE'), 200, { headers: { ...WITH_SDP.headers, 'Record-Route': '<sip:127.0.0.9:5060>' }, body: SDP_OFFER });
    await world.pass(10);
    call.hangUp();
    await world.pass(10);
    expect(peer.requests('BYE')[0]).toMatch(/^BYE sip:127.0.0.9:5060 SIP\/2.0\r\n/);
    expect(headerOf(peer.requests('BYE')[0] ?? '', 'Route')).toBe('<sip:peer@127.0.0.9:5060>');
  });

  it('puts its answer into the ACK where the offer came with the 200', async () => {
    alice.invite(BOB_URI, { body: '' });
    await world.pass(10);
    expect(bodyOf(first('INVITE').text)).toBe('');
    expect(headerOf(first('INVITE').text, 'Content-Type')).toBe('');
    peer.respond(first('INVITE'), 200, WITH_SDP);
    await world.pass(10);
    expect(bodyOf(first('ACK').text)).toMatch(/m=audio [1-9]\d* RTP\/AVP 0 8\r\n/);
  });

  it('is told of a BYE of the other side', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    const invite = first('INVITE').text;
    peer.respond(first('INVITE'), 200, WITH_SDP);
    await world.pass(10);
    const bye = peer.request('BYE', 'sip:alice@127.0.0.2:5060', {
      headers: { From: '<sip:bob@lab.example>;tag=peer-tag', To: headerOf(invite, 'From'), 'Call-ID': headerOf(invite, 'Call-ID') },
    });
    peer.send(bye, addressOf(2));
    await world.pass(10);
    expect(peer.statuses('BYE')).toEqual([200]);
    expect(call.state).toBe('ended');
    peer.send(bye.replace(/branch=[^\r]*/, 'branch=z9hG4bK-again'), addressOf(2));
    await world.pass(10);
    expect(peer.statuses('BYE')).toEqual([200, 481]);
  });
});

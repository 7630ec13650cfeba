import type { IncomingInvitation } from '../../../harness/endpoint/incoming-invitation';
import type { OutgoingInvitation } from '../../../harness/endpoint/outgoing-invitation';
import { Telephone } from '../../../harness/endpoint/telephone';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { bodyOf, type Datagram, headerOf, type Peer, SDP_OFFER, WITH_SDP, type Written } from './peer';
import { addressOf, NOTHING, World } from './world';

const ALICE = addressOf(2);
const persona = new Telephone();

describe('a session, offered anew', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  });

  describe('between two agents', () => {
    let call: OutgoingInvitation;
    let incoming: IncomingInvitation;
    beforeEach(async () => {
      const alice = await world.agent('alice', 2, { persona, outbound: addressOf(3) });
      const bob = await world.agent('bob', 3, { persona });
      bob.onInvitation((offered) => {
        incoming = offered as IncomingInvitation;
        offered.answer();
      });
      call = alice.invite('sip:bob@lab.example');
      await world.pass(100);
    });

    it('by the caller', async () => {
      const again = call.reinvite();
      await world.pass(100);
      expect(await again).toBe(200);
    });

    it('by the callee', async () => {
      const again = incoming.reinvite();
      await world.pass(100);
      expect(await again).toBe(200);
      call.hangUp();
      await world.pass(100);
      expect(incoming.state).toBe('ended');
      expect(await incoming.reinvite()).toBeUndefined();
    });

    it('by both at once: both are refused, wait, and get through (14.1)', async () => {
      const both = [call.reinvite(), incoming.reinvite()];
      await world.pass(100);
      const settled: (number | undefined)[] = [];
      for (const one of both) void one.then((status) => settled.push(status));
      await world.pass(0);
      expect(settled).toEqual([]);
      await world.pass(5000);
      expect(settled).toEqual([200, 200]);
      expect([call.state, incoming.state]).toEqual(['answered', 'answered']);
      call.hangUp();
      await world.quiesce();
      expect(world.left).toEqual(NOTHING);
    });

    it('with nothing that fits: 488, and the session stays as it was', async () => {
      const again = call.reinvite('v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nt=0 0\r\nm=image 4000 udptl t38\r\n');
      await world.pass(100);
      expect(await again).toBe(488);
      expect([call.state, incoming.state]).toEqual(['answered', 'answered']);
    });

    it('with nobody there any more: the session is over', async () => {
      world.loses = () => true;
      const again = call.reinvite();
      await world.pass(33_000);
      expect(await again).toBeUndefined();
      expect(call.state).toBe('failed');
    });
  });

  describe('with a peer by hand', () => {
    let alice: UserAgent;
    let peer: Peer;
    let call: OutgoingInvitation;
    let invite: Datagram;
    beforeEach(async () => {
      peer = await world.peer(9);
      alice = await world.agent('alice', 2, { persona, outbound: peer.address });
      call = alice.invite('sip:bob@lab.example');
      await world.pass(10);
      [invite] = peer.received as [Datagram];
    });

    const within = (method: string, sequence: number, written: Written = {}): string =>
      peer.request(method, 'sip:alice@127.0.0.2:5060', {
        ...written,
        headers: {
          From: '<sip:bob@lab.example>;tag=peer-tag',
          To: headerOf(invite.text, 'From'),
          'Call-ID': headerOf(invite.text, 'Call-ID'),
          CSeq: `${sequence} ${method}`,
          ...written.headers,
        },
      });
    const establish = async (): Promise<void> => {
      peer.respond(invite, 200, WITH_SDP);
      await world.pass(10);
      peer.received.length = 0;
    };

    it('answers and takes the new target over, and is acknowledged like the first (14.2)', async () => {
      await establish();
      const headers = { ...WITH_SDP.headers, Contact: '<sip:moved@127.0.0.9:5060>' };
      peer.send(within('INVITE', 1, { headers, body: SDP_OFFER }), ALICE);
      await world.pass(1000);
      expect(peer.statuses()).toEqual([200, 200]);
      expect(bodyOf(peer.responses()[0] ?? '')).toMatch(/^v=0\r\no=alice \d+ 2 /);
      peer.send(within('ACK', 1), ALICE);
      await world.quiesce();
      expect(peer.statuses()).toEqual([200, 200]);
      call.hangUp();
      await world.pass(10);
      expect(peer.requests('BYE')[0]).toMatch(/^BYE sip:moved@127.0.0.9:5060 /);
    });

    it('ends a session whose new answer is never acknowledged', async () => {
      await establish();
      peer.send(within('INVITE', 1, WITH_SDP), ALICE);
      await world.pass(33_000);
      expect(peer.requests('BYE').length).toBeGreaterThan(0);
      expect(call.state).toBe('failed');
    });

    it('refuses a re-INVITE across the first INVITE with 491', async () => {
      peer.respond(invite, 180);
      await world.pass(10);
      peer.send(within('INVITE', 1, WITH_SDP), ALICE);
      await world.pass(10);
      expect(peer.statuses()).toEqual([491]);
    });

    it('ends the session where the peer knows it no more (12.2.1.2)', async () => {
      await establish();
      const again = call.reinvite();
      await world.pass(10);
      const [reinvite] = peer.received as [Datagram];
      expect(headerOf(reinvite.text, 'CSeq')).toBe('102 INVITE');
      peer.respond(reinvite, 481);
      await world.pass(10);
      expect(await again).toBe(481);
      expect(peer.requests('BYE')).toHaveLength(1);
      expect(call.state).toBe('failed');
    });

    it('acknowledges every 200 of a re-INVITE, also when the session is over by then', async () => {
      await establish();
      const again = call.reinvite();
      await world.pass(10);
      const [reinvite] = peer.received as [Datagram];
      call.hangUp();
      peer.respond(reinvite, 200, WITH_SDP);
      peer.respond(reinvite, 200, WITH_SDP);
      await world.pass(10);
      expect(peer.requests('ACK').map((ack) => headerOf(ack, 'CSeq'))).toEqual(['102 ACK', '102 ACK']);
      expect(await again).toBeUndefined();
    });

    it('stops trying when the session ends while it waits', async () => {
      await establish();
      const again = call.reinvite();
      await world.pass(10);
      const [reinvite] = peer.received as [Datagram];
      peer.respond(reinvite, 491);
      await world.pass(10);
      peer.send(within('BYE', 1), ALICE);
      await world.pass(10);
      expect(await again).toBeUndefined();
      await world.quiesce();
      expect(peer.requests('INVITE')).toHaveLength(1);
      expect(world.left).toEqual(NOTHING);
    });

    it('serves OPTIONS and MESSAGE within the dialog', async () => {
      await establish();
      peer.send(within('OPTIONS', 1), ALICE);
      peer.send(within('MESSAGE', 2, { headers: { 'Content-Type': 'text/plain' }, body: 'hi' }), ALICE);
      await world.pass(10);
      expect(peer.statuses()).toEqual([200, 200]);
      expect(call.state).toBe('answered');
    });
  });
});

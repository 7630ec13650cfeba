import type { IncomingCall } from '../../harness/endpoint/endpoint';
import { ProgramOutputs } from '../../harness/endpoint/program/program-outputs';
import { SippEndpoint } from '../../harness/endpoint/sipp/sipp-endpoint';
import { Telephone } from '../../harness/endpoint/telephone';
import type { Timer } from '../../harness/platform/clock';
import { SeededRandom } from '../../harness/platform/random';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address';
import { SystemClock } from '../../harness/platform/system-clock';
import { UdpNetwork } from '../../harness/platform/udp-network';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values';
import { type Datagram, headerOf, Peer, WITH_SDP, type Written } from '../unit/endpoint/peer';
import { describeWith } from './programs';
import { ownAddresses } from './sipp';

/** What finds sipp between two steps it takes when it comes again. */
const BETWEEN_STEPS = /^Continuing call on unexpected (message .* while in message type 5 |CANCEL for call: )/;

jest.setTimeout(30_000);

/** What sipp by itself does not do right, or ends a call at; the other side is raw datagrams. */
describeWith(['sipp'], 'an endpoint played by sipp, and CANCEL', () => {
  const clock = new SystemClock();
  const network = new UdpNetwork();
  let outputs: ProgramOutputs;
  let peer: Peer;
  let bob: SippEndpoint;
  let bobAt: SocketAddress;
  beforeEach(async () => {
    outputs = new ProgramOutputs();
    const { server, bob: address } = ownAddresses('server', 'bob');
    bobAt = address;
    peer = await Peer.open(network, clock, server);
    const ports = { clock, network, random: new SeededRandom(1), timers: RFC3261_TIMERS, outputs, statuses: [486] };
    bob = new SippEndpoint({ name: 'bob', address, domain: 'lab.example', outbound: server, ...ports }, new Telephone());
    await bob.start();
  });
  afterEach(async () => {
    await bob.stop();
    await peer.close();
    expect(clock.pendingTimers).toBe(0);
    expect(outputs.reports.flatMap(({ remarks }) => remarks).filter((remark) => !BETWEEN_STEPS.test(remark))).toEqual([]);
    outputs.discard();
  });

  /** The first datagram that fits and did not fit before, as soon as it has come. */
  const heard = (fits: (text: string) => boolean, since = 0): Promise<Datagram> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = peer.received.slice(since).find(({ text }) => fits(text));
        if (found) resolve(found);
      };
      peer.react = look;
      look();
    });
  /** Sends, and again after 500 ms, and twice that, and so on (RFC 3261 §17.1.2.2, §17.2.1), until what is waited for is heard. */
  const until = async (answered: () => Promise<Datagram>, send: () => void): Promise<Datagram> => {
    let timer: Timer | undefined;
    const sendAgain = (againMs: number): void => {
      send();
      timer = clock.setTimer(againMs, () => sendAgain(Math.min(2 * againMs, RFC3261_TIMERS.t2)));
    };
    const answer = answered();
    sendAgain(RFC3261_TIMERS.t1);
    const datagram = await answer;
    timer?.cancel();
    return datagram;
  };
  /** Answers an INVITE as a server does. */
  const answer = (invitation: Datagram, status: number, written?: Written): Promise<Datagram> =>
    until(
      () => heard(isRequest('ACK')),
      () => peer.respond(invitation, status, written),
    );
  const isResponse =
    (status: number, method: string) =>
    (text: string): boolean =>
      text.startsWith(`SIP/2.0 ${status} `) && headerOf(text, 'CSeq').endsWith(` ${method}`);
  const isRequest =
    (method: string) =>
    (text: string): boolean =>
      text.startsWith(`${method} `);
  const BOB = (): string => `sip:bob@${formatSocketAddress(bobAt)}`;

  describe('as callee', () => {
    /** Invites bob; what he does is done at once. */
    const invite = (doing: (call: IncomingCall) => void, written = WITH_SDP): string => {
      bob.onInvitation(doing);
      const text = peer.request('INVITE', BOB(), written);
      peer.send(text, bobAt);
      return text;
    };
    /** A request that belongs to the INVITE's transaction. */
    const ofInvite = (method: string, inviteText: string, To = headerOf(inviteText, 'To')): string =>
      peer.request(method, BOB(), { headers: { Via: headerOf(inviteText, 'Via'), To } });

    it.each<[string, (call: IncomingCall) => void, number, string | null]>([
      ['rejected', (call) => call.reject(486), 486, null],
      ['accepted', (call) => call.answer(), 200, null],
      ['accepted (over a proxy)', (call) => call.answer(), 200, '<sip:192.0.2.7;lr>'],
    ])('answers one that comes when it has %s the invitation, and goes on with that', async (_, decide, status, recorded) => {
      const text = invite(decide, { ...WITH_SDP, headers: { ...WITH_SDP.headers, 'Record-Route': recorded } });
      const final = await heard(isResponse(status, 'INVITE'));
      peer.send(ofInvite('CANCEL', text), bobAt);
      expect((await heard(isResponse(200, 'CANCEL'))).text).toContain(headerOf(text, 'Call-ID'));
      const repeated = await heard(isResponse(status, 'INVITE'), peer.received.length); // nobody has acknowledged it
      expect(repeated.text).toBe(final.text);
      expect(headerOf(final.text, 'Record-Route')).toBe(recorded ?? '');
      peer.send(ofInvite('ACK', text, headerOf(final.text, 'To')), bobAt);
      if (status === 200) {
        const bye = peer.request('BYE', BOB(), { headers: { To: headerOf(final.text, 'To'), CSeq: '2 BYE' } });
        peer.send(bye, bobAt);
        await heard(isResponse(200, 'BYE'));
      }
      expect(peer.statuses('INVITE').every((code) => code === status)).toBe(true);
    });

    it('sends its 487 again when a CANCEL comes again', async () => {
      let text = '';
      await new Promise<void>((resolve) => {
        text = invite((call) => {
          call.ignore();
          resolve();
        });
      });
      const cancel = async (): Promise<void> => {
        const since = peer.received.length;
        const answered = () => heard(isResponse(200, 'CANCEL'), since);
        await until(answered, () => peer.send(ofInvite('CANCEL', text), bobAt));
      };
      await cancel();
      const final = await heard(isResponse(487, 'INVITE'));
      await cancel();
      const repeated = await heard(isResponse(487, 'INVITE'), peer.received.length);
      expect(repeated.text).toBe(final.text);
      peer.send(ofInvite('ACK', text, headerOf(final.text, 'To')), bobAt);
    });

    it('gives one final, whichever it is, where one crosses what it is told to do', async () => {
      const text = invite((call) => {
        call.ignore();
        peer.send(ofInvite('CANCEL', text), bobAt);
        call.reject(486);
      });
      await heard(isResponse(200, 'CANCEL'));
      const final = await heard((one) => isResponse(486, 'INVITE')(one) || isResponse(487, 'INVITE')(one));
      await heard((one) => one.startsWith(final.text.slice(0, 12)), peer.received.length); // again, as nobody has acknowledged it
      peer.send(ofInvite('ACK', text, headerOf(final.text, 'To')), bobAt);
      expect(new Set(peer.statuses('INVITE')).size).toBe(1);
    });
  });

  describe('as originator', () => {
    /** An INVITE of bob's that rings, and its CANCEL. */
    const cancelled = async () => {
      const call = bob.invite('sip:peer@lab.example');
      const invitation = await heard(isRequest('INVITE'));
      const ringing = new Promise<void>((resolve) => call.onChange(() => call.state === 'ringing' && resolve()));
      peer.respond(invitation, 180);
      await ringing;
      const ended = new Promise<void>((resolve) => call.onChange(() => call.finalStatus !== undefined && resolve()));
      call.cancel();
      return { call, invitation, cancel: await heard(isRequest('CANCEL')), ended };
    };

    it.each([481, 405, 500])('does not take a %i to its CANCEL for the invitation’s final', async (refusal) => {
      const { call, invitation, cancel, ended } = await cancelled();
      peer.respond(cancel, refusal);
      const ack = await answer(invitation, 486);
      await ended;
      expect([headerOf(ack.text, 'CSeq'), headerOf(ack.text, 'Via')]).toEqual(['1 ACK', headerOf(invitation.text, 'Via')]);
      expect(call.finalStatus).toBe(486);
      expect(peer.requests('ACK')).toHaveLength(1);
      expect(peer.requests('BYE')).toEqual([]);
    });

    it.each([
      ['the 200 for its CANCEL', true],
      ['a provisional response that comes after it', false],
    ])('does not take %s for the invitation’s final', async (_, isOfCancel) => {
      const { call, invitation, cancel, ended } = await cancelled();
      if (isOfCancel) peer.respond(cancel, 200);
      else peer.respond(invitation, 183);
      await answer(invitation, 487);
      await ended;
      expect([call.state, call.finalStatus]).toEqual(['cancelled', 487]);
      expect(peer.requests('ACK')).toHaveLength(1);
      expect(peer.requests('BYE')).toEqual([]);
    });

    it('hangs up what was answered meanwhile (RFC 3261 §15)', async () => {
      const { call, invitation, cancel, ended } = await cancelled();
      peer.respond(cancel, 200);
      await answer(invitation, 200, WITH_SDP);
      const bye = await heard(isRequest('BYE'));
      peer.respond(bye, 200);
      await ended;
      expect(call.finalStatus).toBe(200);
    });
  });
});

import { ANSWER, OFFER } from './peers/identity.js';
import { Peer } from './peers/peer.js';
import { messageFaults, SipText } from './peers/sip-text.js';
import { Dialog } from './peers/transaction.js';

const T1 = 500;

describe('the scripted peers, with each other in place of a server', () => {
  const open: Peer[] = [];

  async function pair(): Promise<[alice: Peer, bob: Peer]> {
    const bob = await Peer.open('bob', '127.0.0.1', { address: '127.0.0.1', port: 9 }, T1);
    const alice = await Peer.open('alice', '127.0.0.1', bob.address, T1);
    open.push(alice, bob);
    return [alice, bob];
  }

  afterEach(async () => {
    for (const peer of open.splice(0)) await peer.close();
  });

  it('place, answer and end a call', async () => {
    const [alice, bob] = await pair();
    const call = alice.request('INVITE', { body: OFFER });
    const invite = await bob.next('INVITE');
    expect(messageFaults(invite)).toEqual([]);
    bob.reply(invite, 180);
    expect((await call.expect(180)).tag('to')).toBe('bob-tag');
    const answer = bob.reply(invite, 200, { body: ANSWER, fields: [['Record-Route', `<sip:${bob.hostPort};lr>`]] });
    const ok = await call.expect(200);
    expect(ok.body.toString()).toBe(ANSWER);
    const leg = Dialog.ofCaller(call, ok);
    leg.acknowledge();
    const ack = await bob.next('ACK');
    expect([ack.requestUri, ack.sequence, ack.list('route')]).toEqual([bob.uri, 1, [`<sip:${bob.hostPort};lr>`]]);
    const bye = Dialog.ofCallee(bob, invite, answer).request('BYE');
    const received = await alice.next('BYE');
    expect([received.requestUri, received.get('from'), received.get('to')]).toEqual([alice.uri, ok.get('to'), invite.get('from')]);
    alice.reply(received, 200);
    await bye.expect(200);
    expect([...alice.untaken, ...bob.untaken, ...alice.faults, ...bob.faults]).toEqual([]);
  });

  it('reject and cancel a call', async () => {
    const [alice, bob] = await pair();
    const call = alice.request('INVITE');
    const invite = await bob.next('INVITE');
    call.cancel([['Reason', 'SIP;cause=1']]);
    const cancel = await bob.next('CANCEL');
    expect([cancel.branch, cancel.sequence, cancel.get('reason')]).toEqual([invite.branch, invite.sequence, 'SIP;cause=1']);
    bob.reply(invite, 487);
    call.acknowledge(await call.expect(487));
    expect((await bob.next('ACK')).branch).toBe(invite.branch);
  });

  it('see what is not as it should be', async () => {
    const [alice, bob] = await pair();
    const call = alice.request('INVITE');
    const invite = await bob.next('INVITE');
    await expect(alice.next('INVITE', 20)).rejects.toThrow(/no INVITE at alice within 20 ms/);
    bob.reply(invite, 486);
    await expect(call.expect(180)).rejects.toThrow(/expected 180 INVITE at alice, seen SIP\/2\.0 486 Busy Here/);
    const changed = invite.fields.map(([name, value]) => [name, name === 'from' ? `${value}x` : value] as const);
    bob.reply(SipText.write(invite.startLine, changed), 486);
    await expect(call.expect(486)).rejects.toThrow(/from of 486 INVITE/);
    bob.send('nonsense', alice.address);
    bob.send('MESSAGE sip:a@b SIP/2.0\r\nFrom: <sip:x@y>\r\nContent-Length: 3\r\n\r\n', alice.address);
    await alice.next('MESSAGE');
    expect(alice.faults.join()).toMatch(/no SIP message.*has 0 to fields.*Content-Length 3.*no Max-Forwards/);
  });

  it('tell a copy that comes too soon from a retransmission', async () => {
    const [alice, bob] = await pair();
    const call = alice.request('MESSAGE');
    const message = await bob.next('MESSAGE');
    call.send();
    await vouch(() => bob.copies(message) === 2);
    expect(bob.hasty).toHaveLength(1);
    expect(bob.untaken).toEqual([]);
    await bob.repeated(message, 2); // asked for
    expect(bob.hasty).toEqual([]);
  });

  it('answer a round trip of the suite, and count it nowhere', async () => {
    const [alice, bob] = await pair();
    await alice.settle();
    expect([...alice.untaken, ...bob.untaken]).toEqual([]);
  });

  async function vouch(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }
});

describe('a message as text', () => {
  it('is read by lines', () => {
    const text = SipText.read(
      Buffer.from(
        'SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a:1;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2\r\nf: "x, y" <sip:a@b;c>;tag=7\r\n' +
          't: <sip:c@d>\r\ni: 1\r\nCSeq: 12 INVITE\r\nRoute: <sip:a;lr>, <sip:b;lr>\r\nl: 2\r\n\r\nhi',
      ),
    );
    expect([text?.status, text?.reason, text?.name, text?.sequence]).toEqual([200, 'OK', '200 INVITE', 12]);
    expect([text?.branch, text?.list('via').length, text?.list('from').length]).toEqual(['z9hG4bK1', 2, 1]);
    expect([text?.tag('from'), text?.tag('to'), text?.uri('from')]).toEqual(['7', undefined, 'sip:a@b;c']);
    expect([text?.list('route'), text?.get('call-id'), text?.body.toString()]).toEqual([['<sip:a;lr>', '<sip:b;lr>'], '1', 'hi']);
  });

  it.each(['', 'INVITE sip:a SIP/2.0', 'HTTP/1.1 200 OK\r\n\r\n', 'INVITE  SIP/2.0\r\n\r\n'])('is not read from %j', (text) => {
    expect(SipText.read(Buffer.from(text))).toBeUndefined();
  });
});

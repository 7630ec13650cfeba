import { ACTIONS } from '../../../harness/endpoint/messenger/action';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { bodyOf, headerOf, type Peer, WITH_SDP } from './peer';
import { addressOf, NOTHING, World } from './world';

const BOB = addressOf(3);
const BOB_URI = 'sip:bob@lab.example';

describe('a Messenger', () => {
  let world: World;
  let alice: UserAgent;
  let bob: UserAgent;
  let carol: UserAgent;
  beforeEach(async () => {
    world = new World();
    alice = await world.agent('alice', 2, { outbound: BOB });
    bob = await world.agent('bob', 3);
    carol = await world.agent('carol', 4, { outbound: BOB });
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('rings when it is free and no script decides', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(100);
    expect(call.state).toBe('ringing');
    expect(call.shown).toBeNull();
  });

  it.each(ACTIONS)('that rings refuses a further invitation to %s with 486, and the other user is told', async (action) => {
    const first = alice.invite(BOB_URI);
    await world.pass(100);
    const second = carol.invite(BOB_URI, { action });
    await world.pass(100);
    expect([second.state, second.finalStatus]).toEqual(['rejected', 486]);
    expect(second.shown).toBe(`Your request to have a ${action} conversation cannot be delivered to bob.`);
    expect(first.state).toBe('ringing');
  });

  it('refuses before the script is asked', async () => {
    const asked: string[] = [];
    bob.onInvitation((call) => {
      asked.push(call.from);
      call.answer();
    });
    alice.invite(BOB_URI);
    await world.pass(100);
    const second = carol.invite(BOB_URI);
    await world.pass(100);
    expect(asked).toEqual(['sip:alice@lab.example']);
    expect(second.finalStatus).toBe(486);
  });

  it('is engaged by an invitation that it ignores, and by one of its own', async () => {
    bob.onInvitation((call) => call.ignore());
    alice.invite(BOB_URI);
    await world.pass(100);
    const second = carol.invite(BOB_URI);
    const toAlice = carol.invite('sip:alice@lab.example', { to: addressOf(2) });
    await world.pass(100);
    expect([second.finalStatus, toAlice.finalStatus]).toEqual([486, 486]);
  });

  it.each(['reject', 'hangUp', 'cancel', 'bye'] as const)('is free again after %s', async (how) => {
    bob.onInvitation((call) => {
      if (how === 'reject') call.reject(603);
      else if (how === 'hangUp') call.hangUp();
      else if (how === 'bye') call.answer();
      else call.ring();
    });
    const first = alice.invite(BOB_URI);
    await world.pass(100);
    if (how === 'bye') first.hangUp();
    if (how === 'cancel') first.cancel();
    await world.pass(100);
    bob.onInvitation((call) => call.ring());
    const second = carol.invite(BOB_URI);
    await world.pass(100);
    expect(second.state).toBe('ringing');
    expect(bob.openSessions).toBe(1);
  });

  it('says the sentence of the article, and nothing while it is pending, answered or given up', async () => {
    const pending = alice.invite(BOB_URI, { action: 'voice' });
    await world.pass(100);
    expect(pending.shown).toBeNull();
    pending.cancel();
    await world.pass(100);
    expect([pending.state, pending.shown]).toEqual(['cancelled', null]);
    bob.onInvitation((call) => call.answer());
    const answered = alice.invite(BOB_URI);
    await world.pass(100);
    expect([answered.state, answered.shown]).toEqual(['answered', null]);
    answered.hangUp();
    await world.pass(100);
    expect([answered.state, answered.shown]).toEqual(['ended', null]);
    const nobody = alice.invite('sip:dave@lab.example', { to: addressOf(77), action: 'voice' });
    await world.pass(40_000);
    expect([nobody.state, nobody.shown]).toEqual(['failed', 'Your request to have a voice conversation cannot be delivered to dave.']);
  });

  it('takes messages while it is engaged: the fault is not about them', async () => {
    const texts: string[] = [];
    bob.onMessage(({ text }) => texts.push(text));
    alice.invite(BOB_URI);
    await world.pass(100);
    const message = carol.message(BOB_URI, 'are you there?');
    await world.pass(100);
    expect(await message.done).toBe(200);
    expect(message.finalStatus).toBe(200);
    expect(texts).toEqual(['are you there?']);
  });

  it('answers OPTIONS as it would an INVITE (11.2)', async () => {
    const free = carol.options(BOB_URI);
    await world.pass(100);
    expect(await free.done).toBe(200);
    alice.invite(BOB_URI);
    await world.pass(100);
    const engaged = carol.options(BOB_URI);
    await world.pass(100);
    expect(await engaged.done).toBe(486);
  });

  it('is not made busy by what happens within its session', async () => {
    bob.onInvitation((call) => call.answer());
    const call = alice.invite(BOB_URI, { action: 'whiteboard' });
    await world.pass(100);
    const again = call.reinvite();
    await world.pass(100);
    expect(await again).toBe(200);
    expect(bob.openSessions).toBe(1);
  });
});

describe('a busy Messenger, seen from the wire', () => {
  let world: World;
  let peer: Peer;
  let other: Peer;
  beforeEach(async () => {
    world = new World();
    await world.agent('bob', 3);
    peer = await world.peer(8);
    other = await world.peer(9);
    peer.send(peer.request('INVITE', BOB_URI, { ...WITH_SDP, headers: { ...WITH_SDP.headers, 'Call-ID': 'first' } }), BOB);
    await world.pass(100);
  });
  afterEach(() => world.close());

  it('sends exactly one 486, makes no dialog, and leaves nothing behind', async () => {
    const before = world.left;
    expect(before).toMatchObject({ dialogs: 1, sessions: 1 });
    const invite = other.request('INVITE', BOB_URI, WITH_SDP);
    other.react = ({ text }) =>
      text.startsWith('SIP/2.0 486') &&
      other.send(
        other.request('ACK', BOB_URI, { headers: { Via: headerOf(invite, 'Via'), To: headerOf(text, 'To'), Contact: null } }),
        BOB,
      );
    other.send(invite, BOB);
    await world.pass(100);
    expect(world.left).toMatchObject({ dialogs: 1, sessions: 1 });
    await world.pass(50_000);
    expect(other.received.map(({ text }) => text.slice(0, 21))).toEqual(['SIP/2.0 486 Busy Here']);
    expect(headerOf(other.received[0]?.text ?? '', 'To')).toMatch(/;tag=[0-9a-f]{8}$/);
    expect(bodyOf(other.received[0]?.text ?? '')).toBe('');
    expect(world.left).toEqual(before);
  });

  it('repeats the 486 from T1 to T2 where no ACK comes, for 64 times T1', async () => {
    other.send(other.request('INVITE', BOB_URI, WITH_SDP), BOB);
    await world.pass(40_000);
    const times = other.received.map(({ time }) => time - 102);
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(new Set(other.received.map(({ text }) => text)).size).toBe(1);
  });

  it('is told of nothing else after the first caller gave up', async () => {
    peer.send(
      peer.request('CANCEL', BOB_URI, {
        headers: { 'Call-ID': 'first', Via: 'SIP/2.0/UDP 127.0.0.8:5060;branch=z9hG4bK-peer-1', Contact: null },
      }),
      BOB,
    );
    await world.quiesce();
    expect(peer.statuses('CANCEL')).toEqual([200]);
    expect(world.left).toEqual(NOTHING);
  });
});

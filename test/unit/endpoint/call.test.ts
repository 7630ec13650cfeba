import { Telephone } from '../../../harness/endpoint/telephone';
import { addressOf, NOTHING, World } from './world';

describe('two agents', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(async () => {
    await world.close();
    expect(world.network.openSockets).toBe(0);
    expect(world.clock.pendingTimers).toBe(0);
  });

  const pair = async (persona = { persona: new Telephone() }) => {
    const alice = await world.agent('alice', 2, { outbound: addressOf(3), ...persona });
    const bob = await world.agent('bob', 3, persona);
    return { alice, bob };
  };

  it('call, answer and hang up: the caller', async () => {
    const { alice, bob } = await pair();
    const states: string[] = [];
    bob.onInvitation((call) => {
      call.onChange(() => states.push(`bob ${call.state}`));
      call.ring();
      call.answer();
    });
    const call = alice.invite('sip:bob@lab.example');
    call.onChange(() => states.push(`alice ${call.state}`));
    await world.pass(100);
    expect(states).toEqual(['bob ringing', 'bob answered', 'alice ringing', 'alice answered']);
    expect(call.finalStatus).toBe(200);
    expect(world.left).toMatchObject({ dialogs: 2, sessions: 2 });
    call.hangUp();
    await world.pass(100);
    expect(states.slice(4)).toEqual(['alice ended', 'bob ended']);
    expect(call.shown).toBeNull();
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('call, answer and hang up: the callee', async () => {
    const { alice, bob } = await pair();
    bob.onInvitation((call) => {
      call.answer();
      call.onChange(() => {});
      world.clock.setTimer(1000, () => call.hangUp());
    });
    const call = alice.invite('sip:bob@lab.example');
    await world.pass(500);
    expect(call.state).toBe('answered');
    await world.pass(1000);
    expect(call.state).toBe('ended');
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('reject', async () => {
    const { alice, bob } = await pair();
    bob.onInvitation((call) => call.reject(603));
    const call = alice.invite('sip:bob@lab.example');
    await world.pass(100);
    expect([call.state, call.finalStatus, call.shown]).toEqual(['rejected', 603, null]);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('ring until the caller gives up', async () => {
    const { alice, bob } = await pair();
    const states: string[] = [];
    bob.onInvitation((call) => call.onChange(() => states.push(call.state)));
    const call = alice.invite('sip:bob@lab.example');
    await world.pass(100);
    expect(call.state).toBe('ringing');
    call.cancel();
    call.cancel();
    await world.pass(100);
    expect([call.state, call.finalStatus]).toEqual(['cancelled', 487]);
    expect(states).toEqual(['ringing', 'cancelled']);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('leave an ignored invitation open: the caller hears 100 only', async () => {
    const { alice, bob } = await pair();
    bob.onInvitation((call) => call.ignore());
    const call = alice.invite('sip:bob@lab.example');
    await world.pass(300_000);
    expect([call.state, call.finalStatus]).toEqual(['proceeding', undefined]);
    call.cancel();
    await world.quiesce();
    expect(call.state).toBe('cancelled');
    expect(world.left).toEqual(NOTHING);
  });

  it('exchange messages', async () => {
    const { alice, bob } = await pair();
    const texts: string[] = [];
    bob.onMessage(({ from, text }) => texts.push(`${from} ${text}`));
    const message = alice.message('sip:bob@lab.example', 'Grüße, お元気ですか');
    await world.pass(100);
    expect(await message.done).toBe(200);
    expect(texts).toEqual(['sip:alice@lab.example Grüße, お元気ですか']);
  });

  it('are torn down in the middle of a call without a word', async () => {
    const { alice, bob } = await pair();
    bob.onInvitation((call) => call.ring());
    const call = alice.invite('sip:bob@lab.example');
    await world.pass(100);
    await bob.stop();
    await alice.stop();
    expect(world.left).toEqual(NOTHING);
    expect(call.state).toBe('ringing');
  });
});

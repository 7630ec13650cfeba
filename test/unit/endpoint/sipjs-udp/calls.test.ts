import type { IncomingCall } from '../../../../harness/endpoint/endpoint';
import { RegistrationError } from '../../../../harness/endpoint/registration';
import type { SipjsEndpoint } from '../../../../harness/endpoint/sipjs-udp/sipjs-endpoint';
import { Telephone } from '../../../../harness/endpoint/telephone';
import type { UserAgent } from '../../../../harness/endpoint/user-agent';
import { SipProxy } from '../../../../harness/proxy/proxy';
import { RFC3261_TIMERS } from '../../../../harness/transaction/timer-values';
import { addressOf } from '../world';
import { SipjsWorld } from './sipjs-world';

const LCS = addressOf(2);
const account = (user: string) => ({ user, password: `${user}-secret` });

/** The library at both ends and at one, through our proxy. */
describe('an endpoint of sipjs-udp', () => {
  let world: SipjsWorld;
  let proxy: SipProxy;
  beforeEach(async () => {
    world = new SipjsWorld();
    const { clock, network } = world;
    proxy = new SipProxy({
      name: 'lcs',
      clock,
      network,
      random: world.random.fork('lcs'),
      timers: RFC3261_TIMERS,
      domain: 'lab.example',
      trust: { listeners: [{ name: 'default' }], hosts: [], quirks: [] },
      peers: [],
      accounts: ['alice', 'bob', 'carol'].map(account),
      routes: [],
      listeners: [{ name: 'default', address: LCS }],
    });
    await proxy.start();
  });
  afterEach(async () => {
    await world.close();
    await proxy.stop();
    expect(world.clock.pendingTimers).toBe(0);
    expect(world.network.openSockets).toBe(0);
  });

  const settled = async <T>(work: Promise<T>): Promise<T> => {
    const outcome = work.catch((error: unknown) => error as T);
    await world.pass(500);
    const result = await outcome;
    if (result instanceof Error) throw result;
    return result;
  };
  const registered = async <Kind extends SipjsEndpoint | UserAgent>(endpoint: Kind): Promise<Kind> => {
    await settled(endpoint.register());
    return endpoint;
  };
  const sipjs = (name: string, host: number, persona?: Telephone): Promise<SipjsEndpoint> =>
    world.endpoint(name, host, { outbound: LCS, account: account(name), ...(persona ? { persona } : {}) });
  const own = (name: string, host: number): Promise<UserAgent> => world.agent(name, host, { outbound: LCS, account: account(name) });

  it('registers with digest, and takes its contact away again', async () => {
    const bob = await registered(await sipjs('bob', 3));
    expect([bob.registered, proxy.bindings]).toEqual([true, 1]);
    await settled(bob.unregister());
    expect([bob.registered, proxy.bindings]).toEqual([false, 0]);
    await settled(bob.unregister());
  });

  it('does not register with a wrong password, nor without one', async () => {
    const wrong = await world.endpoint('bob', 3, { outbound: LCS, account: { user: 'bob', password: 'guess' } });
    await expect(settled(wrong.register())).rejects.toThrow(RegistrationError);
    const none = await world.endpoint('carol', 4, { outbound: LCS });
    await expect(settled(none.register())).rejects.toMatchObject({ status: 401 });
  });

  it.each(['sipjs', 'own'] as const)('as a busy Messenger answers 486, and its second caller (%s) reads so', async (kind) => {
    await registered(await sipjs('bob', 3));
    const alice = await registered(await own('alice', 4));
    const carol = await registered(kind === 'own' ? await own('carol', 5) : await sipjs('carol', 5));
    const first = alice.invite('sip:bob@lab.example');
    await world.pass(500);
    expect(first.state).toBe('ringing');
    const second = carol.invite('sip:bob@lab.example', { action: 'whiteboard' });
    await world.pass(500);
    expect([second.state, second.finalStatus]).toEqual(['rejected', 486]);
    expect(second.shown).toBe('Your request to have a whiteboard conversation cannot be delivered to bob.');
    expect(first.state).toBe('ringing');
    first.cancel();
    await world.pass(500);
    expect(first.state).toBe('cancelled');
    const third = carol.invite('sip:bob@lab.example');
    await world.pass(500);
    expect(third.state).toBe('ringing');
  });

  it.each([
    ['own', 'sipjs'],
    ['sipjs', 'own'],
    ['sipjs', 'sipjs'],
  ] as const)('calls, answers and hangs up: %s calls %s', async (callerKind, calleeKind) => {
    const callee = await registered(calleeKind === 'own' ? await own('bob', 3) : await sipjs('bob', 3));
    const caller = await registered(callerKind === 'own' ? await own('carol', 4) : await sipjs('carol', 4));
    const calls: IncomingCall[] = [];
    callee.onInvitation((call) => {
      calls.push(call);
      call.answer();
    });
    const one = caller.invite('sip:bob@lab.example', { headers: [['X-Mark', 'one']] });
    await world.pass(500);
    expect([one.state, one.finalStatus, calls[0]?.state, calls[0]?.header('X-Mark')]).toEqual(['answered', 200, 'answered', 'one']);
    expect(calls[0]?.callId).toBe(one.callId);
    one.hangUp();
    await world.pass(500);
    expect([one.state, calls[0]?.state]).toEqual(['ended', 'ended']);
    const two = caller.invite('sip:bob@lab.example');
    await world.pass(500);
    calls[1]?.hangUp();
    await world.pass(500);
    expect([two.state, calls[1]?.state]).toEqual(['ended', 'ended']);
  });

  it('hangs up as soon as the ACK lets it', async () => {
    const bob = await registered(await sipjs('bob', 3));
    const carol = await registered(await own('carol', 4));
    bob.onInvitation((call) => {
      call.answer();
      call.hangUp();
    });
    const call = carol.invite('sip:bob@lab.example');
    await world.pass(1_000);
    expect(call.state).toBe('ended');
  });

  it('rejects with code, phrase and headers, and does nothing where it is told so', async () => {
    const bob = await registered(await sipjs('bob', 3, new Telephone()));
    const carol = await registered(await own('carol', 4));
    bob.onInvitation((call) => call.reject(480, 'Gone fishing', [['Retry-After', '60']]));
    const call = carol.invite('sip:bob@lab.example');
    await world.pass(500);
    expect(call.finalStatus).toBe(480);
    bob.onInvitation((incoming) => incoming.ignore());
    const other = carol.invite('sip:bob@lab.example');
    await world.pass(500);
    expect(other.state).toBe('proceeding');
    other.cancel();
    await world.pass(500);
    expect(other.state).toBe('cancelled');
  });

  it('answers 488 where nothing of an offer fits', async () => {
    const bob = await registered(await sipjs('bob', 3, new Telephone()));
    const carol = await registered(await own('carol', 4));
    bob.onInvitation((call) => call.answer());
    const call = carol.invite('sip:bob@lab.example', { action: 'whiteboard' });
    await world.pass(500);
    expect(call.finalStatus).toBe(488);
  });

  it('sends and takes instant messages', async () => {
    const bob = await registered(await sipjs('bob', 3));
    const carol = await registered(await sipjs('carol', 4));
    const texts: string[] = [];
    bob.onMessage(({ text, from }) => texts.push(`${from}: ${text}`));
    const note = carol.message('sip:bob@lab.example', 'Grüße');
    expect(await settled(note.done)).toBe(200);
    expect(texts).toEqual(['sip:carol@lab.example: Grüße']);
    expect(await settled(carol.options('sip:bob@lab.example').done)).toBe(200);
    const nobody = carol.message('sip:nobody@lab.example', 'x');
    expect(await settled(nobody.done)).toBe(404);
  });

  it('gives its open requests up when it stops', async () => {
    const bob = await world.endpoint('bob', 3, { outbound: addressOf(99) });
    const note = bob.message('sip:carol@lab.example', 'x');
    await world.pass(10); // what is under way
    await bob.stop();
    expect(await note.done).toBeUndefined();
    expect(() => bob.invite('sip:carol@lab.example')).toThrow(/has not been started/);
  });
});

import type { UserAgent } from '../../harness/endpoint/user-agent.js';
import type { SipProxy } from '../../harness/proxy/proxy.js';
import type { ProxyOptions } from '../../harness/proxy/proxy-options.js';
import { parseCredentials } from '../../harness/sip/digest.js';
import { CallWorld, NOTHING } from './call-world.js';

const PROXY = 2;
const NOBODY_TRUSTED = { listeners: [], hosts: [], quirks: [] };

describe('RFC 8760, RFC 3261 §22: digest between a user agent and a proxy', () => {
  let world: CallWorld;
  let proxy: SipProxy;
  let alice: UserAgent;
  let bob: UserAgent;

  const open = async (options: Partial<ProxyOptions> = {}): Promise<void> => {
    world = new CallWorld();
    proxy = await world.proxy(PROXY, { trust: NOBODY_TRUSTED, ...options });
    [alice, bob] = [await world.agent('alice', 3, PROXY), await world.agent('bob', 4, PROXY)];
    await world.register(alice, bob);
  };
  afterEach(async () => {
    expect(world.quiesce()).toEqual(NOTHING);
    await world.close();
  });

  /** The credentials that alice sent with a method, in order. */
  const credentials = (method: string) =>
    world.seen('alice').flatMap(({ sent, message }) => {
      const name = method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization';
      const value = sent && message.kind === 'request' && message.method === method ? message.headers.get(name) : undefined;
      const parsed = value === undefined ? undefined : parseCredentials(value);
      return parsed?.ok ? [parsed.value] : [];
    });
  const say = async (): Promise<number | undefined> => {
    const { done } = alice.message('sip:bob@lab.example', 'hello');
    world.clock.advance(1_000);
    return done;
  };

  test.each([
    ['SHA-256 first, as is preferred', ['SHA-256', 'MD5'], 'SHA-256'],
    ['the topmost of both where that is MD5 (§2.4)', ['MD5', 'SHA-256'], 'MD5'],
    ['MD5 alone', ['MD5'], 'MD5'],
    ['SHA-256 alone', ['SHA-256'], 'SHA-256'],
  ] as const)('%s', async (_what, digestAlgorithms, expected) => {
    await open({ digestAlgorithms });
    expect(await say()).toBe(200);
    const used = credentials('REGISTER').map(({ algorithm }) => algorithm);
    expect(used).toEqual([expected]);
    expect(proxy.bindings).toBe(2);
  });

  test('the nonce is used again with a rising count, without another challenge', async () => {
    await open();
    for (let index = 0; index < 3; index++) expect(await say()).toBe(200);
    const sent = credentials('MESSAGE');
    expect(sent.map(({ nc }) => nc)).toEqual([...new Set(sent.map(({ nc }) => nc))].sort((one, other) => (one ?? 0) - (other ?? 0)));
    expect(world.arrivedAt('alice').filter((label) => label === '407 MESSAGE').length).toBeLessThanOrEqual(1);
  });

  test('a nonce that has grown old is replaced without asking anybody', async () => {
    await open();
    expect(await say()).toBe(200);
    world.clock.advance(301_000);
    expect(await say()).toBe(200);
    const stale = world.seen('alice').filter(({ message }) => message.headers.get('Proxy-Authenticate')?.includes('stale=true'));
    expect(stale).toHaveLength(1);
  });

  test('a wrong password is refused, once, and nothing is registered', async () => {
    await open();
    const mallory = await world.agent('carol', 5, PROXY, { account: { user: 'carol', password: 'guessed' } });
    const outcome = mallory.register().then(
      () => 200,
      ({ status }: { status?: number }) => status,
    );
    world.clock.advance(1_000);
    expect(await outcome).toBe(401);
    expect(proxy.bindings).toBe(2);
    expect(world.arrivedAt('carol')).toEqual(['401 REGISTER', '401 REGISTER']);
  });

  test('an INVITE is challenged once; its ACK, CANCEL and BYE never (§22.1)', async () => {
    await open({ recordRoute: true });
    bob.onInvitation((call) => call.answer());
    const call = alice.invite('sip:bob@lab.example');
    world.clock.advance(2_000);
    call.hangUp();
    world.clock.advance(2_000);
    expect(world.arrivedAt('alice').filter((label) => label.startsWith('4'))).toEqual(['401 REGISTER', '407 INVITE']);
    expect(call.state).toBe('ended');
  });
});

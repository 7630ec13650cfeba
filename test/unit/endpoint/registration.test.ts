import { RegistrationError } from '../../../harness/endpoint/registration';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { type Datagram, headerOf, type Peer, tagOf } from './peer';
import { NOTHING, World } from './world';

const CHALLENGE = { headers: { 'WWW-Authenticate': 'Digest realm="lab.example", nonce="n1", qop="auth"' } };

describe('a registration', () => {
  let world: World;
  let alice: UserAgent;
  let registrar: Peer;
  beforeEach(async () => {
    world = new World();
    registrar = await world.peer(9);
    alice = await world.agent('alice', 2, { outbound: registrar.address, account: { user: 'alice', password: 'secret' } });
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  });

  /** Answers REGISTER requests one after the other. */
  const answer = (...responses: [status: number, headers?: Record<string, string>][]): void => {
    registrar.react = (datagram: Datagram) => {
      const [status, headers = {}] = responses.shift() ?? [500];
      registrar.respond(datagram, status, { headers });
    };
  };
  const outcome = async (promise: Promise<void>): Promise<unknown> => {
    const settled = promise.then(
      () => 'registered',
      (error: unknown) => error,
    );
    await world.pass(100);
    return settled;
  };

  it('is asked for, challenged and granted', async () => {
    answer([401, CHALLENGE.headers], [200, { Contact: '<sip:alice@127.0.0.2:5060>;expires=3600' }]);
    expect(await outcome(alice.register())).toBe('registered');
    const [first = '', second = ''] = registrar.requests('REGISTER');
    expect(first).toMatch(/^REGISTER sip:lab.example SIP\/2.0\r\n/);
    expect(headerOf(first, 'To')).toBe('<sip:alice@lab.example>');
    expect(headerOf(first, 'From')).toMatch(/^<sip:alice@lab.example>;tag=/);
    expect(headerOf(first, 'Contact')).toBe('<sip:alice@127.0.0.2:5060>');
    expect(headerOf(first, 'Expires')).toBe('3600');
    expect([headerOf(first, 'CSeq'), headerOf(second, 'CSeq')]).toEqual(['1 REGISTER', '2 REGISTER']);
    expect(headerOf(second, 'Call-ID')).toBe(headerOf(first, 'Call-ID'));
    expect(tagOf(headerOf(second, 'From'))).toBe(tagOf(headerOf(first, 'From')));
    expect(headerOf(second, 'Authorization')).toContain('username="alice"');
    expect(alice.registered).toBe(true);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('waits for the final response of the one before (RFC 3261 10.2)', async () => {
    const both = Promise.all([alice.register(), alice.unregister()]).then(() => {});
    await world.pass(10);
    expect(registrar.requests('REGISTER')).toHaveLength(1);
    const [first] = registrar.received;
    answer([200]);
    if (first) registrar.respond(first, 200);
    expect(await outcome(both)).toBe('registered');
    expect(registrar.requests('REGISTER').map((text) => [headerOf(text, 'CSeq'), headerOf(text, 'Expires')])).toEqual([
      ['1 REGISTER', '3600'],
      ['2 REGISTER', '0'],
    ]);
  });

  it('that waits is given up with the agent', async () => {
    const both = Promise.allSettled([alice.register(), alice.register()]);
    await world.pass(10);
    await alice.stop();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it.each<[what: string, headers: Record<string, string>]>([
    ['of its contact', { Contact: '<sip:other@127.0.0.7>;expires=9, <sip:alice@127.0.0.2:5060>;expires=60', Expires: '7200' }],
    ['of the response', { Contact: '<sip:alice@127.0.0.2:5060>', Expires: '60' }],
  ])('lasts as long as the expiry %s says', async (_what, headers) => {
    answer([200, headers]);
    await outcome(alice.register());
    await world.pass(59_000);
    expect(alice.registered).toBe(true);
    await world.pass(2000);
    expect(alice.registered).toBe(false);
  });

  it('is refused: the error has the status', async () => {
    answer([401, CHALLENGE.headers], [403]);
    const error = await outcome(alice.register());
    expect(error).toBeInstanceOf(RegistrationError);
    expect(error).toMatchObject({ code: 'configuration', status: 403 });
    expect(String(error)).toContain('sip:alice@lab.example could not register with sip:lab.example: 403');
    expect(alice.registered).toBe(false);
  });

  it('with a wrong password is tried once', async () => {
    answer([401, CHALLENGE.headers], [401, CHALLENGE.headers], [401, CHALLENGE.headers]);
    expect(await outcome(alice.register())).toMatchObject({ status: 401 });
    expect(registrar.requests('REGISTER')).toHaveLength(2);
  });

  it('gets no answer: the error has no status', async () => {
    const settled = alice.register().catch((error: unknown) => error);
    await world.pass(33_000);
    expect(await settled).toMatchObject({ code: 'configuration', status: undefined });
  });

  it('is abandoned when the agent stops', async () => {
    const settled = alice.register().catch((error: unknown) => error);
    await world.pass(10);
    await alice.stop();
    expect(await settled).toBeInstanceOf(RegistrationError);
  });

  it('is asked for again for longer after 423 (10.2.8), once for each length', async () => {
    answer([423, { 'Min-Expires': '7200' }], [200, { Expires: '7200' }]);
    expect(await outcome(alice.register())).toBe('registered');
    expect(registrar.requests('REGISTER').map((text) => headerOf(text, 'Expires'))).toEqual(['3600', '7200']);
    answer([423, { 'Min-Expires': '60' }]);
    expect(await outcome(alice.register())).toMatchObject({ status: 423 });
  });

  it('is taken away, with the next number of the same Call-ID', async () => {
    answer([200], [200]);
    await outcome(alice.register());
    expect(await outcome(alice.unregister())).toBe('registered');
    const [first = '', second = ''] = registrar.requests('REGISTER');
    expect([headerOf(second, 'Expires'), headerOf(second, 'CSeq')]).toEqual(['0', '2 REGISTER']);
    expect(headerOf(second, 'Call-ID')).toBe(headerOf(first, 'Call-ID'));
    expect(alice.registered).toBe(false);
  });
});

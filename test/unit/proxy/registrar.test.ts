import type { Peer } from './peer.js';
import { NOTHING_LEFT, World } from './world.js';

const AOR = '<sip:bob@lab.example>';

describe('the registrar', () => {
  let world: World;
  let bob: Peer;
  let sequence: number;

  beforeEach(async () => {
    world = await World.open({ limits: { bindingsPerUser: 3, bindings: 4 } });
    bob = await world.peer('192.0.2.2:5060');
    sequence = 0;
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  /** The status of a REGISTER's answer, and its contacts. */
  function register(contacts: readonly string[], extra: readonly string[] = []): { status: number; contacts: string[] } {
    sequence += 1;
    const headers = [`From: ${AOR};tag=r`, `To: ${AOR}`, 'Call-ID: registration', `CSeq: ${sequence} REGISTER`];
    const given = extra.map((line) => line.slice(0, line.indexOf(':')));
    const kept = headers.filter((line) => !given.includes(line.slice(0, line.indexOf(':'))));
    world.send(bob, 'REGISTER', 'sip:lab.example', ['Contact:', ...kept, ...contacts.map((contact) => `Contact: ${contact}`), ...extra]);
    const { message } = bob.lastResponse('REGISTER');
    return { status: message.status, contacts: message.headers.list('Contact') };
  }

  test('answers with all current bindings and the time that each has left', () => {
    expect(register(['<sip:bob@192.0.2.2:5060>;q=0.5'], ['Expires: 600'])).toEqual({
      status: 200,
      contacts: ['<sip:bob@192.0.2.2:5060>;q=0.5;expires=600'],
    });
    world.clock.advance(100_000);
    expect(register(['<sip:bob@192.0.2.9:5070>;expires=120'])).toEqual({
      status: 200,
      contacts: ['<sip:bob@192.0.2.2:5060>;q=0.5;expires=500', '<sip:bob@192.0.2.9:5070>;q=1;expires=120'],
    });
    expect(register([])).toMatchObject({ status: 200, contacts: [expect.any(String), expect.any(String)] }); // a query
  });

  test('lets bindings expire, refreshes and removes them', () => {
    register(['<sip:bob@192.0.2.2:5060>;expires=100', '<sip:bob@192.0.2.9:5060>;expires=200']);
    world.clock.advance(150_000);
    expect(register([]).contacts).toEqual(['<sip:bob@192.0.2.9:5060>;q=1;expires=50']);
    expect(register(['<sip:bob@192.0.2.9:5060>']).contacts).toEqual(['<sip:bob@192.0.2.9:5060>;q=1;expires=3600']);
    expect(register(['<sip:bob@192.0.2.9:5060>;expires=0']).contacts).toEqual([]);
    expect(world.proxy.bindings).toBe(0);
  });

  test('takes contacts that differ in spelling only for one (RFC 3261 19.1.4)', () => {
    register(['<sip:bob@PHONE.example;transport=udp>']);
    expect(register(['<sip:b%6fb@phone.example;transport=UDP>;expires=120']).contacts).toEqual([
      '<sip:b%6fb@phone.example;transport=UDP>;q=1;expires=120',
    ]);
    expect(register(['<sip:bob@phone.example:5060;transport=udp>']).contacts).toHaveLength(2);
  });

  test('removes all for Contact: * with Expires: 0, and refuses it in any other company', () => {
    register(['<sip:bob@192.0.2.2:5060>', '<sip:bob@192.0.2.9:5060>']);
    expect(register(['*']).status).toBe(400);
    expect(register(['*'], ['Expires: 60']).status).toBe(400);
    expect(register(['*', '<sip:bob@192.0.2.2:5060>'], ['Expires: 0']).status).toBe(400);
    expect(world.proxy.bindings).toBe(2);
    expect(register(['*'], ['Expires: 0'])).toEqual({ status: 200, contacts: [] });
    expect(world.proxy.bindings).toBe(0);
  });

  test('refuses what came out of order, and leaves the bindings as they were', () => {
    register(['<sip:bob@192.0.2.2:5060>'], ['CSeq: 7 REGISTER']);
    expect(register(['<sip:bob@192.0.2.2:5060>;expires=0'], ['CSeq: 6 REGISTER']).status).toBe(500);
    expect(register(['*'], ['CSeq: 7 REGISTER', 'Expires: 0']).status).toBe(500);
    expect(world.proxy.bindings).toBe(1);
    expect(register(['<sip:bob@192.0.2.2:5060>;expires=0'], ['CSeq: 1 REGISTER', 'Call-ID: another'])).toEqual({
      status: 200,
      contacts: [],
    });
  });

  test.each<[string, string[], string[], number]>([
    ['an interval that is too brief', ['<sip:bob@192.0.2.2:5060>;expires=10'], [], 423],
    ['an option that it does not know', ['<sip:bob@192.0.2.2:5060>'], ['Require: outbound'], 420],
    ['a contact of another scheme', ['<mailto:bob@lab.example>'], [], 400],
    ['a user whom the domain does not have', ['<sip:eve@192.0.2.2>'], ['To: <sip:eve@lab.example>'], 404],
    ['a user of another domain', ['<sip:bob@192.0.2.2>'], ['To: <sip:bob@elsewhere.example>'], 404],
    ['an address of another scheme', ['<sip:bob@192.0.2.2>'], ['To: <tel:+15550100>'], 400],
    ['a domain instead of a user', ['<sip:bob@192.0.2.2>'], ['To: <sip:lab.example>'], 404],
  ])('refuses %s', (_name, contacts, extra, status) => {
    expect(register(contacts, extra).status).toBe(status);
    expect(world.proxy.bindings).toBe(0);
  });

  test('says how brief an interval may be, and which options it does not know', () => {
    register(['<sip:bob@192.0.2.2:5060>;expires=10']);
    expect(bob.lastResponse('REGISTER').message.headers.get('Min-Expires')).toBe('60');
    register(['<sip:bob@192.0.2.2:5060>'], ['Require: path, outbound']);
    expect(bob.lastResponse('REGISTER').message.headers.list('Unsupported')).toEqual(['path', 'outbound']);
  });

  test('updates all contacts of a request or none', () => {
    expect(register(['<sip:bob@192.0.2.2:5060>', '<sip:bob@192.0.2.9:5060>;expires=10']).status).toBe(423);
    expect(world.proxy.bindings).toBe(0);
  });

  test('cuts long intervals, takes a malformed one for its default, and keeps to its limits', () => {
    expect(register(['<sip:a@192.0.2.2>;expires=99999999', '<sip:b@192.0.2.2>;expires=soon']).contacts).toEqual([
      '<sip:a@192.0.2.2>;q=1;expires=7200',
      '<sip:b@192.0.2.2>;q=1;expires=3600',
    ]);
    expect(register(['<sip:c@192.0.2.2>', '<sip:d@192.0.2.2>']).status).toBe(503); // three for one user
    expect(register(['<sip:c@192.0.2.2>']).status).toBe(200);
    world.register(bob, 'alice');
    expect(() => world.register(bob, 'carol')).toThrow('503'); // four in all
    world.clock.advance(7_200_000);
    world.register(bob, 'carol'); // what expired makes room
    expect(world.proxy.bindings).toBe(1);
  });

  test('keeps the listener on which a client registered, and sends to it from there', async () => {
    await world.close();
    world = await World.open({
      listeners: [
        { name: 'default', address: { address: '192.0.2.200', port: 5060 } },
        { name: 'other', address: { address: '192.0.2.201', port: 5080 } },
      ],
    });
    bob = await world.peer('192.0.2.2:5060');
    const carol = await world.peer('192.0.2.3:5060');
    world.register(bob, 'bob', '<sip:bob@192.0.2.2:5060>', world.entrance('other'));
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example');
    const { source, message } = bob.lastRequest('MESSAGE');
    expect(source).toEqual({ address: '192.0.2.201', port: 5080 });
    expect(message.topVia?.sentBy).toBe('192.0.2.201:5080');
    bob.respond(bob.lastRequest('MESSAGE'), 200);
    world.settle();
    expect(carol.lastResponse('MESSAGE').source).toEqual({ address: '192.0.2.200', port: 5060 });
  });

  test('reaches a contact that is a host name where it registered from', async () => {
    const carol = await world.peer('192.0.2.3:5060');
    world.register(bob, 'bob', '<sip:bob@phone.invalid;method=INVITE?Subject=x>');
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example');
    expect(bob.lastRequest('MESSAGE').message.requestUri).toBe('sip:bob@phone.invalid');
  });
});

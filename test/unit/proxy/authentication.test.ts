import type { Peer } from './peer.js';
import { NOTHING_LEFT, World } from './world.js';

const NOBODY_TRUSTED = { listeners: [], hosts: [], quirks: [] };
const REGISTRAR = 'sip:lab.example';
const BOB = 'sip:bob@lab.example';

describe('digest authentication', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;
  let sequence = 1;

  beforeEach(async () => {
    world = await World.open({ trust: NOBODY_TRUSTED });
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  function registration(user: string, peer: Peer, extra: readonly string[] = []): string[] {
    const aor = `<sip:${user}@lab.example>`;
    return [`From: ${aor};tag=r`, `To: ${aor}`, `Contact: <sip:${user}@${peer.host}>`, `CSeq: ${sequence++} REGISTER`, ...extra];
  }

  function registerBob(): void {
    world.send(bob, 'REGISTER', REGISTRAR, registration('bob', bob));
    world.send(bob, 'REGISTER', REGISTRAR, registration('bob', bob, [world.credentials(bob, 'REGISTER', REGISTRAR, 'bob')]));
    expect(bob.statuses('REGISTER')).toEqual([401, 200]);
  }

  /** Sends an INVITE from carol's address, then once more with the credentials that answer its challenge. */
  function inviteWith(user: string, options: Parameters<World['credentials']>[4] & { from?: string } = {}): number | undefined {
    const { from = '<sip:carol@lab.example>;tag=c', ...how } = options;
    world.send(carol, 'INVITE', BOB, [`From: ${from}`]);
    const credentials = world.credentials(carol, 'INVITE', BOB, user, how);
    world.send(carol, 'INVITE', BOB, [`From: ${from}`, 'CSeq: 2 INVITE', credentials]);
    return carol.statuses('INVITE').at(-1);
  }

  test('REGISTER is challenged with 401, by SHA-256 and by MD5, the better first', () => {
    world.send(bob, 'REGISTER', REGISTRAR, registration('bob', bob));
    const { message } = bob.lastResponse('REGISTER');
    expect(message.status).toBe(401);
    const challenges = message.headers.all('WWW-Authenticate');
    expect(challenges).toHaveLength(2);
    expect(challenges[0]).toMatch(/^Digest realm="lab\.example", nonce="[0-9a-f]{52}", algorithm=SHA-256, qop="auth"$/);
    expect(challenges[1]).toMatch(/algorithm=MD5/);
    expect(message.headers.has('Proxy-Authenticate')).toBe(false);
  });

  test.each(['MD5', 'SHA-256'] as const)('%s credentials let a user register and call', (algorithm) => {
    world.send(bob, 'REGISTER', REGISTRAR, registration('bob', bob));
    world.send(bob, 'REGISTER', REGISTRAR, registration('bob', bob, [world.credentials(bob, 'REGISTER', REGISTRAR, 'bob', { algorithm })]));
    expect(bob.statuses('REGISTER')).toEqual([401, 200]);
    inviteWith('carol', { algorithm });
    expect(carol.statuses('INVITE')).toEqual([407]);
    expect(bob.requests('INVITE')).toHaveLength(1);
    expect(world.journal.map(({ decision, setting }) => [decision, setting])).toEqual([
      ['challenge REGISTER with 401', '-'],
      ['admit REGISTER', 'accounts'],
      ['challenge INVITE with 407', '-'],
      ['admit INVITE', 'accounts'],
    ]);
  });

  test('the credentials for our realm are not passed on, those for others are', () => {
    registerBob();
    world.send(carol, 'INVITE', BOB);
    const foreign =
      'Proxy-Authorization: Digest username="x", realm="other", nonce="1", uri="sip:x", response="0123456789abcdef0123456789abcdef"';
    world.send(carol, 'INVITE', BOB, ['CSeq: 2 INVITE', foreign, world.credentials(carol, 'INVITE', BOB, 'carol')]);
    const forwarded = bob.lastRequest('INVITE').message.headers.all('Proxy-Authorization');
    expect(forwarded).toHaveLength(1);
    expect(forwarded[0]).toContain('realm="other"');
  });

  test.each([
    ['a wrong password', 'carol', { password: 'guessed' }],
    ['a user without an account', 'mallory', { from: '<sip:mallory@lab.example>;tag=m' }],
  ])('%s is challenged again', (_name, user, options) => {
    registerBob();
    expect(inviteWith(user, options)).toBe(407);
    expect(carol.lastResponse('INVITE').message.headers.get('Proxy-Authenticate')).not.toContain('stale');
    expect(bob.requests('INVITE')).toHaveLength(0);
  });

  test('a nonce that we did not make is challenged again', () => {
    registerBob();
    world.send(carol, 'INVITE', BOB);
    const forged = world.credentials(carol, 'INVITE', BOB, 'carol', { nonce: 'f'.repeat(52) });
    world.send(carol, 'INVITE', BOB, ['CSeq: 2 INVITE', forged]);
    expect(carol.statuses('INVITE')).toEqual([407, 407]);
  });

  test('a nonce that is too old is stale', () => {
    registerBob();
    world.send(carol, 'INVITE', BOB);
    const late = world.credentials(carol, 'INVITE', BOB, 'carol');
    world.clock.advance(301_000);
    world.send(carol, 'INVITE', BOB, ['CSeq: 2 INVITE', late]);
    expect(carol.lastResponse('INVITE').message.status).toBe(407);
    expect(carol.lastResponse('INVITE').message.headers.get('Proxy-Authenticate')).toContain('stale=true');
    world.send(carol, 'INVITE', BOB, ['CSeq: 3 INVITE', world.credentials(carol, 'INVITE', BOB, 'carol')]);
    expect(bob.requests('INVITE')).toHaveLength(1);
  });

  test('a nonce may be used again with a higher count, and not replayed', () => {
    registerBob();
    world.send(carol, 'MESSAGE', BOB);
    const first = world.credentials(carol, 'MESSAGE', BOB, 'carol', { nc: 1 });
    const second = world.credentials(carol, 'MESSAGE', BOB, 'carol', { nc: 2 });
    world.send(carol, 'MESSAGE', BOB, ['CSeq: 2 MESSAGE', first]);
    world.send(carol, 'MESSAGE', BOB, ['CSeq: 3 MESSAGE', second]);
    expect(bob.requests('MESSAGE')).toHaveLength(2);
    world.send(carol, 'MESSAGE', BOB, ['CSeq: 4 MESSAGE', second]);
    expect(bob.requests('MESSAGE')).toHaveLength(2);
    expect(carol.lastResponse('MESSAGE').message.headers.get('Proxy-Authenticate')).toContain('stale=true');
  });

  test('nobody calls in another name, or registers another user', () => {
    registerBob();
    expect(inviteWith('carol', { from: '<sip:alice@lab.example>;tag=a' })).toBe(403);
    expect(bob.requests('INVITE')).toHaveLength(0);
    expect(world.journal.at(-1)).toMatchObject({ setting: 'accounts', decision: 'refuse INVITE with 403' });
    world.send(carol, 'REGISTER', REGISTRAR, registration('bob', carol));
    world.send(carol, 'REGISTER', REGISTRAR, registration('bob', carol, [world.credentials(carol, 'REGISTER', REGISTRAR, 'carol')]));
    expect(carol.statuses('REGISTER')).toEqual([401, 403]);
    expect(world.proxy.bindings).toBe(1);
  });

  test('but a user may call in no name', () => {
    registerBob();
    inviteWith('carol', { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a' });
    expect(bob.requests('INVITE')).toHaveLength(1);
  });

  test('a To tag alone is not the way past the challenge, for requests or ACKs', () => {
    registerBob();
    world.send(carol, 'INVITE', BOB, [`To: <${BOB}>;tag=invented`]);
    expect(carol.statuses('INVITE')).toEqual([407]);
    world.send(carol, 'ACK', BOB, [`To: <${BOB}>;tag=invented`, 'Call-ID: invented']);
    expect(bob.requests()).toHaveLength(0);
  });

  test('nothing is relayed elsewhere for who is not authenticated', async () => {
    const elsewhere = await world.peer('198.51.100.1:5060');
    for (const method of ['INVITE', 'MESSAGE', 'OPTIONS', 'BYE']) {
      world.send(carol, method, 'sip:victim@198.51.100.1', [`Call-ID: ${method}`]);
      expect(carol.statuses(method)).toEqual([407]);
    }
    world.send(carol, 'ACK', 'sip:victim@198.51.100.1', ['Call-ID: ack']);
    world.send(carol, 'CANCEL', 'sip:victim@198.51.100.1', ['Call-ID: cancel']);
    world.send(carol, 'INVITE', BOB, ['Route: <sip:198.51.100.1;lr>', 'Call-ID: routed']);
    expect(elsewhere.requests()).toHaveLength(0);
  });

  test('within a dialog that was admitted nobody is challenged, on either side', () => {
    registerBob();
    inviteWith('carol');
    bob.respond(bob.lastRequest('INVITE'), 200, { headers: ['Contact: <sip:bob@192.0.2.2:5060>'] });
    world.settle();
    const dialog = (tag: string) => [`To: <${BOB}>;tag=${tag}`, 'From: <sip:carol@lab.example>;tag=c'];
    world.send(carol, 'ACK', 'sip:bob@192.0.2.2:5060', [...dialog('callee'), 'CSeq: 2 ACK']);
    expect(bob.requests('ACK')).toHaveLength(1);
    const reversed = [`From: <${BOB}>;tag=callee`, 'To: <sip:carol@lab.example>;tag=c', `Call-ID: ${carol.host}-call`];
    world.send(bob, 'INFO', 'sip:carol@192.0.2.3:5060', [...reversed, 'CSeq: 5 INFO']);
    carol.respond(carol.lastRequest('INFO'), 200);
    world.send(carol, 'BYE', 'sip:bob@192.0.2.2:5060', [...dialog('callee'), 'CSeq: 3 BYE']);
    bob.respond(bob.lastRequest('BYE'), 200);
    world.settle();
    expect(bob.statuses('INFO')).toEqual([200]);
    expect(carol.statuses('BYE')).toEqual([200]);
    // With the BYE the dialog is over, and its tags open nothing more.
    world.send(carol, 'INVITE', 'sip:bob@192.0.2.2:5060', [...dialog('callee'), 'CSeq: 4 INVITE']);
    expect(carol.statuses('INVITE').at(-1)).toBe(407);
  });

  test.each([
    [200, 407],
    [481, 407],
    [401, undefined],
    [500, undefined],
  ])('a BYE answered %i: what comes next in the dialog is answered %p', (status, answer) => {
    registerBob();
    inviteWith('carol');
    bob.respond(bob.lastRequest('INVITE'), 200, { headers: ['Contact: <sip:bob@192.0.2.2:5060>'] });
    world.settle();
    const dialog = [`To: <${BOB}>;tag=callee`, 'From: <sip:carol@lab.example>;tag=c'];
    world.send(carol, 'BYE', 'sip:bob@192.0.2.2:5060', [...dialog, 'CSeq: 3 BYE']);
    bob.respond(bob.lastRequest('BYE'), status);
    world.settle();
    world.send(carol, 'INFO', 'sip:bob@192.0.2.2:5060', [...dialog, 'CSeq: 4 INFO']);
    expect(carol.statuses('INFO')[0]).toBe(answer);
  });

  test.each([
    ['a reliable provisional response', 'INVITE', 183, ['RSeq: 1', 'Require: 100rel'], 'PRACK', undefined],
    ['an unreliable one', 'INVITE', 183, [], 'PRACK', 407],
    ['a subscription', 'SUBSCRIBE', 200, [], 'SUBSCRIBE', undefined],
    ['the answer to a MESSAGE', 'MESSAGE', 200, [], 'INFO', 407],
  ])('%s makes a dialog or none: %s %i %j, then %s: %p', (_name, method, status, headers, next, answer) => {
    registerBob();
    world.send(carol, method, BOB);
    world.send(carol, method, BOB, [`CSeq: 2 ${method}`, world.credentials(carol, method, BOB, 'carol')]);
    bob.respond(bob.lastRequest(method), status, { headers });
    world.settle();
    world.send(carol, next, 'sip:bob@192.0.2.2:5060', [`To: <${BOB}>;tag=callee`, `CSeq: 3 ${next}`]);
    const challenged = carol.responses(next).filter(({ message }) => message.cseq?.sequence === 3);
    expect(challenged.at(0)?.message.status).toBe(answer);
  });
});

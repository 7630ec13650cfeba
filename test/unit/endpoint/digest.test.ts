import { createHash } from 'node:crypto';
import { Telephone } from '../../../harness/endpoint/telephone';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { type Datagram, headerOf, type Peer, WITH_SDP } from './peer';
import { NOTHING, World } from './world';

const BOB_URI = 'sip:bob@lab.example';

/** The fields of a Digest header, as a server reads them; written apart from the harness's own. */
function fieldsOf(header: string): Record<string, string> {
  return Object.fromEntries([...header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name, quoted, bare]) => [name, quoted ?? bare]));
}

/** RFC 7616 §3.4.1 with qop=auth. */
function expectedResponse(hashName: string, method: string, fields: Record<string, string>): string {
  const hash = (text: string): string => createHash(hashName).update(text).digest('hex');
  const secret = hash(`alice:${fields.realm}:secret`);
  return hash(`${secret}:${fields.nonce}:${fields.nc}:${fields.cnonce}:${fields.qop}:${hash(`${method}:${fields.uri}`)}`);
}

describe('a challenge', () => {
  let world: World;
  let alice: UserAgent;
  let peer: Peer;
  beforeEach(async () => {
    world = new World();
    peer = await world.peer(9);
    const account = { user: 'alice', password: 'secret' };
    alice = await world.agent('alice', 2, { persona: new Telephone(), outbound: peer.address, account });
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.pendingTimers).toBe(0);
  });

  const latest = (method = 'INVITE'): Datagram => {
    const found = peer.received.filter(({ text }) => text.startsWith(`${method} `)).at(-1);
    if (!found) throw new Error(`no ${method} came`);
    return found;
  };
  /** Answers the latest INVITE with challenges, and lets the next one come. */
  const challenge = async (status: 401 | 407, ...challenges: string[]): Promise<void> => {
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    peer.respond(latest(), status, { headers: { [name]: challenges.join(`\r\n${name}: `) } });
    await world.pass(10);
  };
  const credentials = (text: string): Record<string, string> => fieldsOf(headerOf(text, 'Proxy-Authorization'));

  it.each([
    ['MD5', 'md5'],
    ['SHA-256', 'sha256'],
    ['SHA-512-256', 'sha512-256'],
  ])('by %s is met with a new transaction, the same Call-ID and the next number', async (algorithm, hashName) => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    const before = latest().text;
    await challenge(407, `Digest realm="lab.example", nonce="n1", algorithm=${algorithm}, qop="auth,auth-int", opaque="o"`);
    const after = latest().text;
    const fields = credentials(after);
    expect(fields).toMatchObject({
      username: 'alice',
      realm: 'lab.example',
      nonce: 'n1',
      uri: BOB_URI,
      nc: '00000001',
      qop: 'auth',
      opaque: 'o',
    });
    expect(fields.algorithm).toBe(algorithm);
    expect(fields.response).toBe(expectedResponse(hashName, 'INVITE', fields));
    expect(headerOf(after, 'Call-ID')).toBe(headerOf(before, 'Call-ID'));
    expect(headerOf(after, 'From')).toBe(headerOf(before, 'From'));
    expect([headerOf(before, 'CSeq'), headerOf(after, 'CSeq')]).toEqual(['101 INVITE', '102 INVITE']);
    expect(headerOf(after, 'Via')).not.toBe(headerOf(before, 'Via'));
    expect([call.state, call.finalStatus]).toEqual(['calling', undefined]);
    peer.respond(latest(), 486);
    await world.pass(10);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 486]);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('after RFC 2069 is met without count and client nonce', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="lab.example", nonce="n1"');
    const fields = credentials(latest().text);
    const hash = (text: string): string => createHash('md5').update(text).digest('hex');
    expect(fields.response).toBe(hash(`${hash('alice:lab.example:secret')}:n1:${hash(`INVITE:${BOB_URI}`)}`));
    expect(Object.keys(fields).sort()).toEqual(['nonce', 'realm', 'response', 'uri', 'username']);
  });

  it('by several algorithms is met with the topmost that we know (RFC 8760 2.4)', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    const of = (algorithm: string) => `Digest realm="lab.example", nonce="${algorithm}", algorithm=${algorithm}, qop="auth"`;
    await challenge(407, of('SHA3-512'), 'Basic realm="lab.example"', of('SHA-256'), of('SHA-512-256'), of('MD5'));
    expect(latest().text.match(/^Proxy-Authorization: /gm)).toHaveLength(1);
    expect(credentials(latest().text).algorithm).toBe('SHA-256');
  });

  it('by two realms is met for both', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="one", nonce="n1", qop="auth"', 'Digest realm="two", nonce="n2", qop="auth"');
    const fields = [...latest().text.matchAll(/^Proxy-Authorization: (.*)$/gm)].map(([, value]) => fieldsOf(value ?? '').realm);
    expect(fields).toEqual(['one', 'two']);
  });

  it('by a second realm further on keeps what the first was given (22.3)', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="one", nonce="n1", qop="auth"');
    await challenge(407, 'Digest realm="two", nonce="n2", qop="auth"');
    const fields = [...latest().text.matchAll(/^Proxy-Authorization: (.*)$/gm)].map(([, value]) => fieldsOf(value ?? ''));
    expect(fields.map(({ realm, nc }) => `${realm} ${nc}`)).toEqual(['one 00000002', 'two 00000001']);
  });

  it.each<[why: string, challenges: string[]]>([
    ['of no scheme that we know', ['Basic realm="lab.example"']],
    ['of no algorithm that we know', ['Digest realm="lab.example", nonce="n1", algorithm=SHA3-512']],
    ['of no protection that we know', ['Digest realm="lab.example", nonce="n1", qop="auth-conf"']],
    ['that cannot be read', ['Digest realm']],
  ])('%s is final', async (_why, challenges) => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, ...challenges);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 407]);
    expect(peer.requests('INVITE')).toHaveLength(1);
  });

  it.each([
    ['the same nonce', 'n1'],
    ['another nonce', 'n2'],
  ])('that comes again with %s refuses the password: it is final', async (_what, nonce) => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="lab.example", nonce="n1", qop="auth"');
    await challenge(407, `Digest realm="lab.example", nonce="${nonce}", qop="auth"`);
    expect(peer.requests('INVITE')).toHaveLength(2);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 407]);
  });

  it('with a stale nonce is met once more for each fresh nonce, not for ever', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="lab.example", nonce="n1", qop="auth"');
    await challenge(407, 'Digest realm="lab.example", nonce="n2", qop="auth", stale=true');
    expect(credentials(latest().text)).toMatchObject({ nonce: 'n2', nc: '00000001' });
    await challenge(407, 'Digest realm="lab.example", nonce="n2", qop="auth", stale=true');
    expect(call.finalStatus).toBe(407);
    expect(peer.requests('INVITE')).toHaveLength(3);

    const endless = alice.invite(BOB_URI);
    await world.pass(10);
    for (let round = 0; round < 20; round++) await challenge(407, `Digest realm="lab.example", nonce="r${round}", qop="auth", stale=true`);
    expect(endless.finalStatus).toBe(407);
    expect(peer.requests('INVITE').length).toBeLessThan(10);
  });

  it('is answered before it is made from then on, counting the nonce', async () => {
    alice.message(BOB_URI, 'one');
    await world.pass(10);
    const headers = { 'Proxy-Authenticate': 'Digest realm="lab.example", nonce="n1", qop="auth"' };
    peer.respond(latest('MESSAGE'), 407, { headers });
    await world.pass(10);
    peer.respond(latest('MESSAGE'), 200);
    alice.message(BOB_URI, 'two');
    await world.pass(10);
    expect(peer.requests('MESSAGE').map((text) => credentials(text).nc)).toEqual([undefined, '00000001', '00000002']);
    // The same nonce again, not stale: the count goes on.
    peer.respond(latest('MESSAGE'), 407, { headers });
    await world.pass(10);
    expect(credentials(latest('MESSAGE').text).nc).toBe('00000003');
  });

  it('of one server gives nothing away to another', async () => {
    const other = await world.peer(8);
    alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="lab.example", nonce="n1", qop="auth"');
    alice.message(BOB_URI, 'hello', { to: other.address });
    await world.pass(10);
    expect(headerOf(other.requests('MESSAGE')[0] ?? '', 'Proxy-Authorization')).toBe('');
  });

  it('by a user agent server is met under its own header', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(401, 'Digest realm="bob", nonce="n1", qop="auth"');
    const fields = fieldsOf(headerOf(latest().text, 'Authorization'));
    expect(fields.response).toBe(expectedResponse('md5', 'INVITE', fields));
    expect(headerOf(latest().text, 'Proxy-Authorization')).toBe('');
  });

  it('is not met when the call was given up', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    call.cancel();
    await challenge(407, 'Digest realm="lab.example", nonce="n1", qop="auth"');
    expect(peer.requests('INVITE')).toHaveLength(1);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 407]);
  });

  it('goes with the ACK of the 200 that follows (22.1)', async () => {
    alice.invite(BOB_URI);
    await world.pass(10);
    await challenge(407, 'Digest realm="lab.example", nonce="n1", qop="auth"');
    peer.respond(latest(), 200, WITH_SDP);
    await world.pass(10);
    const ack = latest('ACK').text;
    expect(headerOf(ack, 'Proxy-Authorization')).toBe(headerOf(latest().text, 'Proxy-Authorization'));
    expect(headerOf(ack, 'CSeq')).toBe('102 ACK');
  });

  it('of a BYE is met with the next number of the dialog', async () => {
    const call = alice.invite(BOB_URI);
    await world.pass(10);
    peer.respond(latest(), 200, WITH_SDP);
    await world.pass(10);
    call.hangUp();
    await world.pass(10);
    peer.respond(latest('BYE'), 407, { headers: { 'Proxy-Authenticate': 'Digest realm="lab.example", nonce="n1", qop="auth"' } });
    await world.pass(10);
    expect(peer.requests('BYE').map((text) => headerOf(text, 'CSeq'))).toEqual(['102 BYE', '103 BYE']);
    expect(credentials(latest('BYE').text).uri).toBe('sip:peer@127.0.0.9:5060');
  });
});

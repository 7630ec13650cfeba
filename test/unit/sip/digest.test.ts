import {
  type DigestAlgorithm,
  digestAlgorithm,
  digestResponse,
  formatChallenge,
  formatCredentials,
  parseChallenge,
  parseCredentials,
} from '../../../harness/sip/digest.js';
import { encodeUtf8 } from '../../../harness/sip/octets.js';

/** RFC 7616 §3.9.1. */
const MUFASA = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  nc: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
} as const;

/** RFC 2617 §3.5. */
const RFC2617 = {
  username: 'Mufasa',
  realm: 'testrealm@host.com',
  password: 'Circle Of Life',
  method: 'GET',
  uri: '/dir/index.html',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
} as const;

describe('response', () => {
  test.each<[DigestAlgorithm, string]>([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('%s, by the example of RFC 7616 section 3.9.1', (algorithm, response) => {
    expect(digestResponse({ ...MUFASA, algorithm })).toBe(response);
  });

  test('SHA-512-256, by RFC 7616 section 3.9.2 as its erratum 4897 corrects it', () => {
    const response = digestResponse({
      algorithm: 'SHA-512-256',
      username: encodeUtf8('J\u00e4s\u00f8n Doe'),
      realm: 'api@example.org',
      password: 'Secret, or not?',
      method: 'GET',
      uri: '/doe.json',
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      nc: 1,
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      qop: 'auth',
    });
    expect(response).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
  });

  test('MD5 with qop, by the example of RFC 2617 section 3.5', () => {
    expect(digestResponse({ ...RFC2617, nc: 1, cnonce: '0a4f113b', qop: 'auth' })).toBe('6629fae49393a05397450978507c4ef1');
  });

  const ALICE = {
    username: 'alice',
    realm: 'lab.example',
    password: 'wonderland',
    method: 'REGISTER',
    uri: 'sip:lab.example',
    nonce: 'abc123',
  } as const;
  const PROTECTED = { ...ALICE, nc: 42, cnonce: '0a4f113b' } as const;

  // Computed apart from this code, with Python's hashlib.
  test.each<[DigestAlgorithm, string, string, string]>([
    ['MD5', '9f007b8e4bcd538bb20a6eb0bf196605', '994f258c2deccd3cf28e2bbf5ffa4314', 'bf89b5b130a4c573a122fbc6e59becc8'],
    [
      'SHA-256',
      'c3574db396cdc9fd6f3176e8b88e2974456e2f38d0b0fc62dffa8737a9b0e307',
      '48589898d2a107b90d5edcdd53915eba7680b97f9d790292f98e52c7c8ace09f',
      'edbb70bf39d6f037d2e32fe855e206620c23a594aba9a2dee4f226e669b03f6b',
    ],
    [
      'SHA-512-256',
      'e7b6c1d277319e5908c6c1e3808ad1dc3bd55d9c0865d59b151335d0a633c534',
      'e1a2c23859bbf94fa8881ed35d930051d682aff7ff7ba95159893d7ced4bba11',
      'fc462684e8e6ccea83c975163d962838964af9aa0aad5520a1ae20cff8b1a973',
    ],
  ])('%s: without qop, with auth-int over a binary body, and with session keys', (algorithm, plain, authInt, session) => {
    const body = Buffer.from('v=0\r\n\xff', 'latin1');
    expect(digestResponse({ ...ALICE, algorithm })).toBe(plain);
    expect(digestResponse({ ...PROTECTED, algorithm, qop: 'auth-int', body })).toBe(authInt);
    expect(digestResponse({ ...PROTECTED, algorithm: `${algorithm}-sess` as DigestAlgorithm, qop: 'auth' })).toBe(session);
  });

  test('every part of the input counts', () => {
    const whole = digestResponse({ ...PROTECTED, qop: 'auth' });
    for (const part of ['username', 'realm', 'password', 'method', 'uri', 'nonce', 'cnonce'] as const) {
      expect(digestResponse({ ...PROTECTED, qop: 'auth', [part]: 'other' })).not.toBe(whole);
    }
    expect(digestResponse({ ...PROTECTED, qop: 'auth', nc: 43 })).not.toBe(whole);
  });
});

describe('header fields', () => {
  test('a challenge is read and written', () => {
    const text = 'Digest realm="lab \\"x\\", y", nonce="abc", opaque="o", stale=true, algorithm=SHA-256, qop="auth,auth-int"';
    const parsed = parseChallenge(text);
    const challenge = {
      realm: 'lab "x", y',
      nonce: 'abc',
      opaque: 'o',
      stale: true,
      algorithm: 'SHA-256',
      qop: ['auth', 'auth-int'],
      domain: undefined,
    } as const;
    expect(parsed).toEqual({ ok: true, value: challenge });
    expect(formatChallenge(challenge)).toBe(text);
    expect(formatChallenge({ realm: 'r', nonce: 'n' })).toBe('Digest realm="r", nonce="n"');
  });

  test('credentials are read in any case and order, and written', () => {
    const parsed = parseCredentials(
      'dIGEST NC=0000002a ,qop = auth, uri="sip:lab.example",username="alice",response="00",realm="r",cnonce="c",nonce="n",algorithm=sha-256',
    );
    expect(parsed).toMatchObject({ ok: true, value: { username: 'alice', nc: 42, qop: 'auth', algorithm: 'SHA-256' } });
    expect(parsed.ok && formatCredentials(parsed.value)).toBe(
      'Digest username="alice", realm="r", nonce="n", uri="sip:lab.example", response="00", algorithm=SHA-256, cnonce="c", qop=auth, nc=0000002a',
    );
  });

  test.each([
    '',
    'Digest',
    'Basic realm="r", nonce="n"',
    'Digest realm="r"',
    'Digest realm="r", nonce="n", algorithm=SHA-1',
    'Digest realm="r, nonce="n"',
    'Digest realm="r", nonce="n", realm="s"',
    'Digest realm="r" nonce="n"',
    'Digest realm="r", nonce=',
    'Digest realm="r", nonce="n", ="x"',
  ])('a challenge "%s" is refused', (text) => {
    expect(parseChallenge(text).ok).toBe(false);
  });

  test.each(['username', 'realm', 'nonce', 'uri', 'response'])('credentials without %s are refused', (missing) => {
    const fields = ['username', 'realm', 'nonce', 'uri', 'response'].filter((name) => name !== missing);
    expect(parseCredentials(`Digest ${fields.map((name) => `${name}="x"`).join(', ')}`).ok).toBe(false);
  });

  test.each(['nc=1', 'nc=0000000g', 'algorithm=x'])('credentials with %s are refused', (field) => {
    expect(parseCredentials(`Digest username="x", realm="x", nonce="x", uri="x", response="x", ${field}`).ok).toBe(false);
  });

  test('algorithms go by name in any case; none is MD5', () => {
    expect([undefined, 'md5', 'sha-512-256-SESS', 'x'].map(digestAlgorithm)).toEqual(['MD5', 'MD5', 'SHA-512-256-sess', undefined]);
  });
});

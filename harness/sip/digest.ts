import { createHash } from 'node:crypto';
import { formatSchemeAndParams, parseSchemeAndParams } from './auth-params.js';
import { trimBlanks } from './characters.js';
import { asOctets } from './octets.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** RFC 8760: the algorithms of SIP's digest, strongest first, each also with session keys. */
const DIGEST_ALGORITHMS = ['SHA-512-256', 'SHA-256', 'MD5', 'SHA-512-256-sess', 'SHA-256-sess', 'MD5-sess'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];
export type DigestQop = 'auth' | 'auth-int';

/** WWW-Authenticate or Proxy-Authenticate of scheme Digest (RFC 3261 §20.44). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** MD5 when left out. */
  readonly algorithm?: DigestAlgorithm | undefined;
  /** What is offered; empty for a challenge after RFC 2069. */
  readonly qop: readonly string[];
  readonly opaque?: string | undefined;
  readonly stale: boolean;
  readonly domain?: string | undefined;
}

/** Authorization or Proxy-Authorization of scheme Digest (RFC 3261 §20.7). */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm?: DigestAlgorithm | undefined;
  readonly cnonce?: string | undefined;
  readonly opaque?: string | undefined;
  readonly qop?: string | undefined;
  /** The nonce count as a number; eight hexadecimal digits on the wire. */
  readonly nc?: number | undefined;
}

/** What goes into the hash. Texts are octet strings: `encodeUtf8` makes them (RFC 7616 §4). */
export interface DigestInput {
  readonly algorithm?: DigestAlgorithm | undefined;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  /** The digest-uri as it stands in the credentials. */
  readonly uri: string;
  readonly nonce: string;
  /** With `qop` the next two are needed; with a `-sess` algorithm the second is. */
  readonly nc?: number | undefined;
  readonly cnonce?: string | undefined;
  readonly qop?: DigestQop | undefined;
  /** The body, for `auth-int`. */
  readonly body?: Buffer | string | undefined;
}

/** The algorithm for a name in any case, MD5 for none; undefined for one we do not know. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5';
  return DIGEST_ALGORITHMS.find((algorithm) => algorithm.toLowerCase() === name.toLowerCase());
}

/** RFC 7616 §3.4.1, and RFC 2069's form where there is no `qop`. Lower-case hexadecimal. */
export function digestResponse(input: DigestInput): string {
  const { nonce, qop, cnonce = '' } = input;
  const algorithm = input.algorithm ?? 'MD5';
  const hash = (data: string | Buffer) => hexHash(algorithm, data);
  const secret = hash(`${input.username}:${input.realm}:${input.password}`);
  const a1 = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const a2 = hash(qop === 'auth-int' ? `${input.method}:${input.uri}:${hash(input.body ?? '')}` : `${input.method}:${input.uri}`);
  return hash(qop ? `${a1}:${nonce}:${formatNonceCount(input.nc ?? 1)}:${cnonce}:${qop}:${a2}` : `${a1}:${nonce}:${a2}`);
}

function hexHash(algorithm: DigestAlgorithm, data: string | Buffer): string {
  const name = algorithm.startsWith('SHA-512-256') ? 'sha512-256' : algorithm.startsWith('SHA-256') ? 'sha256' : 'md5';
  return createHash(name)
    .update(typeof data === 'string' ? Buffer.from(asOctets(data), 'latin1') : data)
    .digest('hex');
}

function formatNonceCount(count: number): string {
  return count.toString(16).padStart(8, '0');
}

/** Refuses other schemes and unknown algorithms too: such challenges are to be ignored (RFC 7616 §3.3). */
export function parseChallenge(text: string): Outcome<DigestChallenge, string> {
  const parsed = parseSchemeAndParams(text);
  if (!parsed.ok) return parsed;
  const { scheme, params } = parsed.value;
  if (scheme.toLowerCase() !== 'digest') return refused(`scheme ${scheme} is not Digest`);
  const [realm, nonce] = [params.get('realm'), params.get('nonce')];
  if (realm === undefined || nonce === undefined) return refused('challenge without realm or nonce');
  const algorithm = digestAlgorithm(params.get('algorithm'));
  if (!algorithm) return refused('challenge of an unknown algorithm');
  return accepted({
    realm,
    nonce,
    algorithm: params.has('algorithm') ? algorithm : undefined,
    qop:
      params
        .get('qop')
        ?.split(',')
        .map((part) => trimBlanks(part)) ?? [],
    opaque: params.get('opaque'),
    stale: params.get('stale')?.toLowerCase() === 'true',
    domain: params.get('domain'),
  });
}

/** Refuses other schemes and unknown algorithms too. */
export function parseCredentials(text: string): Outcome<DigestCredentials, string> {
  const parsed = parseSchemeAndParams(text);
  if (!parsed.ok) return parsed;
  const { scheme, params } = parsed.value;
  if (scheme.toLowerCase() !== 'digest') return refused(`scheme ${scheme} is not Digest`);
  const [username, realm, nonce] = [params.get('username'), params.get('realm'), params.get('nonce')];
  const [uri, response, nc] = [params.get('uri'), params.get('response'), params.get('nc')];
  if (username === undefined || realm === undefined || nonce === undefined) return refused('credentials without username, realm or nonce');
  if (uri === undefined || response === undefined) return refused('credentials without uri or response');
  const algorithm = digestAlgorithm(params.get('algorithm'));
  if (!algorithm) return refused('credentials of an unknown algorithm');
  if (nc !== undefined && !/^[0-9A-Fa-f]{8}$/.test(nc)) return refused('nonce count is not eight hexadecimal digits');
  return accepted({
    username,
    realm,
    nonce,
    uri,
    response,
    algorithm: params.has('algorithm') ? algorithm : undefined,
    cnonce: params.get('cnonce'),
    opaque: params.get('opaque'),
    qop: params.get('qop'),
    nc: nc === undefined ? undefined : Number.parseInt(nc, 16),
  });
}

export function formatChallenge(challenge: Omit<DigestChallenge, 'qop' | 'stale'> & Partial<DigestChallenge>): string {
  const { realm, domain, nonce, opaque, stale, algorithm, qop } = challenge;
  return formatSchemeAndParams(
    'Digest',
    [
      ['realm', realm],
      ['domain', domain],
      ['nonce', nonce],
      ['opaque', opaque],
      ['stale', stale ? 'true' : undefined],
      ['algorithm', algorithm],
      ['qop', qop?.length ? qop.join(',') : undefined],
    ],
    ['stale', 'algorithm'],
  );
}

export function formatCredentials(credentials: DigestCredentials): string {
  const { username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc } = credentials;
  return formatSchemeAndParams(
    'Digest',
    [
      ['username', username],
      ['realm', realm],
      ['nonce', nonce],
      ['uri', uri],
      ['response', response],
      ['algorithm', algorithm],
      ['cnonce', cnonce],
      ['opaque', opaque],
      ['qop', qop],
      ['nc', nc === undefined ? undefined : formatNonceCount(nc)],
    ],
    ['algorithm', 'qop', 'nc'],
  );
}

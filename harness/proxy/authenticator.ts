import { timingSafeEqual } from 'node:crypto';
import { type DigestCredentials, digestAlgorithm, digestResponse, formatChallenge, parseCredentials } from '../sip/digest.js';
import type { SipRequest } from '../sip/message.js';
import type { Nonces } from './nonces.js';
import type { Account, OfferedAlgorithm } from './proxy-options.js';
import type { Rejection } from './rejection.js';

/** Who sent a request, by its credentials; or why it must be challenged (again). */
export type Authentication =
  | { readonly user: string }
  | {
      readonly user?: undefined;
      /** The credentials were right but for the nonce: the client need not ask its user (RFC 7616 §3.3). */
      readonly stale: boolean;
      readonly reason: string;
    };

/** 401 by the registrar, 407 by the proxy, each with headers of its own (RFC 3261 §22.2, §22.3). */
export type ChallengeStatus = 401 | 407;

export interface AuthenticatorOptions {
  readonly realm: string;
  readonly accounts: readonly Account[];
  /** The preferred first. */
  readonly algorithms: readonly OfferedAlgorithm[];
  readonly nonces: Nonces;
  /** Take each nonce count once only. */
  readonly refuseReplays: boolean;
}

/** Digest authentication of our users (RFC 3261 §22, RFC 8760). */
export class Authenticator {
  readonly #passwords: ReadonlyMap<string, string>;

  constructor(private readonly options: AuthenticatorOptions) {
    this.#passwords = new Map(options.accounts.map(({ user, password }) => [user, password]));
  }

  hasUser(user: string): boolean {
    return this.#passwords.has(user);
  }

  /** One challenge for each algorithm, the preferred first (RFC 8760 §2.3). */
  challenge(status: ChallengeStatus, stale: boolean): Rejection {
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const { realm, algorithms, nonces } = this.options;
    const nonce = nonces.mint();
    return { status, headers: algorithms.map((algorithm) => [name, formatChallenge({ realm, nonce, algorithm, qop: ['auth'], stale })]) };
  }

  /** Looks at the credentials for our realm; those for other realms are for other servers. */
  authenticate(request: SipRequest, status: ChallengeStatus): Authentication {
    const { nonces, refuseReplays } = this.options;
    const credentials = this.#ours(request, status);
    if (!credentials) return { stale: false, reason: 'there are no credentials for this realm' };
    const nonce = nonces.judge(credentials.nonce);
    if (nonce === 'forged') return { stale: false, reason: 'the nonce is not one of ours' };
    if (!this.#isRight(request, credentials)) return { stale: false, reason: 'the credentials are wrong' };
    if (nonce === 'stale') return { stale: true, reason: 'the nonce is too old' };
    // Without qop (RFC 2069) there is no count, and no protection against replay but the nonce's age.
    if (refuseReplays && credentials.nc !== undefined && !nonces.use(credentials.nonce, credentials.nc)) {
      return { stale: true, reason: 'the nonce count was used before' };
    }
    return { user: credentials.username };
  }

  /** Takes the credentials for our realm out of what is forwarded: nobody further on needs them. */
  removeCredentials(request: SipRequest): void {
    const name = 'Proxy-Authorization';
    const all = request.headers.all(name);
    const others = all.filter((value) => !this.#isOurs(parsed(value)));
    if (others.length === all.length) return;
    request.headers.delete(name);
    for (const value of others) request.headers.append(name, value);
  }

  #ours(request: SipRequest, status: ChallengeStatus): DigestCredentials | undefined {
    const name = status === 401 ? 'Authorization' : 'Proxy-Authorization';
    return request.headers
      .all(name)
      .map(parsed)
      .find((credentials) => this.#isOurs(credentials));
  }

  #isOurs(credentials: DigestCredentials | undefined): boolean {
    return credentials?.realm === this.options.realm;
  }

  /** The digest-uri is not compared with the Request-URI, which elements on the way may change (RFC 3261 §22.4 item 5). */
  #isRight(request: SipRequest, credentials: DigestCredentials): boolean {
    const { username, realm, nonce, uri, cnonce, nc, qop } = credentials;
    const password = this.#passwords.get(username);
    const algorithm = digestAlgorithm(credentials.algorithm);
    if (password === undefined || !this.options.algorithms.some((offered) => offered === algorithm)) return false;
    if (qop !== undefined && (qop.toLowerCase() !== 'auth' || nc === undefined || cnonce === undefined)) return false;
    const digestQop = qop === undefined ? undefined : 'auth';
    const { method } = request;
    const expected = digestResponse({ algorithm, username, realm, password, method, uri, nonce, nc, cnonce, qop: digestQop });
    const given = credentials.response.toLowerCase();
    return given.length === expected.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'));
  }
}

function parsed(text: string): DigestCredentials | undefined {
  const credentials = parseCredentials(text);
  return credentials.ok ? credentials.value : undefined;
}

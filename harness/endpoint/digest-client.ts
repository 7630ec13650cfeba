import type { Random } from '../platform/random.js';
import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import {
  type DigestAlgorithm,
  type DigestChallenge,
  type DigestQop,
  digestAlgorithm,
  digestResponse,
  formatCredentials,
  parseChallenge,
} from '../sip/digest.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Account } from './endpoint.js';

/** Credentials that we can write: a challenge, and how often its nonce was used. */
interface Grant {
  readonly header: 'Authorization' | 'Proxy-Authorization';
  readonly challenge: DigestChallenge;
  readonly algorithm: DigestAlgorithm;
  uses: number;
}

const CNONCE_DIGITS = 16;
/** A server that calls every nonce stale is not obeyed for ever. */
const MAX_ROUNDS = 4;

/** The client side of digest authentication (RFC 3261 §22, RFC 8760). */
export class DigestClient {
  /** By the space in which the credentials are good. */
  readonly #grants = new Map<string, Grant>();

  constructor(
    private readonly account: Account | undefined,
    private readonly random: Random,
  ) {}

  /** Begins the exchange of one request, which may be challenged several times. */
  attempt(): ChallengedRequest {
    return new ChallengedRequest(this.account !== undefined, (response, request, hop) => this.#note(response, request, hop));
  }

  /** Header fields for a request to this hop: one for every realm that challenged such a request before. */
  credentials(request: SipRequest, hop: SocketAddress): [name: string, value: string][] {
    const { account } = this;
    if (!account) return [];
    return [...this.#grants.entries()]
      .filter(([space]) => space.startsWith(proxySpace(hop)) || space.startsWith(serverSpace(request)))
      .map(([, grant]) => [grant.header, this.#write(grant, account, request)]);
  }

  #write(grant: Grant, account: Account, request: SipRequest): string {
    const { realm, nonce, opaque, ...challenge } = grant.challenge;
    grant.uses += 1;
    const qop = chooseQop(grant.challenge);
    const protection = qop === undefined ? {} : { qop, nc: grant.uses, cnonce: this.random.token(CNONCE_DIGITS) };
    const parts = { username: account.user, realm, nonce, uri: request.requestUri, ...protection };
    const { method, body } = request;
    const response = digestResponse({ ...parts, algorithm: grant.algorithm, password: account.password, method, body });
    return formatCredentials({ ...parts, response, opaque, algorithm: challenge.algorithm });
  }

  /** Takes the challenges that we can meet, one a realm, and gives them back. */
  #note(response: SipResponse, request: SipRequest, hop: SocketAddress): readonly DigestChallenge[] {
    const byServer = response.status === 401;
    const header = byServer ? 'Authorization' : 'Proxy-Authorization';
    const taken = new Map<string, DigestChallenge>();
    for (const text of response.headers.all(byServer ? 'WWW-Authenticate' : 'Proxy-Authenticate')) {
      const parsed = parseChallenge(text);
      const algorithm = parsed.ok ? supportedAlgorithm(parsed.value) : undefined;
      // RFC 8760 §2.4: of several for one realm the topmost that we support counts.
      if (!parsed.ok || algorithm === undefined || taken.has(parsed.value.realm)) continue;
      const space = (byServer ? serverSpace(request) : proxySpace(hop)) + parsed.value.realm;
      const known = this.#grants.get(space);
      const uses = known?.challenge.nonce === parsed.value.nonce ? known.uses : 0; // the count goes with the nonce
      this.#grants.set(space, { header, challenge: parsed.value, algorithm, uses });
      taken.set(parsed.value.realm, parsed.value);
    }
    return [...taken.values()];
  }
}

/** The challenges that one request has met: each nonce is answered once, and a refusal of the password is final. */
class ChallengedRequest {
  readonly #answered = new Map<string, Set<string>>();
  #rounds = 0;

  constructor(
    private readonly hasAccount: boolean,
    private readonly note: (response: SipResponse, request: SipRequest, hop: SocketAddress) => readonly DigestChallenge[],
  ) {}

  /** Whether the request is worth sending again, with what {@link DigestClient.credentials} then gives. */
  meet(response: SipResponse, request: SipRequest, hop: SocketAddress): boolean {
    if (!this.hasAccount || this.#rounds === MAX_ROUNDS) return false;
    this.#rounds += 1;
    const challenges = this.note(response, request, hop);
    return challenges.length > 0 && challenges.map((challenge) => this.#isNew(response.status, challenge)).every(Boolean);
  }

  /** RFC 3261 §22.2 and RFC 7616 §3.3: once we answered a realm, only a nonce that went stale is worth another try. */
  #isNew(status: number, { realm, nonce, stale }: DigestChallenge): boolean {
    const key = `${status}|${realm}`;
    const nonces = this.#answered.get(key) ?? new Set<string>();
    const fresh = nonces.size === 0 || (stale === true && !nonces.has(nonce));
    this.#answered.set(key, nonces.add(nonce));
    return fresh;
  }
}

/** Credentials for a proxy are good for all that is sent to it. */
function proxySpace(hop: SocketAddress): string {
  return `proxy ${formatSocketAddress(hop)} `;
}

/** Credentials for a user agent server or registrar are good for its URI (RFC 3261 §22.2). */
function serverSpace(request: SipRequest): string {
  return `server ${request.requestUri} `;
}

/** Undefined where we do not know the algorithm or none of the offered protections; session keys are none of RFC 8760's. */
function supportedAlgorithm(challenge: DigestChallenge): DigestAlgorithm | undefined {
  if (challenge.qop?.length && chooseQop(challenge) === undefined) return undefined;
  const algorithm = digestAlgorithm(challenge.algorithm);
  return algorithm?.endsWith('-sess') ? undefined : algorithm;
}

function chooseQop({ qop = [] }: DigestChallenge): DigestQop | undefined {
  if (qop.includes('auth')) return 'auth';
  return qop.includes('auth-int') ? 'auth-int' : undefined;
}

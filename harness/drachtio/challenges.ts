import type { Clock, Timer } from '../platform/clock.js';
import { parseChallenge, parseCredentials } from '../sip/digest.js';
import type { SipRequest, SipResponse } from '../sip/message.js';

/** How long the real server waits for a caller to come back with credentials, in ms. */
const PATIENCE = 2_000;

interface Challenge {
  readonly target: string;
  readonly timer: Timer;
}

/** Which target of a proxied request asked for credentials: the request that brings them goes to that target alone. */
export class Challenges {
  readonly #byNonce = new Map<string, Challenge>();

  constructor(private readonly clock: Clock) {}

  /** @param target the destination as the application gave it */
  remember(response: SipResponse, target: string): void {
    for (const name of ['WWW-Authenticate', 'Proxy-Authenticate']) {
      for (const value of response.headers.all(name)) {
        const challenge = parseChallenge(value);
        const nonce = challenge.ok ? challenge.value.nonce : undefined;
        if (nonce !== undefined) this.#add(nonce, target);
      }
    }
  }

  /** The target whose challenge a request answers; undefined of none. It is forgotten by that. */
  targetOf(request: SipRequest): string | undefined {
    for (const name of ['Authorization', 'Proxy-Authorization']) {
      for (const value of request.headers.all(name)) {
        const credentials = parseCredentials(value);
        const challenge = credentials.ok ? this.#take(credentials.value.nonce) : undefined;
        if (challenge) return challenge.target;
      }
    }
    return undefined;
  }

  stop(): void {
    for (const nonce of [...this.#byNonce.keys()]) this.#take(nonce);
  }

  #add(nonce: string, target: string): void {
    this.#take(nonce);
    const timer = this.clock.setTimer(PATIENCE, () => this.#byNonce.delete(nonce));
    this.#byNonce.set(nonce, { target, timer });
  }

  #take(nonce: string): Challenge | undefined {
    const challenge = this.#byNonce.get(nonce);
    challenge?.timer.cancel();
    this.#byNonce.delete(nonce);
    return challenge;
  }
}

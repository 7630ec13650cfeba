import type { LoggedRequest, SipLog } from './sip-log.js';

/** RFC 3261 §17.1.2.2: Timer F, 64·T1 of 500 ms, and a little; after it baresip has given a request up. */
export const REQUEST_PATIENCE_MS = 33_000;

/** A request that baresip was told to send. It draws the Call-ID itself, and tells it in its log. */
export class SentRequest {
  #callId = '';

  constructor(
    private readonly requests: SentRequests,
    readonly method: string,
  ) {}

  /** Empty until baresip has written it. */
  get callId(): string {
    if (this.#callId === '') this.requests.identify();
    return this.#callId;
  }

  /** Undefined while there is none, and while it has a challenge to meet. */
  get finalStatus(): number | undefined {
    const { callId } = this;
    const logged = callId === '' ? undefined : this.requests.log.find(callId, this.method);
    return logged && this.requests.meets(logged) ? undefined : logged?.finalStatus;
  }

  /** @internal */
  identified(callId: string): void {
    this.#callId = callId;
  }
}

/** Which request in the log is which of those that baresip was told to send: it carries commands out in order. */
export class SentRequests {
  readonly #unidentified: SentRequest[] = [];
  readonly #identified = new Set<string>();

  /** @param authenticates whether it has an account to meet challenges with */
  constructor(
    readonly log: SipLog,
    private readonly authenticates: boolean,
  ) {}

  /** To be called right before the command is given. */
  expect(method: string): SentRequest {
    const request = new SentRequest(this, method);
    this.#unidentified.push(request);
    return request;
  }

  /** The command failed, and nothing was sent. */
  withdraw(request: SentRequest): void {
    const index = this.#unidentified.indexOf(request);
    if (index >= 0) this.#unidentified.splice(index, 1);
  }

  identify(): void {
    if (this.#unidentified.length === 0) return;
    this.log.read();
    for (const { sent, callId, request } of this.log.requests) {
      if (!sent || this.#identified.has(callId)) continue;
      const expected = this.#unidentified.find(({ method }) => method === request.method);
      if (!expected) continue;
      this.withdraw(expected);
      this.#identified.add(callId);
      expected.identified(callId);
    }
  }

  /** Whether the request was challenged and will be sent again with credentials. */
  meets({ request, finalStatus }: LoggedRequest): boolean {
    const challenged = finalStatus === 401 || finalStatus === 407;
    return challenged && this.authenticates && !request.headers.has('Authorization') && !request.headers.has('Proxy-Authorization');
  }
}

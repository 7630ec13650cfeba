import { BusyhereError } from '../platform/errors.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { AgentCore } from './agent-core.js';
import { Exchange } from './exchange.js';

/** A registrar refused, or said nothing. */
export class RegistrationError extends BusyhereError {
  /** @param status the final response; undefined where none came */
  constructor(
    readonly who: string,
    readonly registrar: string,
    readonly status: number | undefined,
    readonly reason: string,
  ) {
    super('configuration', `${who} could not register with ${registrar}: ${status === undefined ? reason : `${status} ${reason}`}`);
  }
}

const EXPIRES_S = 3600;

/** A registration that was asked for. */
interface Waiting {
  readonly expires: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** The binding of our contact at the registrar of our domain (RFC 3261 §10.2). It is not refreshed by itself. */
export class Registration {
  readonly #callId: string;
  readonly #registrar: string;
  /** RFC 3261 §10.2: a REGISTER is sent only when the one before has its final response; the first of these is under way. */
  readonly #waiting: Waiting[] = [];
  #sequence = 0;
  #until: number | undefined;

  constructor(private readonly core: AgentCore) {
    this.#callId = core.newCallId();
    this.#registrar = `sip:${core.options.domain}`;
  }

  /** Whether the registrar holds our contact, as far as it said for how long. */
  get valid(): boolean {
    return this.#until !== undefined && this.core.options.clock.now() < this.#until;
  }

  /**
   * Registers, or refreshes what is registered.
   * @param expires seconds that are asked for; 0 takes the binding away
   * @throws RegistrationError
   */
  register(expires = EXPIRES_S): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ expires, resolve, reject });
      if (this.#waiting.length === 1) this.#ask(expires);
    });
  }

  #ask(expires: number): void {
    try {
      const options = { hop: this.core.hopTo(this.#registrar, {}), nextSequence: () => this.#nextSequence() };
      const exchange = new Exchange(this.core, this.#createRequest(expires), options, {
        final: (response) => this.#answered(response, expires),
        failed: () => this.#settle(this.#refusal(undefined, 'no final response')),
        abandoned: () => this.#abandon(),
      });
      exchange.start();
    } catch (error) {
      this.#settle(error);
    }
  }

  #answered(response: SipResponse, expires: number): void {
    const longer = leastInterval(response);
    if (response.status < 300) {
      this.#registered(response, expires);
      this.#settle();
    } else if (longer !== undefined && longer > expires)
      this.#ask(longer); // RFC 3261 §10.2.8: the registrar wants a longer interval
    else this.#settle(this.#refusal(response.status, response.reason));
  }

  /** The first in the queue has its outcome, and the next one may be sent. */
  #settle(error?: unknown): void {
    const done = this.#waiting.shift();
    if (error === undefined) done?.resolve();
    else done?.reject(error);
    const [next] = this.#waiting;
    if (next) this.#ask(next.expires);
  }

  #abandon(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal(undefined, 'the endpoint was stopped'));
  }

  #refusal(status: number | undefined, reason: string): RegistrationError {
    return new RegistrationError(this.core.identity, this.#registrar, status, reason);
  }

  #createRequest(expires: number): SipRequest {
    const { core } = this;
    const fields: [string, string][] = [
      ['Contact', core.contact],
      ['Expires', String(expires)],
    ];
    const request = core.createRequest('REGISTER', this.#registrar, fields, { callId: this.#callId, to: core.identity });
    request.headers.set('CSeq', `${this.#nextSequence()} REGISTER`); // RFC 3261 §10.2: it rises over all REGISTERs with one Call-ID
    return request;
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** RFC 3261 §10.2.4: the registrar decides for how long, per contact, else for all. */
  #registered(response: SipResponse, asked: number): void {
    const ours = response.contacts.find(({ uriText }) => `<${uriText}>` === this.core.contact);
    const seconds = Number(ours?.params.get('expires') ?? response.expires ?? asked);
    this.#until = this.core.options.clock.now() + seconds * 1000;
  }
}

/** What a 423 (Interval Too Brief) asks for, in seconds. */
function leastInterval(response: SipResponse): number | undefined {
  const text = response.status === 423 ? response.headers.get('Min-Expires') : undefined;
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

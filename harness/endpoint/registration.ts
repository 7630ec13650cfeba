import { BusyhereError } from '../platform/errors.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { AgentCore } from './agent-core.js';
import { Exchange } from './exchange.js';

/** A registrar refused, or said nothing. */
export class RegistrationError extends BusyhereError {
  /** @param status the final response; undefined where none came */
  constructor(
    who: string,
    registrar: string,
    readonly status: number | undefined,
    reason: string,
  ) {
    super('configuration', `${who} could not register with ${registrar}: ${status === undefined ? reason : `${status} ${reason}`}`);
  }
}

const EXPIRES_S = 3600;

/** The binding of our contact at the registrar of our domain (RFC 3261 section 10.2). It is not refreshed by itself. */
export class Registration {
  readonly #callId: string;
  readonly #registrar: string;
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
      const refuse = (status: number | undefined, reason: string): void =>
        reject(new RegistrationError(this.core.identity, this.#registrar, status, reason));
      const hop = this.core.hopTo(this.#registrar, {});
      const exchange = new Exchange(
        this.core,
        this.#createRequest(expires),
        { hop, nextSequence: () => this.#nextSequence() },
        {
          final: (response) => {
            const longer = leastInterval(response);
            if (response.status < 300) resolve(this.#registered(response, expires));
            // RFC 3261 10.2.8: the registrar wants a longer interval.
            else if (longer !== undefined && longer > expires) resolve(this.register(longer));
            else refuse(response.status, response.reason);
          },
          failed: () => refuse(undefined, 'no final response'),
          abandoned: () => refuse(undefined, 'the endpoint was stopped'),
        },
      );
      exchange.start();
    });
  }

  #createRequest(expires: number): SipRequest {
    const { core } = this;
    const fields: [string, string][] = [
      ['Contact', core.contact],
      ['Expires', String(expires)],
    ];
    const request = core.createRequest('REGISTER', this.#registrar, fields, { callId: this.#callId, to: core.identity });
    request.headers.set('CSeq', `${this.#nextSequence()} REGISTER`); // RFC 3261 10.2: it rises over all REGISTERs with one Call-ID
    return request;
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** RFC 3261 10.2.4: the registrar decides for how long, per contact, else for all. */
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

import type { SocketAddress } from '../platform/socket-address.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { AgentCore } from './agent-core.js';
import type { ExtraHeaders } from './endpoint.js';

export interface ExchangeHandlers {
  provisional?(response: SipResponse): void;
  /** The final response, after any challenge that could be met; for INVITE every 2xx that arrives. */
  final(response: SipResponse): void;
  /** No final response came (RFC 3261 §8.1.3.1). */
  failed(): void;
  /** The agent was stopped; nothing will come any more. */
  abandoned?(): void;
}

export interface ExchangeOptions {
  /** Where the request goes. */
  readonly hop: SocketAddress;
  /** The CSeq number for sending it again with credentials (RFC 3261 §22.2). */
  nextSequence(): number;
}

/** One request of ours and what comes back; a challenge is met by sending it once more, in a transaction of its own. */
export class Exchange {
  readonly #challenges;
  #transaction: ClientTransaction | undefined;
  #cancelTransaction: ((headers: ExtraHeaders) => void) | undefined;
  #cancelled = false;

  /** @param request without Via and credentials; it is kept as it is, and copies are sent */
  constructor(
    private readonly core: AgentCore,
    private readonly request: SipRequest,
    private readonly options: ExchangeOptions,
    private readonly handlers: ExchangeHandlers,
  ) {
    this.#challenges = core.digest.attempt();
  }

  /** The request as it last went out, Via and credentials included. */
  get sent(): SipRequest {
    return this.#transaction?.request ?? this.request;
  }

  start(): void {
    this.core.exchanges.add(this);
    this.#send();
  }

  /** CANCEL, for an INVITE (RFC 3261 §9.1). A challenge is not met any more. */
  cancel(headers: ExtraHeaders = []): void {
    this.#cancelled = true;
    this.#cancelTransaction?.(headers);
  }

  /** The agent is torn down. */
  abandon(): void {
    this.core.exchanges.delete(this);
    this.handlers.abandoned?.();
  }

  #send(): void {
    const { core, options } = this;
    const request = this.request.clone();
    for (const [name, value] of core.digest.credentials(request, options.hop)) request.headers.append(name, value);
    const flow = { listener: core.listener, remote: options.hop };
    const handlers = {
      response: (response: SipResponse) => this.#receive(response),
      timeout: () => {
        this.core.exchanges.delete(this);
        this.handlers.failed();
      },
    };
    if (request.method === 'INVITE') {
      const transaction = core.layer.invite(request, flow, handlers);
      this.#cancelTransaction = (headers) => transaction.cancel(headers);
      this.#transaction = transaction;
    } else this.#transaction = core.layer.request(request, flow, handlers);
  }

  #receive(response: SipResponse): void {
    if (response.status < 200) {
      this.handlers.provisional?.(response);
      return;
    }
    const challenged = response.status === 401 || response.status === 407;
    if (challenged && !this.#cancelled && this.#challenges.meet(response, this.sent, this.options.hop)) {
      this.request.headers.set('CSeq', `${this.options.nextSequence()} ${this.request.method}`);
      this.#send();
      return;
    }
    this.core.exchanges.delete(this);
    this.handlers.final(response);
  }
}

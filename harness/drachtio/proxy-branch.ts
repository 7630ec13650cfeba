import type { Clock, Timer } from '../platform/clock.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { InviteClientTransaction } from '../transaction/invite-client-transaction.js';
import type { TransactionLayer } from '../transaction/transaction-layer.js';

/** What a branch tells the proxied request that it belongs to. */
export interface BranchListener {
  /** 101 to 299; of 2xx each one that comes. */
  forwardable(branch: ProxyBranch, response: SipResponse, flow: Flow): void;
  /** A final response from 300 on, once. */
  failed(branch: ProxyBranch, response: SipResponse, flow: Flow): void;
  /** It ended without a final response: nobody answered, or nothing could be sent. */
  silent(branch: ProxyBranch, status: 408 | 503): void;
  /** Timer C: it rang for too long, and was cancelled. */
  overdue(branch: ProxyBranch): void;
}

export interface BranchLimits {
  /** ms without any response; undefined: Timer B alone counts. */
  readonly provisional: number | undefined;
  /** ms without a final response; undefined: Timer C alone counts. */
  readonly final: number | undefined;
  readonly timerC: number;
}

/** One target of a proxied request: its client transaction, and how long it may take. */
export class ProxyBranch {
  state: 'calling' | 'proceeding' | 'ended' = 'calling';
  #invite: InviteClientTransaction | undefined;
  #cancelled = false;
  readonly #requestUri: string;
  readonly #timers: Timer[] = [];

  /**
   * @param target the destination as it was given
   * @param request as it is to go out, less our Via
   * @param ackToPeer address the ACK of a failure to the peer itself
   */
  constructor(
    readonly target: string,
    readonly request: SipRequest,
    private readonly flow: Flow,
    private readonly clock: Clock,
    private readonly limits: BranchLimits,
    private readonly listener: BranchListener,
    private readonly ackToPeer: boolean,
  ) {
    this.#requestUri = request.requestUri;
  }

  get ended(): boolean {
    return this.state === 'ended';
  }

  /** @returns the message as it went out */
  start(layer: TransactionLayer): Buffer {
    const { request, flow } = this;
    const handlers = {
      response: (response: SipResponse, from: Flow) => this.#receive(response, from),
      timeout: () => this.#endSilent(408),
      transportError: () => this.#endSilent(503),
    };
    if (request.method === 'INVITE') {
      this.#invite = layer.invite(request, flow, handlers);
      this.#after(this.limits.timerC, () => this.#expire());
    } else {
      layer.request(request, flow, handlers);
    }
    if (this.limits.provisional !== undefined) this.#after(this.limits.provisional, () => this.#giveUpCalling());
    if (this.limits.final !== undefined) this.#after(this.limits.final, () => this.#giveUp());
    const sent = request.toBuffer();
    this.#addressAcks();
    return sent;
  }

  /** Nobody waits for it any more. It goes out with the first response, if there is none yet (RFC 3261 §9.1). */
  cancel(): void {
    if (this.ended || this.#cancelled) return;
    this.#cancelled = true;
    if (this.state === 'proceeding') this.#sendCancel();
  }

  /** The server stops: no word to anybody. */
  abandon(): void {
    this.state = 'ended';
    this.#stopTimers();
    this.#invite?.terminate();
  }

  #receive(response: SipResponse, flow: Flow): void {
    const { status } = response;
    if (status < 200) return this.#receiveProvisional(response, flow);
    const first = !this.ended;
    this.state = 'ended';
    this.#stopTimers();
    if (status < 300) this.listener.forwardable(this, response, flow);
    else if (first) this.listener.failed(this, response, flow);
  }

  #receiveProvisional(response: SipResponse, flow: Flow): void {
    if (this.state === 'calling') this.state = 'proceeding';
    if (this.#cancelled) return this.#sendCancel();
    if (response.status === 100 || this.ended) return;
    this.#restartTimerC();
    this.listener.forwardable(this, response, flow);
  }

  #restartTimerC(): void {
    if (!this.#invite) return;
    this.#timers.shift()?.cancel(); // the first one set
    this.#timers.unshift(this.clock.setTimer(this.limits.timerC, () => this.#expire()));
  }

  #expire(): void {
    if (this.ended) return;
    this.#stop();
    this.listener.overdue(this);
  }

  #giveUpCalling(): void {
    if (this.state === 'calling') this.#giveUp();
  }

  #giveUp(): void {
    if (this.ended) return;
    this.#stop();
    this.listener.silent(this, 408);
  }

  #stop(): void {
    this.cancel();
    this.state = 'ended';
    this.#stopTimers();
  }

  #endSilent(status: 408 | 503): void {
    if (this.ended) return;
    this.state = 'ended';
    this.#stopTimers();
    this.listener.silent(this, status);
  }

  #sendCancel(): void {
    this.request.requestUri = this.#requestUri;
    this.#invite?.cancel();
    this.#addressAcks();
  }

  /** The transaction takes the Request-URI of its ACK from here, and the INVITE itself is out. */
  #addressAcks(): void {
    if (this.ackToPeer) this.request.requestUri = `sip:${formatSocketAddress(this.flow.remote)}`;
  }

  #after(delayMs: number, callback: () => void): void {
    this.#timers.push(this.clock.setTimer(delayMs, callback));
  }

  #stopTimers(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }
}

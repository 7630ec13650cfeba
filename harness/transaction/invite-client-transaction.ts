import type { Clock } from '../platform/clock.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ClientHandlers, ClientPorts, ClientTransaction } from './client-transaction.js';
import { ackForFailure } from './derived-request.js';
import type { Flow } from './flow.js';
import { TimerSet } from './timer-set.js';
import type { TimerValues } from './timer-values.js';

type TimerName = 'A' | 'B' | 'D' | 'M' | 'cancelled';
type Input = `timer ${TimerName}` | 'provisional' | 'success' | 'failure' | 'transport error';
type State = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';
type ExtraHeaders = Iterable<readonly [string, string]>;

const NOBODY: ClientHandlers = { response: () => {}, timeout: () => {} };

/** What the machine needs beyond sending: a CANCEL is a transaction of its own (RFC 3261 §9.1). */
export interface InviteClientPorts extends ClientPorts {
  cancel(invite: SipRequest, extra: ExtraHeaders): void;
}

/** RFC 3261 §17.1.1, figure 5, with the accepted state of RFC 6026 §7.2, over an unreliable transport. */
export class InviteClientTransaction implements ClientTransaction {
  #state: State = 'calling';
  #interval: number;
  #cancel: 'none' | 'held back' | 'sent' = 'none';
  #cancelHeaders: ExtraHeaders = [];
  #ack: Buffer | undefined;
  readonly #timers: TimerSet<TimerName>;
  /** None any more once a final response is here. */
  #payload: Buffer | undefined;
  #handlers: ClientHandlers;

  constructor(
    readonly request: SipRequest,
    readonly branch: string,
    readonly flow: Flow,
    private readonly values: TimerValues,
    clock: Clock,
    private readonly ports: InviteClientPorts,
    handlers: ClientHandlers,
  ) {
    this.#handlers = handlers;
    this.#interval = values.t1;
    this.#payload = request.toBuffer();
    this.#timers = new TimerSet(clock, (name) => this.#step(`timer ${name}`));
  }

  get state(): State {
    return this.#state;
  }

  start(): void {
    this.#timers.start('B', this.values.timerB);
    this.#timers.start('A', this.#interval);
    this.#transmitInvite();
  }

  receive(response: SipResponse): void {
    const input = response.status < 200 ? 'provisional' : response.status < 300 ? 'success' : 'failure';
    this.#step(input, response);
  }

  /** Asks for a CANCEL: at once after a provisional, else as soon as one arrives, never after a final (RFC 3261 §9.1). */
  cancel(headers: ExtraHeaders = []): void {
    if (this.#cancel !== 'none') return;
    this.#cancelHeaders = headers;
    if (this.#state === 'calling') this.#cancel = 'held back';
    else if (this.#state === 'proceeding') this.#sendCancel();
  }

  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timers.stopAll();
    this.ports.ended();
    this.#handlers.ended?.();
  }

  #step(input: Input, response?: SipResponse, error?: Error): void {
    switch (this.#state) {
      case 'calling':
      case 'proceeding':
        return this.#stepOpen(input, response, error);
      case 'accepted':
        // RFC 6026 §7.2: every 2xx goes up, all else is absorbed until Timer M.
        if (input === 'success' && response) this.#handlers.response(response, this.flow);
        else if (input === 'timer M') this.terminate();
        return;
      case 'completed':
        // §17.1.1.2: a retransmitted final is ACKed again and not passed up.
        if (input === 'failure') this.#transmitAck();
        else if (input === 'timer D') this.terminate();
        return; // provisional and 2xx after a failure: absorbed
      case 'terminated':
        return;
    }
  }

  #stepOpen(input: Input, response?: SipResponse, error?: Error): void {
    switch (input) {
      case 'timer A':
        if (this.#state !== 'calling') return; // §17.1.1.2: no retransmission once a provisional is here
        this.#interval *= 2;
        this.#timers.start('A', this.#interval);
        return this.#transmitInvite();
      case 'provisional':
        return this.#proceed(response);
      case 'success':
        return this.#accept(response);
      case 'failure':
        return this.#complete(response);
      case 'timer B':
      case 'timer cancelled':
        this.#handlers.timeout();
        return this.terminate();
      case 'transport error':
        return this.#fail(error);
      case 'timer D':
      case 'timer M':
        return; // not running before a final
    }
  }

  #proceed(response: SipResponse | undefined): void {
    if (this.#state === 'calling') {
      this.#state = 'proceeding';
      this.#timers.stop('A');
      this.#timers.stop('B');
      if (this.#cancel === 'held back') this.#sendCancel();
    }
    if (response) this.#handlers.response(response, this.flow);
  }

  #accept(response: SipResponse | undefined): void {
    this.#state = 'accepted';
    this.#timers.stopAll();
    this.#timers.start('M', this.values.timerM);
    if (response) this.#handlers.response(response, this.flow);
  }

  #complete(response: SipResponse | undefined): void {
    this.#state = 'completed';
    this.#timers.stopAll();
    this.#timers.start('D', this.values.timerD);
    if (!response) return;
    this.#ack = ackForFailure(this.request, response).toBuffer();
    this.#transmitAck();
    const handlers = this.#handlers;
    this.#letGo();
    handlers.response(response, this.flow);
  }

  /** Timer D runs for 32 s, in which a busy element opens many thousand more: what nobody needs must not wait with it. */
  #letGo(): void {
    this.#payload = undefined;
    if (!this.#handlers.ended) this.#handlers = NOBODY;
  }

  #fail(error: Error | undefined): void {
    if (this.#handlers.transportError && error) this.#handlers.transportError(error);
    else this.#handlers.timeout();
    this.terminate();
  }

  #sendCancel(): void {
    this.#cancel = 'sent';
    this.ports.cancel(this.request, this.#cancelHeaders);
    // §9.1: without a final for 64·T1 after the CANCEL the request counts as cancelled.
    this.#timers.start('cancelled', this.values.timerB);
  }

  #transmitInvite(): void {
    if (this.#payload) this.#transmit(this.#payload);
  }

  #transmit(payload: Buffer): void {
    this.ports.send(payload, (error) => this.#step('transport error', undefined, error));
  }

  #transmitAck(): void {
    if (this.#ack) this.#transmit(this.#ack);
  }
}

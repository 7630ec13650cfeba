import type { Clock } from '../platform/clock.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ClientHandlers, ClientPorts, ClientTransaction } from './client-transaction.js';
import type { Flow } from './flow.js';
import { TimerSet } from './timer-set.js';
import type { TimerValues } from './timer-values.js';

type TimerName = 'E' | 'F' | 'K';
type Input = `timer ${TimerName}` | 'provisional' | 'final' | 'transport error';

/** RFC 3261 §17.1.2, figure 6, over an unreliable transport. */
export class NonInviteClientTransaction implements ClientTransaction {
  #state: 'trying' | 'proceeding' | 'completed' | 'terminated' = 'trying';
  #interval: number;
  readonly #timers: TimerSet<TimerName>;
  readonly #payload: Buffer;

  constructor(
    readonly request: SipRequest,
    readonly branch: string,
    readonly flow: Flow,
    private readonly values: TimerValues,
    clock: Clock,
    private readonly ports: ClientPorts,
    private readonly handlers: ClientHandlers,
  ) {
    this.#interval = values.t1;
    this.#payload = request.toBuffer();
    this.#timers = new TimerSet(clock, (name) => this.#step(`timer ${name}`));
  }

  get state(): 'trying' | 'proceeding' | 'completed' | 'terminated' {
    return this.#state;
  }

  start(): void {
    this.#timers.start('F', this.values.timerF);
    this.#timers.start('E', this.#interval);
    this.#transmit();
  }

  receive(response: SipResponse): void {
    this.#step(response.status < 200 ? 'provisional' : 'final', response);
  }

  terminate(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timers.stopAll();
    this.ports.ended();
    this.handlers.ended?.();
  }

  #step(input: Input, response?: SipResponse, error?: Error): void {
    switch (this.#state) {
      case 'trying':
      case 'proceeding':
        return this.#stepOpen(input, response, error);
      case 'completed':
        if (input === 'timer K') this.terminate();
        return; // a retransmitted final, a late provisional, a late refusal of the socket: absorbed
      case 'terminated':
        return;
    }
  }

  #stepOpen(input: Input, response?: SipResponse, error?: Error): void {
    switch (input) {
      case 'timer E':
        // §17.1.2.2: doubling up to T2 while trying, T2 from the first provisional on.
        this.#interval = this.#state === 'trying' ? Math.min(2 * this.#interval, this.values.t2) : this.values.t2;
        this.#timers.start('E', this.#interval);
        return this.#transmit();
      case 'provisional':
        this.#state = 'proceeding';
        if (response) this.handlers.response(response, this.flow);
        return;
      case 'final':
        this.#state = 'completed';
        this.#timers.stopAll();
        this.#timers.start('K', this.values.timerK);
        if (response) this.handlers.response(response, this.flow);
        return;
      case 'timer F':
        this.handlers.timeout();
        return this.terminate();
      case 'transport error':
        if (this.handlers.transportError && error) this.handlers.transportError(error);
        else this.handlers.timeout();
        return this.terminate();
      case 'timer K':
        return; // not running before a final
    }
  }

  #transmit(): void {
    this.ports.send(this.#payload, (error) => this.#step('transport error', undefined, error));
  }
}

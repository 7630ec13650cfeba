import type { Clock } from '../platform/clock.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from './flow.js';
import type { ServerEnd, ServerPorts, ServerTransaction } from './server-transaction.js';
import { TimerSet } from './timer-set.js';
import type { TimerValues } from './timer-values.js';

type Input = 'request' | 'provisional' | 'final' | 'timer J' | 'transport error';
type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

/** RFC 3261 §17.2.2, figure 8, over an unreliable transport. */
export class NonInviteServerTransaction implements ServerTransaction {
  #state: State = 'trying';
  #latest: Buffer | undefined;
  #ended: ((why: ServerEnd) => void) | undefined;
  readonly #timers: TimerSet<'J'>;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    private readonly values: TimerValues,
    clock: Clock,
    private readonly ports: ServerPorts,
  ) {
    this.#timers = new TimerSet(clock, () => this.#step('timer J'));
  }

  get state(): State {
    return this.#state;
  }

  onEnded(listener: (why: ServerEnd) => void): void {
    this.#ended = listener;
  }

  /** The request came again. */
  retransmission(): void {
    this.#step('request');
  }

  respond(response: SipResponse): void {
    this.#step(response.status < 200 ? 'provisional' : 'final', response);
  }

  terminate(): void {
    this.#end('terminated');
  }

  stayMute(): void {
    if (this.#state !== 'trying' && this.#state !== 'proceeding') return;
    this.#state = 'completed';
    this.#latest = undefined;
    this.#timers.start('J', this.values.timerJ);
  }

  #step(input: Input, response?: SipResponse): void {
    switch (this.#state) {
      case 'trying':
      case 'proceeding':
        return this.#stepOpen(input, response);
      case 'completed':
        if (input === 'request') this.#transmit();
        else if (input === 'timer J') this.#end('acked');
        else if (input === 'transport error') this.#end('transport');
        return; // §17.2.2: further responses of the user are discarded
      case 'terminated':
        return;
    }
  }

  #stepOpen(input: Input, response?: SipResponse): void {
    switch (input) {
      case 'request':
        return this.#transmit(); // nothing yet while trying: discarded
      case 'provisional':
        this.#state = 'proceeding';
        this.#latest = response?.toBuffer();
        return this.#transmit();
      case 'final':
        this.#state = 'completed';
        this.#latest = response?.toBuffer();
        this.#timers.start('J', this.values.timerJ);
        return this.#transmit();
      case 'transport error':
        return this.#end('transport');
      case 'timer J':
        return; // not running before a final
    }
  }

  #transmit(): void {
    if (this.#latest) this.ports.send(this.#latest, () => this.#step('transport error'));
  }

  #end(why: ServerEnd): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#timers.stopAll();
    this.ports.ended();
    this.#ended?.(why);
  }
}

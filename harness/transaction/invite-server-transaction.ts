import type { Clock } from '../platform/clock.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from './flow.js';
import type { ServerEnd, ServerPorts, ServerTransaction } from './server-transaction.js';
import { TimerSet } from './timer-set.js';
import type { TimerValues } from './timer-values.js';

type TimerName = 'G' | 'H' | 'I' | 'L' | 'trying';
type Input = `timer ${TimerName}` | 'request' | 'ack' | 'provisional' | 'success' | 'failure' | 'transport error';
type State = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** RFC 3261 §17.2.1, figure 7, with the accepted state of RFC 6026 §7.1, over an unreliable transport. */
export class InviteServerTransaction implements ServerTransaction {
  #state: State = 'proceeding';
  #latest: Buffer | undefined;
  #finalToTag: string | undefined;
  #interval: number;
  #ended: ((why: ServerEnd) => void) | undefined;
  readonly #timers: TimerSet<TimerName>;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    private readonly values: TimerValues,
    clock: Clock,
    private readonly ports: ServerPorts,
  ) {
    this.#interval = values.t1;
    this.#timers = new TimerSet(clock, (name) => this.#step(`timer ${name}`));
    this.#timers.start('trying', values.trying);
  }

  get state(): State {
    return this.#state;
  }

  /** The To tag of the final response, which an RFC 2543 ACK must carry (§17.2.3). */
  get finalToTag(): string | undefined {
    return this.#finalToTag;
  }

  onEnded(listener: (why: ServerEnd) => void): void {
    this.#ended = listener;
  }

  /** The INVITE came again. */
  retransmission(): void {
    this.#step('request');
  }

  /** An ACK with this transaction's branch came. */
  acknowledge(): void {
    this.#step('ack');
  }

  respond(response: SipResponse): void {
    const input = response.status < 200 ? 'provisional' : response.status < 300 ? 'success' : 'failure';
    this.#step(input, response);
  }

  terminate(): void {
    this.#end('terminated');
  }

  #step(input: Input, response?: SipResponse): void {
    switch (this.#state) {
      case 'proceeding':
        return this.#stepProceeding(input, response);
      case 'accepted':
        return this.#stepAccepted(input, response);
      case 'completed':
        return this.#stepCompleted(input);
      case 'confirmed':
        if (input === 'timer I') this.#end('acked');
        return; // retransmitted ACKs and INVITEs, late responses: absorbed
      case 'terminated':
        return;
    }
  }

  #stepProceeding(input: Input, response?: SipResponse): void {
    switch (input) {
      case 'timer trying':
        // §17.2.1: the user has sent nothing for 200 ms, so the transaction quenches the retransmissions itself.
        return this.#send(createResponse(this.request, 100));
      case 'request':
        return this.#transmit();
      case 'provisional':
        return this.#send(response);
      case 'success':
        this.#state = 'accepted';
        this.#send(response);
        return this.#timers.start('L', this.values.timerL);
      case 'failure':
        this.#state = 'completed';
        this.#finalToTag = response?.toTag;
        this.#send(response);
        this.#timers.start('G', this.#interval);
        return this.#timers.start('H', this.values.timerH);
      case 'transport error':
        return this.#end('transport');
      case 'ack':
      case 'timer G':
      case 'timer H':
      case 'timer I':
      case 'timer L':
        return; // an ACK before a final acknowledges nothing; the timers are not running
    }
  }

  /** RFC 6026 §7.1: the user repeats its 2xx itself; a repeated INVITE is absorbed, a refusal of the socket changes nothing. */
  #stepAccepted(input: Input, response?: SipResponse): void {
    if (input === 'success') this.#send(response);
    else if (input === 'timer L') this.#end('acked');
  }

  #stepCompleted(input: Input): void {
    switch (input) {
      case 'request':
        return this.#transmit();
      case 'timer G':
        this.#interval = Math.min(2 * this.#interval, this.values.t2);
        this.#timers.start('G', this.#interval);
        return this.#transmit();
      case 'ack':
        this.#state = 'confirmed';
        this.#latest = undefined; // never repeated again, and Timer I has long to go
        this.#timers.stopAll();
        return this.#timers.start('I', this.values.timerI);
      case 'timer H':
        return this.#end('timeout');
      case 'transport error':
        return this.#end('transport');
      case 'provisional':
      case 'success':
      case 'failure':
      case 'timer trying':
      case 'timer I':
      case 'timer L':
        return; // §17.2.1: any response after the final is discarded
    }
  }

  #send(response: SipResponse | undefined): void {
    this.#timers.stop('trying');
    this.#latest = response?.toBuffer();
    this.#transmit();
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

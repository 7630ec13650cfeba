import type { Clock, Timer } from '../platform/clock.js';
import type { SipResponse } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TimerValues } from '../transaction/timer-values.js';

/** A 2xx to an INVITE, sent and repeated until its ACK comes, which no transaction sees to (RFC 3261 §13.3.1.4). */
export class AnswerRepeater {
  #interval: number;
  #repetition: Timer | undefined;
  readonly #patience: Timer;

  /** @param expired no ACK came for 64 times T1 */
  constructor(
    private readonly clock: Clock,
    private readonly timers: TimerValues,
    readonly transaction: ServerTransaction,
    private readonly response: SipResponse,
    expired: () => void,
  ) {
    this.#interval = timers.t1;
    this.#patience = clock.setTimer(timers.timerH, () => {
      this.stop();
      expired();
    });
    transaction.respond(response);
    this.#repeatLater();
  }

  /** The ACK came, or nobody waits for it any more. */
  stop(): void {
    this.#repetition?.cancel();
    this.#patience.cancel();
  }

  #repeatLater(): void {
    this.#repetition = this.clock.setTimer(this.#interval, () => {
      this.#interval = Math.min(2 * this.#interval, this.timers.t2);
      this.transaction.respond(this.response);
      this.#repeatLater();
    });
  }
}

import type { Timer } from '../platform/clock.js';
import type { SipResponse } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { AgentCore } from './agent-core.js';

/** A 2xx to an INVITE, repeated until its ACK comes, which no transaction sees to (RFC 3261 §13.3.1.4). */
export class Acceptance {
  #interval: number;
  #repetition: Timer | undefined;
  #patience: Timer | undefined;

  /** @param expired no ACK came for 64 times T1 */
  constructor(
    private readonly core: AgentCore,
    private readonly transaction: ServerTransaction,
    private readonly response: SipResponse,
    private readonly expired: () => void,
  ) {
    this.#interval = core.values.t1;
  }

  start(): void {
    const { timers, values } = this.core;
    this.#patience = timers.set(64 * values.t1, () => {
      this.stop();
      this.expired();
    });
    this.transaction.respond(this.response);
    this.#repeatLater();
  }

  /** The ACK came, or nobody waits for it any more. */
  stop(): void {
    this.#repetition?.cancel();
    this.#patience?.cancel();
  }

  #repeatLater(): void {
    this.#repetition = this.core.timers.set(this.#interval, () => {
      this.#interval = Math.min(2 * this.#interval, this.core.values.t2);
      this.transaction.respond(this.response);
      this.#repeatLater();
    });
  }
}

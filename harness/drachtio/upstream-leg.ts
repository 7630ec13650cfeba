import type { Timer } from '../platform/clock.js';
import { createResponse } from '../sip/create-response.js';
import type { SipResponse } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Core } from './core.js';

/** The way back to the caller of a proxied request. */
export class UpstreamLeg {
  /** A 2xx has gone up. */
  accepted = false;
  /** A final response has gone up. */
  finished = false;
  #retirement: Timer | undefined;
  readonly #toTag: string;

  constructor(
    private readonly transaction: ServerTransaction,
    private readonly core: Core,
  ) {
    this.#toTag = core.names.tag();
  }

  /** A response of the server's own, not sent. */
  own(status: number): SipResponse {
    return createResponse(this.transaction.request, status, { toTag: this.#toTag });
  }

  /** A final response of the server's own. */
  make(status: number): void {
    this.#conclude(this.own(status));
  }

  /** A provisional response or a 2xx of a branch goes up at once; of 2xx each one (RFC 3261 §16.7 item 5). */
  forward(response: SipResponse): void {
    const upward = lessOurVia(response);
    if (response.status < 200) {
      if (!this.finished) this.#send(upward);
    } else if (this.finished) {
      this.accepted = true;
      this.core.layer.sendResponse(upward, this.transaction.flow.listener); // also after another final (RFC 3261 §16.7 item 5)
    } else {
      this.accepted = true;
      this.#conclude(upward);
    }
  }

  /** @param asItIs whatever it is. RFC 3261 §16.7 item 6: a 503 says nothing of the other targets, so a 500 goes up */
  finish(response: SipResponse, asItIs: boolean): void {
    if (this.finished) return;
    const isInvite = this.transaction.request.method === 'INVITE';
    if (response.status === 408 && !asItIs && !isInvite) return this.#stayMute();
    const isOwn = response.vias.length === this.transaction.request.vias.length;
    const upward = isOwn ? response : lessOurVia(response);
    this.#conclude(upward.status === 503 && !asItIs ? this.own(500) : upward);
  }

  /** RFC 4320 §4.2: no 408 answers a request other than INVITE; it would come when the caller has given up. */
  #stayMute(): void {
    this.finished = true;
    this.transaction.stayMute?.();
  }

  end(): void {
    this.#retirement?.cancel();
    this.#retirement = undefined;
  }

  #conclude(response: SipResponse): void {
    this.finished = true;
    this.#send(response);
    if (this.transaction.request.method === 'INVITE') this.#record(response);
    if (!this.#isOnce) return;
    // Until now the transaction has sent nothing, and it never will: it only absorbs what the caller repeats.
    this.#retirement = this.core.clock.setTimer(this.core.timers.timerH, () => this.transaction.terminate());
    this.transaction.onEnded(() => this.end());
  }

  #send(response: SipResponse): void {
    if (this.#isOnce) this.core.layer.sendResponse(response, this.transaction.flow.listener);
    else this.transaction.respond(response);
  }

  get #isOnce(): boolean {
    return this.transaction.request.method === 'INVITE' && this.core.habits.proxiesFinalsOnce;
  }

  #record(response: SipResponse): void {
    const { cdr, sightings } = this.core;
    const sip = response.toBuffer();
    const sighting = sightings.sent(sip.length, this.transaction.flow.remote);
    if (response.status === 200) cdr.start(sighting, 'proxy-uas', sip);
    else cdr.stop(sighting, response.status === 487 ? 'call-canceled' : 'call-rejected', sip);
  }
}

function lessOurVia(response: SipResponse): SipResponse {
  const upward = response.clone();
  upward.headers.removeFirst('Via');
  return upward;
}

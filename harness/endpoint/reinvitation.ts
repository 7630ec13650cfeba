import type { Timer } from '../platform/clock.js';
import type { SipResponse } from '../sip/message.js';
import { Acknowledgement } from './acknowledgement.js';
import { ALLOW } from './agent-core.js';
import type { Exchange } from './exchange.js';
import { SDP } from './sdp-body.js';
import type { Session } from './session.js';

/** RFC 3261 §14.1: after a 491 whoever chose the Call-ID waits 2.1 to 4 s, the other up to 2 s, in steps of 10 ms. */
const OWNER_PAUSE = { from: 210, steps: 191 };
const OTHER_PAUSE = { from: 0, steps: 201 };
const PAUSE_STEP_MS = 10;
const RFC3261_T1 = 500;
const MAX_GLARES = 8;

/** A new offer within a session, tried again while the two sides cross (RFC 3261 §14.1). */
export class Reinvitation {
  #exchange: Exchange | undefined;
  #acknowledgement: Acknowledgement | undefined;
  #pause: Timer | undefined;
  #glares = 0;
  #pending = false;
  #stopped = false;
  #settle: (status: number | undefined) => void = () => {};

  /** @param lost the peer knows the dialog no more, or is silent */
  constructor(
    private readonly session: Session,
    private readonly offer: string | undefined,
    private readonly lost: () => void,
  ) {}

  /** An INVITE of ours is without a final response. */
  get pending(): boolean {
    return this.#pending;
  }

  start(): Promise<number | undefined> {
    this.#send();
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** The session is over. */
  stop(): void {
    this.#stopped = true;
    this.#pause?.cancel();
    this.#settle(undefined);
  }

  #send(): void {
    const { session } = this;
    const { request, hopUri } = session.dialog.createRequest('INVITE');
    request.headers.append('Contact', session.core.contact);
    request.headers.append('Allow', ALLOW);
    request.headers.append('Content-Type', SDP);
    request.body = Buffer.from(this.offer ?? session.media.offer(), 'utf8');
    this.#pending = true;
    this.#acknowledgement = undefined;
    this.#exchange = session.send(request, hopUri, {
      final: (response) => this.#final(response),
      failed: () => this.#failed(),
      abandoned: () => this.stop(),
    });
  }

  #final(response: SipResponse): void {
    this.#pending = false;
    if (response.status < 300) return this.#accepted(response);
    if (response.status === 491 && !this.#stopped && this.#glares < MAX_GLARES) return this.#tryLater();
    this.#settle(response.status);
    // RFC 3261 §12.2.1.2: these say that there is no dialog any more; any other refusal leaves the session as it was.
    if (response.status === 481 || response.status === 408) this.lost();
  }

  #accepted(response: SipResponse): void {
    const { session } = this;
    if (!this.#acknowledgement) {
      session.dialog.refreshTarget(response);
      const invite = this.#exchange?.sent;
      if (invite) this.#acknowledgement = new Acknowledgement(session.core, session.dialog, invite, session.fallbackHop);
    }
    this.#acknowledgement?.send();
    this.#settle(response.status);
  }

  #tryLater(): void {
    const { core, dialog } = this.session;
    const { from, steps } = dialog.isCaller ? OWNER_PAUSE : OTHER_PAUSE;
    this.#glares += 1;
    const pause = (from + core.random.below(steps)) * PAUSE_STEP_MS * (core.values.t1 / RFC3261_T1);
    this.#pause = core.timers.set(pause, () => this.#send());
  }

  #failed(): void {
    this.#pending = false;
    this.#settle(undefined);
    this.lost(); // RFC 3261 §12.2.1.2: silence counts as 408
  }
}

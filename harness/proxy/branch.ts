import type { Clock, Timer } from '../platform/clock.js';
import type { SipResponse } from '../sip/message.js';
import type { ClientHandlers, ClientTransaction } from '../transaction/client-transaction.js';
import type { Flow } from '../transaction/flow.js';

/** How a branch ended. */
export type BranchEnd =
  /** With a final response 300–699, its top Via taken off. */
  | { readonly kind: 'final'; readonly response: SipResponse; readonly flow: Flow }
  /** With a 2xx, which went upstream at once. */
  | { readonly kind: 'success' }
  /** With a final response that the trust settings keep from being routed. */
  | { readonly kind: 'absorbed' }
  /** Nobody answered: Timer B, F or C (RFC 3261 §16.7, §16.8: a 408), or nothing that could be routed on. */
  | { readonly kind: 'silent' }
  /** The originator cancelled, and nobody answered that either. */
  | { readonly kind: 'cancelled' }
  /** The request could not be sent (§16.9: a 503). */
  | { readonly kind: 'unreachable' };

/** What a branch tells the response context that it belongs to. */
export interface BranchListener {
  /** 101–199. */
  provisional(response: SipResponse): void;
  /** Every 2xx, retransmissions and those of further forks included. */
  success(response: SipResponse, flow: Flow): void;
  /** Whether a final response 300–699 may be routed on. */
  mayRoute(response: SipResponse, flow: Flow): boolean;
  /** Once. */
  ended(): void;
}

/** Why a branch was cancelled: it decides what a 487 from it means. */
export type CancelCause = 'originator' | 'decided elsewhere' | 'timer C';

/** An INVITE's client transaction can be cancelled, others cannot (RFC 3261 §9.1). */
export type BranchTransaction = ClientTransaction & { cancel?(): void };

/** One client transaction of a forwarded request, with its Timer C (RFC 3261 §16.6 item 11, §16.8). */
export class Branch {
  end: BranchEnd | undefined;
  #transaction: BranchTransaction | undefined;
  #cancelCause: CancelCause | undefined;
  #timerC: Timer | undefined;
  #answered = false;

  constructor(
    private readonly clock: Clock,
    /** ms */
    private readonly timerC: number,
    private readonly listener: BranchListener,
  ) {}

  /** @param send starts the client transaction; it may report a failure before it returns */
  start(method: string, send: (handlers: ClientHandlers) => BranchTransaction): void {
    if (method === 'INVITE') this.#startTimerC();
    this.#transaction = send({
      response: (response, flow) => this.#receive(response, flow),
      timeout: () => this.#endSilent(),
      transportError: () => this.#end({ kind: 'unreachable' }),
      ended: () => this.#endSilent(), // whatever became of it, the branch does not outlive its transaction
    });
  }

  /** The next hop's address is not known, so nothing is sent. */
  fail(): void {
    this.#end({ kind: 'unreachable' });
  }

  /** Sends CANCEL, once there is a provisional response to show that somebody has the request. */
  cancel(cause: CancelCause): void {
    if (this.end) return;
    this.#cancelCause = cause === 'originator' ? cause : (this.#cancelCause ?? cause); // who waits upstream matters most
    this.#transaction?.cancel?.();
  }

  /** The proxy stops: no timer, no word to anybody. */
  abandon(): void {
    this.#stopTimerC();
    this.#transaction?.terminate();
  }

  #receive(response: SipResponse, flow: Flow): void {
    const { status } = response;
    response.headers.removeFirst('Via'); // §16.7 item 3: ours
    if (!response.headers.has('Via')) {
      // Meant for ourselves alone: it goes nowhere, but no other final will come after it.
      if (status >= 200) this.#endSilent();
    } else if (status < 200) this.#receiveProvisional(response);
    else if (status < 300) this.#receiveSuccess(response, flow);
    else this.#receiveFailure(response, flow);
  }

  #receiveProvisional(response: SipResponse): void {
    this.#answered = true;
    if (response.status === 100) return; // §16.7 item 5: goes no further
    if (this.#timerC && !this.#cancelCause) this.#startTimerC(); // §16.7 item 2
    this.listener.provisional(response);
  }

  #receiveSuccess(response: SipResponse, flow: Flow): void {
    this.listener.success(response, flow);
    this.#end({ kind: 'success' });
  }

  #receiveFailure(response: SipResponse, flow: Flow): void {
    // §16.8: the CANCEL was Timer C's, so the 487 that it brought says that nobody answered in time.
    if (this.#cancelCause === 'timer C' && response.status === 487) return this.#end({ kind: 'silent' });
    this.#end(this.listener.mayRoute(response, flow) ? { kind: 'final', response, flow } : { kind: 'absorbed' });
  }

  #endSilent(): void {
    this.#end({ kind: this.#cancelCause === 'originator' ? 'cancelled' : 'silent' });
  }

  #end(end: BranchEnd): void {
    this.#stopTimerC();
    if (this.end) return;
    this.end = end;
    this.listener.ended();
  }

  #startTimerC(): void {
    this.#timerC?.cancel();
    this.#timerC = this.clock.setTimer(this.timerC, () => this.#fireTimerC());
  }

  #stopTimerC(): void {
    this.#timerC?.cancel();
    this.#timerC = undefined;
  }

  /** §16.8: a branch that rang is cancelled, one that never answered counts as a 408. */
  #fireTimerC(): void {
    this.#timerC = undefined;
    if (this.#answered) return this.cancel('timer C');
    this.#transaction?.terminate();
    this.#endSilent();
  }
}

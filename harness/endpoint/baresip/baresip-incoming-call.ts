import { BusyhereError } from '../../platform/errors.js';
import type { SipRequest } from '../../sip/message.js';
import type { ExtraHeaders, IncomingCall, IncomingCallState } from '../endpoint.js';
import { Notifier } from '../notifier.js';
import type { BaresipAgent, CallListener } from './baresip-agent.js';
import type { BaresipEvent } from './control-link.js';

/** Its user's only refusal. */
const REJECTION = 486;

/** An INVITE that baresip got and rings at, and the session that comes of it. */
export class BaresipIncomingCall implements IncomingCall, CallListener {
  readonly from: string;
  readonly target: string;
  readonly #changes = new Notifier();
  #state: IncomingCallState = 'offered';
  #finalStatus: number | undefined;

  constructor(
    private readonly agent: BaresipAgent,
    readonly callId: string,
    private readonly request: SipRequest | undefined,
    peer: string,
  ) {
    this.from = request?.from?.uriText ?? peer;
    this.target = request?.requestUri ?? agent.identity;
    agent.calls.add(this);
  }

  get state(): IncomingCallState {
    return this.#state;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  header(name: string): string | undefined {
    return this.request?.headers.get(name);
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  /** It rings already. @throws BusyhereError `usage` for anything but 180 */
  ring(status = 180): void {
    if (status !== 180) throw new BusyhereError('usage', `baresip rings with 180, not with ${status}`);
    if (this.#isOpen()) this.#change('ringing');
  }

  answer(): void {
    if (!this.#isOpen()) return;
    this.agent.callCommand(this.callId, 'accept');
    this.#final(200, 'answered');
  }

  /** @throws BusyhereError `usage` for another status than 486 */
  reject(status: number, _reason?: string, _headers?: ExtraHeaders): void {
    if (status !== REJECTION) throw new BusyhereError('usage', `baresip rejects with ${REJECTION}, not with ${status}`);
    if (!this.#isOpen()) return;
    this.agent.callCommand(this.callId, 'hangup');
    this.#final(REJECTION, 'rejected');
  }

  /** Whatever the script wants, baresip rings. */
  ignore(): void {
    this.ring();
  }

  /** Before an answer it declines with its only refusal. */
  hangUp(): void {
    if (this.#state === 'answered') this.agent.callCommand(this.callId, 'hangup');
    else this.reject(REJECTION);
  }

  heard({ type }: BaresipEvent): void {
    if (type !== 'CALL_CLOSED') return;
    if (this.#state === 'answered') this.#change('ended');
    else if (this.#isOpen()) this.#unanswered();
  }

  gone(): void {
    if (this.#isOpen() || this.#state === 'answered') this.#change('failed');
  }

  /** The caller gave up, or it was refused for what it offers. */
  #unanswered(): void {
    const status = this.agent.log.find(this.callId, 'INVITE')?.finalStatus;
    if (status === undefined) this.#change('failed');
    else this.#final(status, status === 487 ? 'cancelled' : 'rejected');
  }

  #isOpen(): boolean {
    return this.#state === 'offered' || this.#state === 'ringing';
  }

  #final(status: number, state: IncomingCallState): void {
    this.#finalStatus = status;
    this.#change(state);
  }

  #change(state: IncomingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && state !== 'answered') this.agent.calls.delete(this);
    this.#changes.notify();
  }
}

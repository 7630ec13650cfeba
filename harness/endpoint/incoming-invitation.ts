import type { Timer } from '../platform/clock.js';
import { createResponse, type ResponseOptions } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { AgentCore } from './agent-core.js';
import { Dialog } from './dialog.js';
import type { ExtraHeaders, IncomingCall, IncomingCallState } from './endpoint.js';
import { Notifier } from './notifier.js';
import { sdpOf } from './sdp-body.js';
import { Session, type SessionEnd, type SessionPorts } from './session.js';
import { SessionMedia } from './session-media.js';

/** An INVITE to us, and the session that comes of it (RFC 3261 §13.3). */
export class IncomingInvitation implements IncomingCall {
  readonly callId: string;
  readonly from: string;
  readonly target: string;
  /** The same in all our responses (RFC 3261 §8.2.6.2). */
  readonly #tag: string;
  readonly #request: SipRequest;
  readonly #media: SessionMedia;
  readonly #changes = new Notifier();
  #session: Session | undefined;
  #repetition: Timer | undefined;
  #expiry: Timer | undefined;
  #state: IncomingCallState = 'offered';
  #finalStatus: number | undefined;

  constructor(
    private readonly core: AgentCore,
    private readonly transaction: ServerTransaction,
    private readonly requestInDialog: SessionPorts['request'],
  ) {
    const { request } = transaction;
    this.#request = request;
    this.callId = request.callId ?? '';
    this.from = request.from?.uriText ?? '';
    this.target = request.requestUri;
    this.#tag = core.newTag();
    this.#media = new SessionMedia(core, core.persona.offer('voice'));
    core.sessions.add(this);
    const { expires } = request;
    // RFC 3261 §13.3.1: an invitation that runs out unanswered is answered 487.
    if (expires !== undefined) this.#expiry = core.timers.set(expires * 1000, () => this.cancelled());
  }

  get state(): IncomingCallState {
    return this.#state;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name);
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  ring(status = 180, reason?: string): void {
    if (!this.#isOpen()) return;
    const ringing = this.#openSession().createResponse(this.#request, status);
    if (reason !== undefined) ringing.reason = reason;
    this.#repetition?.cancel();
    this.#sendRinging(ringing);
    this.#change('ringing');
  }

  answer(): void {
    if (!this.#isOpen()) return;
    const offer = sdpOf(this.#request);
    const body = offer === undefined ? this.#media.offer() : this.#media.answer(offer);
    if (body === undefined) return this.reject(488); // RFC 3261 §13.3.1.3
    this.#finish(200);
    this.#openSession().accept(this.transaction, body);
    this.#change('answered');
  }

  reject(status: number, reason?: string, headers: ExtraHeaders = []): void {
    if (!this.#isOpen()) return;
    this.#refuse(status, { headers, ...(reason === undefined ? {} : { reason }) });
    this.#change('rejected');
  }

  ignore(): void {
    if (this.#state === 'offered') this.#change('ignored');
  }

  hangUp(): void {
    if (this.#state === 'answered') this.#session?.hangUp();
    else this.reject(603);
  }

  /** A CANCEL came, or the invitation ran out (RFC 3261 §9.2). */
  cancelled(): void {
    if (!this.#isOpen()) return;
    this.#refuse(487);
    this.#change('cancelled');
  }

  /** The answer to a CANCEL has the tag of the answers to its INVITE (RFC 3261 §9.2). */
  answerCancel(transaction: ServerTransaction): void {
    transaction.respond(createResponse(transaction.request, 200, { toTag: this.#tag }));
  }

  /** Offers the answered session anew; the final status, or undefined where none came or there is no session. */
  async reinvite(offer?: string): Promise<number | undefined> {
    return this.#state === 'answered' ? this.#session?.reinvite(offer) : undefined;
  }

  #isOpen(): boolean {
    return this.#state === 'offered' || this.#state === 'ignored' || this.#state === 'ringing';
  }

  /** RFC 3261 §13.3.1.1: a proxy's Timer C would end an invitation of which nothing is heard, so the 180 is repeated. */
  #sendRinging(ringing: SipResponse): void {
    this.transaction.respond(ringing);
    this.#repetition = this.core.timers.set(this.core.values.ringRepeat, () => this.#sendRinging(ringing));
  }

  #openSession(): Session {
    this.#session ??= new Session(this.core, Dialog.ofCallee(this.#request, this.#tag), this.#media, this.transaction.flow.remote, {
      ended: (why) => this.#ended(why),
      request: this.requestInDialog,
    });
    return this.#session;
  }

  #refuse(status: number, options: ResponseOptions = {}): void {
    this.#finish(status);
    this.#session?.drop();
    const headers: [string, string][] = [['Server', this.core.persona.product]];
    for (const [name, value] of options.headers ?? []) headers.push([name, value]);
    this.transaction.respond(createResponse(this.#request, status, { ...options, toTag: this.#tag, headers }));
  }

  #finish(status: number): void {
    this.#finalStatus = status;
    this.#repetition?.cancel();
    this.#expiry?.cancel();
  }

  #ended(why: SessionEnd): void {
    if (this.#isOpen())
      this.cancelled(); // RFC 3261 §15.1.2: a BYE in the early dialog ends the INVITE with 487
    else if (this.#state === 'answered') this.#change(why === 'lost' ? 'failed' : 'ended');
  }

  #change(state: IncomingCallState): void {
    this.#state = state;
    if (!this.#isOpen() && this.#state !== 'answered') this.core.sessions.delete(this);
    this.#changes.notify();
  }
}

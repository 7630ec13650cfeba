import type { SocketAddress } from '../platform/socket-address.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { Acknowledgement } from './acknowledgement.js';
import { type AgentCore, ALLOW } from './agent-core.js';
import { Dialog } from './dialog.js';
import type { InviteOptions, OutgoingCall, OutgoingCallState } from './endpoint.js';
import { Exchange } from './exchange.js';
import { userOfUri } from './hop.js';
import type { Action } from './messenger/action.js';
import { Notifier } from './notifier.js';
import { SDP, sdpOf } from './sdp-body.js';
import { Session, type SessionEnd, type SessionPorts } from './session.js';
import { SessionMedia } from './session-media.js';

/** An INVITE of ours, its early dialogs, and the session that comes of it (RFC 3261 §13.2 and §9.1). */
export class OutgoingInvitation implements OutgoingCall {
  readonly callId: string;
  readonly #action: Action;
  readonly #media: SessionMedia;
  readonly #hop: SocketAddress;
  readonly #exchange: Exchange;
  readonly #changes = new Notifier();
  /** Early dialogs by the callee's tag: a forked INVITE has several. */
  readonly #early = new Map<string, Session>();
  /** An ACK for each dialog that a 2xx confirmed. */
  readonly #acknowledgements = new Map<string, Acknowledgement>();
  #session: Session | undefined;
  #state: OutgoingCallState = 'calling';
  #finalStatus: number | undefined;
  #unanswered = false;
  #cancelled = false;

  /** @param target a SIP URI */
  constructor(
    private readonly core: AgentCore,
    private readonly target: string,
    private readonly options: InviteOptions,
    private readonly requestInDialog: SessionPorts['request'],
  ) {
    this.#action = options.action ?? 'voice';
    this.#media = new SessionMedia(core, core.persona.offer(this.#action));
    this.#hop = core.hopTo(target, options);
    const request = this.#createInvite();
    this.callId = request.callId ?? '';
    let sequence = request.cseq?.sequence ?? 0;
    this.#exchange = new Exchange(
      core,
      request,
      { hop: this.#hop, nextSequence: () => ++sequence },
      {
        provisional: (response) => this.#provisional(response),
        final: (response) => (response.status < 300 ? this.#accepted(response) : this.#refused(response)),
        failed: () => this.#failed(),
      },
    );
  }

  get state(): OutgoingCallState {
    return this.#state;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  get shown(): string | null {
    return this.#unanswered ? this.core.persona.rejectionShown(this.#action, userOfUri(this.target)) : null;
  }

  start(): void {
    this.core.sessions.add(this);
    this.#exchange.start();
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  cancel(): void {
    if (this.#state === 'answered') this.#session?.hangUp();
    if (!this.#isOpen() || this.#cancelled) return;
    this.#cancelled = true;
    this.#exchange.cancel();
  }

  hangUp(): void {
    this.cancel();
  }

  /** Offers the answered session anew; the final status, or undefined where none came or there is no session. */
  async reinvite(offer?: string): Promise<number | undefined> {
    return this.#state === 'answered' ? this.#session?.reinvite(offer) : undefined;
  }

  #createInvite(): SipRequest {
    const { core, options } = this;
    const body = options.body ?? this.#media.offer();
    const described: [string, string][] = body === '' ? [] : [['Content-Type', SDP]];
    const own: [string, string][] = [['Contact', core.contact], ['Allow', ALLOW], ...described];
    return core.createRequest('INVITE', this.target, [...own, ...(options.headers ?? [])], { body, callId: options.callId });
  }

  #isOpen(): boolean {
    return this.#state === 'calling' || this.#state === 'proceeding' || this.#state === 'ringing';
  }

  #provisional(response: SipResponse): void {
    if (!this.#isOpen()) return;
    const tag = response.toTag;
    // RFC 3261 §12.1: a provisional with a tag, other than 100, makes an early dialog.
    if (response.status > 100 && tag !== undefined && !this.#early.has(tag)) this.#early.set(tag, this.#createSession(response));
    if (response.status === 180) this.#change('ringing');
    else if (this.#state === 'calling') this.#change('proceeding');
  }

  #accepted(response: SipResponse): void {
    const tag = response.toTag ?? '';
    const known = this.#acknowledgements.get(tag);
    if (known) return known.send(); // RFC 3261 §13.2.2.4: every 2xx is acknowledged, the repeated ones too
    // RFC 3261 §13.2.2.4: the route set is computed anew from the 2xx.
    this.#early.get(tag)?.drop();
    this.#early.delete(tag);
    const session = this.#createSession(response);
    session.dialog.confirm();
    const answer = this.options.body === '' ? this.#media.answer(sdpOf(response) ?? '') : undefined;
    const acknowledgement = new Acknowledgement(this.core, session.dialog, this.#exchange.sent, this.#hop, answer);
    this.#acknowledgements.set(tag, acknowledgement);
    acknowledgement.send();
    if (this.#isOpen()) this.#establish(session, response.status);
    else session.hangUp(); // another branch of a fork answered too: RFC 3261 §13.2.2.4 lets us end it at once
  }

  #establish(session: Session, status: number): void {
    this.#session = session;
    this.#finalStatus = status;
    // RFC 3261 §13.2.2.4: branches that have not answered 64 times T1 after the first 2xx never will.
    if (this.#early.size > 0) this.core.timers.set(64 * this.core.values.t1, () => this.#dropEarly());
    if (!this.#cancelled) return this.#change('answered');
    this.#change('cancelled'); // RFC 3261 §15: the 200 crossed our CANCEL
    session.hangUp();
  }

  #refused({ status }: SipResponse): void {
    this.#finalStatus = status;
    this.#dropEarly();
    const given = this.#cancelled && status === 487;
    this.#unanswered = !given;
    this.#change(given ? 'cancelled' : 'rejected');
  }

  #failed(): void {
    this.#dropEarly();
    this.#unanswered = !this.#cancelled; // RFC 3261 §8.1.3.1: the user is told of silence as of a 408
    this.#change(this.#cancelled ? 'cancelled' : 'failed');
  }

  #createSession(response: SipResponse): Session {
    const dialog = Dialog.ofCaller(this.#exchange.sent, response);
    const session: Session = new Session(this.core, dialog, this.#media, this.#hop, {
      ended: (why) => this.#ended(session, why),
      request: this.requestInDialog,
    });
    return session;
  }

  #ended(session: Session, why: SessionEnd): void {
    if (session === this.#session && this.#state === 'answered') this.#change(why === 'lost' ? 'failed' : 'ended');
  }

  #dropEarly(): void {
    for (const session of this.#early.values()) session.drop();
    this.#early.clear();
  }

  #change(state: OutgoingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && this.#state !== 'answered') this.core.sessions.delete(this);
    this.#changes.notify();
  }
}

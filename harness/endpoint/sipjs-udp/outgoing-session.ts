/// <reference path="./sipjs-udp.d.ts" />
import type { ClientSession, IncomingMessage } from 'sipjs-udp';
import type { InviteOptions, OutgoingCall, OutgoingCallState } from '../endpoint.js';
import { userOfUri } from '../hop.js';
import type { Action } from '../messenger/action.js';
import { Notifier } from '../notifier.js';
import type { Agent } from './agent.js';

/** An INVITE of the library, and the session that comes of it. */
export class OutgoingSession implements OutgoingCall {
  readonly callId: string;
  readonly #action: Action;
  readonly #session: ClientSession;
  readonly #changes = new Notifier();
  #state: OutgoingCallState = 'calling';
  #finalStatus: number | undefined;
  #unanswered = false;
  #cancelled = false;

  /** @param target a SIP URI */
  constructor(
    private readonly agent: Agent,
    private readonly target: string,
    options: InviteOptions,
  ) {
    this.#action = options.action ?? 'voice';
    this.callId = options.callId ?? agent.newCallId();
    this.#session = agent.scope.run(() => this.#create(options));
    agent.sessions.add(this);
    agent.route(this.#session.request, target, options.to);
    this.#listen();
    agent.scope.run(() => this.#session.invite());
  }

  get state(): OutgoingCallState {
    return this.#state;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  get shown(): string | null {
    return this.#unanswered ? this.agent.persona.rejectionShown(this.#action, userOfUri(this.target)) : null;
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  cancel(): void {
    if (this.#state === 'answered') return this.#terminate();
    if (!this.#isOpen() || this.#cancelled) return;
    this.#cancelled = true;
    this.#terminate();
  }

  hangUp(): void {
    this.cancel();
  }

  #create({ headers, body }: InviteOptions): ClientSession {
    const { sip, persona, ua } = this.agent;
    const offer = { offered: persona.offer(this.#action), body };
    const options = { ...this.agent.requestOptions(this.callId, headers), inviteWithoutSdp: body === '' };
    return this.agent.offering(offer, () => new sip.InviteClientContext(ua, this.target, options));
  }

  #listen(): void {
    this.#session.on('progress', ({ status_code }: IncomingMessage) => this.#provisional(status_code));
    this.#session.on('accepted', ({ status_code }: IncomingMessage) => this.#final(status_code, 'answered'));
    this.#session.on('rejected', ({ status_code }: IncomingMessage) => this.#refused(status_code));
    this.#session.on('failed', () => this.#failed());
    this.#session.on('terminated', () => this.#terminated());
  }

  #isOpen(): boolean {
    return this.#state === 'calling' || this.#state === 'proceeding' || this.#state === 'ringing';
  }

  #provisional(status: number): void {
    if (!this.#isOpen()) return;
    if (status === 180) this.#change('ringing');
    else if (this.#state === 'calling') this.#change('proceeding');
  }

  #refused(status: number): void {
    const given = this.#cancelled && status === 487;
    this.#unanswered = !given;
    this.#final(status, given ? 'cancelled' : 'rejected');
  }

  #final(status: number, state: OutgoingCallState): void {
    if (!this.#isOpen()) return;
    this.#finalStatus = status;
    this.#change(state);
  }

  #failed(): void {
    if (!this.#isOpen()) return;
    this.#unanswered = !this.#cancelled;
    this.#change(this.#cancelled ? 'cancelled' : 'failed');
  }

  #terminated(): void {
    if (this.#state === 'answered') this.#change('ended');
    else if (this.#isOpen()) this.#change(this.#cancelled ? 'cancelled' : 'failed'); // a 200 that crossed our CANCEL
  }

  #terminate(): void {
    this.agent.scope.run(() => this.#session.terminate());
  }

  #change(state: OutgoingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && state !== 'answered') this.agent.sessions.delete(this);
    this.#changes.notify();
  }
}

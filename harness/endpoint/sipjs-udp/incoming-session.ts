/// <reference path="./sipjs-udp.d.ts" />
import type { ServerSession } from 'sipjs-udp';
import type { SipRequest } from '../../sip/message.js';
import { reasonPhrase } from '../../sip/reason-phrase.js';
import type { ExtraHeaders, IncomingCall, IncomingCallState } from '../endpoint.js';
import { Notifier } from '../notifier.js';
import type { Agent } from './agent.js';
import type { MediaHandler } from './media-handler.js';

/** An INVITE that the library got, and the session that comes of it. */
export class IncomingSession implements IncomingCall {
  readonly callId: string;
  readonly from: string;
  readonly target: string;
  readonly #changes = new Notifier();
  #state: IncomingCallState = 'offered';
  #finalStatus: number | undefined;
  #hangsUp = false;

  constructor(
    private readonly agent: Agent,
    private readonly session: ServerSession,
    private readonly request: SipRequest,
    private readonly media: MediaHandler,
  ) {
    this.callId = request.callId ?? '';
    this.from = request.from?.uriText ?? '';
    this.target = request.requestUri;
    agent.sessions.add(this);
    media.onConfirmed = () => this.#confirmed();
    session.on('cancel', () => this.#final(487, 'cancelled'));
    session.on('failed', () => this.#terminated('failed'));
    session.on('terminated', () => this.#terminated('ended'));
  }

  get state(): IncomingCallState {
    return this.#state;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name);
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  ring(status = 180, reason = reasonPhrase(status)): void {
    if (!this.#isOpen()) return;
    const { progress } = this.agent.sip.InviteServerContext.prototype;
    const options = { statusCode: status, reasonPhrase: reason, extraHeaders: [`Contact: ${this.session.contact}`] };
    this.#run(() => progress.call(this.session, options));
    this.#change('ringing');
  }

  answer(): void {
    if (!this.#isOpen()) return;
    if (!this.media.fits) return this.reject(488); // RFC 3261 §13.3.1.3
    this.#run(() => this.session.accept());
    this.#final(200, 'answered');
  }

  reject(status: number, reason = reasonPhrase(status), headers: ExtraHeaders = []): void {
    if (!this.#isOpen()) return;
    const extraHeaders = headers.map(([name, value]) => `${name}: ${value}`);
    this.#finalStatus = status;
    this.#change('rejected');
    this.#run(() => this.session.reject({ statusCode: status, reasonPhrase: reason, extraHeaders }));
  }

  ignore(): void {
    if (this.#state === 'offered') this.#change('ignored');
  }

  hangUp(): void {
    if (this.#state !== 'answered') return this.reject(603);
    this.#hangsUp = true;
    if (this.media.isConfirmed) this.#bye();
  }

  /** RFC 3261 §15: no BYE before the ACK. Asked to wait for it by itself, the library fails. */
  #confirmed(): void {
    if (this.#hangsUp) queueMicrotask(() => this.#bye());
  }

  #bye(): void {
    if (this.#state === 'answered') this.#run(() => this.session.terminate());
  }

  #run(work: () => void): void {
    this.agent.scope.run(work);
  }

  #isOpen(): boolean {
    return this.#state === 'offered' || this.#state === 'ignored' || this.#state === 'ringing';
  }

  #final(status: number, state: IncomingCallState): void {
    this.#finalStatus = status;
    this.#change(state);
  }

  #terminated(state: 'failed' | 'ended'): void {
    if (this.#isOpen() || this.#state === 'answered') this.#change(state);
  }

  #change(state: IncomingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && state !== 'answered') this.agent.sessions.delete(this);
    this.#changes.notify();
  }
}

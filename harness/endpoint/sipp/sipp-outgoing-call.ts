import type { InviteOptions, OutgoingCall, OutgoingCallState } from '../endpoint.js';
import { userOfUri } from '../hop.js';
import type { Action } from '../messenger/action.js';
import { Notifier } from '../notifier.js';
import { SDP } from '../sdp-body.js';
import { type SippAgent, withType } from './sipp-agent.js';
import type { TwinEvent } from './twin-link.js';

/** An INVITE that sipp sends, and the session that comes of it. */
export class SippOutgoingCall implements OutgoingCall {
  readonly callId: string;
  readonly #action: Action;
  readonly #changes = new Notifier();
  #state: OutgoingCallState = 'calling';
  #finalStatus: number | undefined;
  #unanswered = false;
  #cancelled = false;

  /** @param target a SIP URI */
  constructor(
    private readonly agent: SippAgent,
    private readonly target: string,
    { action = 'voice', headers = [], body = agent.offer(action) }: InviteOptions,
  ) {
    this.#action = action;
    this.callId = agent.newCallId();
    agent.watch(this.callId, (event) => this.#told(event));
    agent.sessions.add(this);
    agent.begin({ callId: this.callId, verb: 'invite', fields: { Target: target }, headers: withType(headers, SDP, body), body });
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
    if (this.#state === 'answered') return this.#command('hangUp');
    if (!this.#isOpen() || this.#cancelled) return;
    this.#cancelled = true;
    // RFC 3261 §9.1: not before a provisional response.
    if (this.#state !== 'calling') this.#command('cancel');
  }

  hangUp(): void {
    this.cancel();
  }

  #told({ event, message }: TwinEvent): void {
    const status = message?.kind === 'response' ? message.status : 0;
    if (event === 'provisional' && this.#isOpen()) this.#provisional(status);
    else if (event === 'final' && this.#isOpen()) this.#final(status);
    else if (event === 'bye' && this.#state === 'answered') this.#change('ended');
    else if (event === 'gone' && (this.#isOpen() || this.#state === 'answered')) this.#change('failed');
  }

  #provisional(status: number): void {
    const isFirst = this.#state === 'calling';
    if (status === 180) this.#change('ringing');
    else if (isFirst) this.#change('proceeding');
    if (isFirst && this.#cancelled) this.#command('cancel');
  }

  #final(status: number): void {
    this.#finalStatus = status;
    if (status < 300) return this.#accepted();
    const given = this.#cancelled && status === 487;
    this.#unanswered = !given;
    this.#change(given ? 'cancelled' : 'rejected');
  }

  #accepted(): void {
    // RFC 3261 §15: too late for the CANCEL that waited for a provisional response; sipp makes a BYE of one that it was told of.
    if (this.#cancelled && this.#state === 'calling') this.agent.command({ callId: this.callId, verb: 'hangUp' });
    this.#change(this.#cancelled ? 'cancelled' : 'answered');
  }

  #isOpen(): boolean {
    return this.#state === 'calling' || this.#state === 'proceeding' || this.#state === 'ringing';
  }

  #command(verb: 'cancel' | 'hangUp'): void {
    this.agent.command({ callId: this.callId, verb });
    if (verb === 'hangUp') this.#change('ended');
  }

  #change(state: OutgoingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && state !== 'answered') this.agent.sessions.delete(this);
    this.#changes.notify();
  }
}

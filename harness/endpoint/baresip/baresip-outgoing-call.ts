import type { InviteOptions, OutgoingCall, OutgoingCallState } from '../endpoint.js';
import { userOfUri } from '../hop.js';
import type { Action } from '../messenger/action.js';
import { Notifier } from '../notifier.js';
import type { BaresipAgent, CallListener } from './baresip-agent.js';
import type { BaresipEvent } from './control-link.js';
import { REQUEST_PATIENCE_MS, type SentRequest } from './sent-requests.js';

/** An INVITE that baresip sends, and the session that comes of it. */
export class BaresipOutgoingCall implements OutgoingCall, CallListener {
  readonly #action: Action;
  readonly #sent: SentRequest;
  readonly #changes = new Notifier();
  #state: OutgoingCallState = 'calling';
  #finalStatus: number | undefined;
  #failed = false;
  #cancelled = false;

  /** @param target a SIP URI */
  constructor(
    private readonly agent: BaresipAgent,
    private readonly target: string,
    { action = 'voice' }: InviteOptions,
  ) {
    this.#action = action;
    this.#sent = agent.sent.expect('INVITE');
    agent.calls.add(this);
    agent.command('dial', target).then(({ ok }) => {
      if (!ok) this.gone();
    });
  }

  /** Drawn by baresip; empty until the INVITE is on its way. */
  get callId(): string {
    return this.#sent.callId;
  }

  get state(): OutgoingCallState {
    return this.#state;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus ?? this.#sent.finalStatus; // its log is ahead of its control channel
  }

  get shown(): string | null {
    const isRejected = (this.finalStatus ?? 0) >= 300;
    return !this.#cancelled && (isRejected || this.#failed)
      ? this.agent.persona.rejectionShown(this.#action, userOfUri(this.target))
      : null;
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  cancel(): void {
    if (this.#state !== 'answered' && (!this.#isOpen() || this.#cancelled)) return;
    this.#cancelled = this.#isOpen();
    this.#end();
  }

  hangUp(): void {
    this.cancel();
  }

  heard({ type, param }: BaresipEvent): void {
    if (type === 'CALL_RINGING' && this.#isOpen()) this.#change('ringing');
    else if (type === 'CALL_PROGRESS' && this.#state === 'calling') this.#change('proceeding');
    else if (type === 'CALL_ESTABLISHED' && this.#isOpen()) this.#established();
    else if (type === 'CALL_CLOSED') this.#closed(param);
  }

  gone(): void {
    if (this.#sent.callId === '') this.agent.sent.withdraw(this.#sent);
    if (this.#isOpen() || this.#state === 'answered') this.#change('failed');
  }

  /** Without a name for the call, the command would end whichever is baresip's current one. */
  #end(): void {
    const end = (): void => this.agent.callCommand(this.callId, 'hangup');
    if (this.callId !== '') return end();
    void this.agent
      .until(() => this.callId !== '', REQUEST_PATIENCE_MS)
      .then((isKnown) => {
        if (isKnown) end();
      });
  }

  #established(): void {
    this.#finalStatus = 200;
    this.#change('answered');
  }

  /** @param why the final response, where that ended it: `486 Busy Here` */
  #closed(why: string): void {
    if (this.#state === 'answered') return this.#change('ended');
    if (!this.#isOpen()) return;
    // Given up, it closes its call before the 487 has come.
    if (this.#cancelled) return this.#change('cancelled');
    const [, status] = /^([3-6]\d\d)\b/.exec(why) ?? [];
    this.#failed = status === undefined;
    if (status !== undefined) this.#finalStatus = Number(status);
    this.#change(this.#failed ? 'failed' : 'rejected');
  }

  #isOpen(): boolean {
    return this.#state === 'calling' || this.#state === 'proceeding' || this.#state === 'ringing';
  }

  #change(state: OutgoingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && state !== 'answered') this.agent.calls.delete(this);
    this.#changes.notify();
  }
}

import { BusyhereError } from '../../platform/errors.js';
import type { SipRequest } from '../../sip/message.js';
import { reasonPhrase } from '../../sip/reason-phrase.js';
import type { ExtraHeaders, IncomingCall, IncomingCallState } from '../endpoint.js';
import { Notifier } from '../notifier.js';
import { SDP, sdpOf } from '../sdp-body.js';
import type { Command } from './command-text.js';
import { type SippAgent, withType } from './sipp-agent.js';
import type { TwinEvent } from './twin-link.js';

/** An INVITE that sipp got, and the session that comes of it. */
export class SippIncomingCall implements IncomingCall {
  readonly callId: string;
  readonly from: string;
  readonly target: string;
  readonly #changes = new Notifier();
  #state: IncomingCallState = 'offered';
  #finalStatus: number | undefined;
  #confirmed = false;
  #hangsUp = false;
  /** Commands that sipp cannot take yet, while it does one after which it takes others; undefined: it does none. */
  #queue: Command[] | undefined;

  constructor(
    private readonly agent: SippAgent,
    private readonly request: SipRequest,
  ) {
    this.callId = request.callId ?? '';
    this.from = request.from?.uriText ?? '';
    this.target = request.requestUri;
    agent.watch(this.callId, (event) => this.#told(event));
    agent.sessions.add(this);
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
    this.#respond(status, reason);
    this.#change('ringing');
  }

  answer(): void {
    if (!this.#isOpen()) return;
    const body = this.agent.answer(sdpOf(this.request) ?? '');
    if (body === undefined) return this.reject(488); // RFC 3261 §13.3.1.3
    this.#command({ callId: this.callId, verb: 'accept', headers: withType([], SDP, body), body });
    this.#final(200, 'answered');
  }

  reject(status: number, reason = reasonPhrase(status), headers: ExtraHeaders = []): void {
    if (!this.#isOpen()) return;
    this.#respond(status, reason, headers);
    this.#final(status, 'rejected');
  }

  /** Nobody decides at once: RFC 3261 §17.2.1 wants a 100 then. */
  ignore(): void {
    if (this.#state !== 'offered') return;
    this.#respond(100, reasonPhrase(100));
    this.#change('ignored');
  }

  hangUp(): void {
    if (this.#state !== 'answered') return this.reject(603);
    this.#hangsUp = true;
    this.#byeIfConfirmed();
  }

  #respond(status: number, reason: string, headers: ExtraHeaders = []): void {
    const { statuses } = this.agent.options;
    if (status !== 100 && status !== 180 && !statuses.includes(status)) {
      throw new BusyhereError('internal', `sipp's scenario was written without an answer ${status}`);
    }
    this.#command({ callId: this.callId, verb: String(status), fields: { Phrase: reason }, headers });
    if (status < 200) this.#queue ??= [];
  }

  #command(command: Command): void {
    if (this.#queue) this.#queue.push(command);
    else this.agent.command(command);
  }

  /** A provisional response has gone out. */
  #done(): void {
    const next = this.#queue?.shift();
    if (next === undefined) this.#queue = undefined;
    else this.agent.command(next);
    if (next !== undefined && !isProvisional(next)) this.#queue = undefined;
  }

  #told({ event }: TwinEvent): void {
    // What we had decided came too late, else sipp had answered the CANCEL and gone on.
    if (event === 'cancel') this.#final(487, 'cancelled');
    else if (event === 'bye' && this.#state === 'answered') this.#change('ended');
    else if (event === 'gone' && (this.#isOpen() || this.#state === 'answered')) this.#change('failed');
    else if (event === 'done') this.#done();
    else if (event === 'ack') {
      this.#confirmed = true;
      this.#byeIfConfirmed();
    }
  }

  /** RFC 3261 §15: no BYE before the ACK. */
  #byeIfConfirmed(): void {
    if (!this.#hangsUp || !this.#confirmed || this.#state !== 'answered') return;
    this.agent.command({ callId: this.callId, verb: 'hangUp' });
    this.#change('ended');
  }

  #isOpen(): boolean {
    return this.#state === 'offered' || this.#state === 'ignored' || this.#state === 'ringing';
  }

  #final(status: number, state: IncomingCallState): void {
    this.#finalStatus = status;
    this.#change(state);
  }

  #change(state: IncomingCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#isOpen() && state !== 'answered') this.agent.sessions.delete(this);
    this.#changes.notify();
  }
}

function isProvisional({ verb }: Command): boolean {
  return /^1\d\d$/.test(verb);
}

import type { SocketAddress } from '../platform/socket-address.js';
import { type SipMessage, SipRequest, type SipResponse } from '../sip/message.js';
import type { Listener } from '../transaction/listener.js';
import type { Acknowledgement } from './acknowledgement.js';
import type { AnswerRepeater } from './answer-repeater.js';
import type { ControlConnection } from './control-connection.js';
import { addressed, nextHop } from './dialog-route.js';
import type { DialogStart } from './dialog-start.js';

const MAX_FORWARDS = '70';

/** A dialog that the server keeps for an application (RFC 3261 §12); of one that we began, before its first response too. */
export class Dialog {
  confirmed = false;
  /** The INVITE that the application answered last, until its ACK is here. */
  answer: AnswerRepeater | undefined;
  /** Under which the application knows the INVITE that it answered last. */
  answerId = '';
  /** CSeq number of our INVITE that was answered and waits for the application's ACK. */
  toAcknowledge: number | undefined;
  acknowledgement: Acknowledgement | undefined;
  /** Callees of the same INVITE who answered after the first, by their tags; their calls have been ended. */
  readonly releasedForks = new Map<string, Dialog>();
  /** The application has cancelled the INVITE, so that a 2xx ends the call. */
  cancelled = false;

  constructor(private readonly state: DialogStart) {}

  get dialogId(): string {
    return this.state.dialogId;
  }

  get callId(): string {
    return this.state.callId;
  }

  get application(): ControlConnection {
    return this.state.application;
  }

  get localContact(): string {
    return this.state.localContact;
  }

  get listener(): Listener {
    return this.state.listener;
  }

  get localTag(): string {
    return this.state.localTag;
  }

  get remoteTag(): string | undefined {
    return this.state.remoteTag;
  }

  /** Takes over what a response to our INVITE or SUBSCRIBE says of its sender (RFC 3261 §12.1.2). */
  learn(response: SipResponse, peer: SocketAddress): void {
    const { state } = this;
    if (response.toTag === undefined) return;
    state.remoteTag = response.toTag;
    state.remote = response.headers.get('To') ?? state.remote;
    state.routeSet = response.headers.list('Record-Route').reverse();
    state.peer = peer;
    this.refreshTarget(response);
  }

  /** Takes over the Contact of a re-INVITE or of its 2xx (RFC 3261 §12.2.1.2, §12.2.2). */
  refreshTarget(message: SipMessage): void {
    const contact = message.contacts[0];
    if (contact) this.state.remoteTarget = contact.uriText;
  }

  /** Whether a request of either side is the dialog's last (RFC 3261 §15, RFC 6665 §4.4.1). */
  isEndedBy({ method, headers }: SipRequest): boolean {
    if (method === 'BYE') return true;
    return !this.state.isInvite && method === 'NOTIFY' && /terminated/i.test(headers.get('Subscription-State') ?? '');
  }

  /** Notes a request of the peer's; false where it is out of order (RFC 3261 §12.2.2). */
  receive(request: SipRequest, peer: SocketAddress): boolean {
    const { state } = this;
    const sequence = request.cseq?.sequence ?? 0;
    if (state.remoteSequence !== undefined && sequence < state.remoteSequence) return false;
    state.remoteSequence = sequence;
    state.peer = peer;
    // RFC 6665 §4.4.1: a NOTIFY may come before the response to the SUBSCRIBE, and tells the same.
    if (state.remoteTag === undefined) {
      state.remoteTag = request.fromTag;
      state.remote = request.headers.get('From') ?? state.remote;
      state.routeSet = request.headers.list('Record-Route');
      this.refreshTarget(request);
    }
    return true;
  }

  /** CSeq number of the last request of ours that is no ACK. */
  get lastSequence(): number {
    return this.state.localSequence;
  }

  nextSequence(): number {
    this.state.localSequence += 1;
    return this.state.localSequence;
  }

  /**
   * A request inside the dialog (RFC 3261 §12.2.1.1).
   * @param requestUri undefined: the remote target
   * @param fields further headers, in the order of the wire
   */
  createRequest(
    method: string,
    sequence: number,
    requestUri: string | undefined,
    fields: Iterable<readonly [string, string]>,
    body: Buffer,
  ): SipRequest {
    const { state } = this;
    const { routes, requestUri: target } = addressed({ routeSet: state.routeSet, target: requestUri ?? state.remoteTarget });
    return SipRequest.create(
      method,
      target,
      [
        ...routes.map((route): [string, string] => ['Route', route]),
        ['Max-Forwards', MAX_FORWARDS],
        ['From', state.local],
        ['To', state.remote],
        ['Call-ID', state.callId],
        ['CSeq', `${sequence} ${method}`],
        ...fields,
      ],
      body,
    );
  }

  /**
   * Where requests go.
   * @param mend the peer's own address counts more than a Contact that names another host
   */
  nextHop(mend: boolean): SocketAddress {
    return nextHop({ routeSet: this.state.routeSet, target: this.state.remoteTarget }, this.state.peer, mend);
  }
}

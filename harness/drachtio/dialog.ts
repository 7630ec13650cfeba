import type { SocketAddress } from '../platform/socket-address.js';
import { type SipMessage, SipRequest, type SipResponse } from '../sip/message.js';
import { parseNameAddr } from '../sip/name-addr.js';
import { parseUri } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener } from '../transaction/listener.js';
import type { AnswerRepeater } from './answer-repeater.js';
import type { ControlConnection } from './control-connection.js';
import { uriAddress } from './uri-address.js';

const MAX_FORWARDS = '70';

/** What the two sides call each other, and how far they have counted. */
interface DialogStart {
  readonly dialogId: string;
  readonly callId: string;
  readonly localTag: string;
  /** From of our requests, tag included. */
  readonly local: string;
  readonly isInvite: boolean;
  readonly listener: Listener;
  readonly application: ControlConnection;
  /** The Contact that we gave, for requests that need one. */
  readonly localContact: string;
  localSequence: number;
  remoteSequence: number | undefined;
  remoteTag: string | undefined;
  /** To of our requests. */
  remote: string;
  remoteTarget: string;
  routeSet: readonly string[];
  peer: SocketAddress;
}

/** The id under which applications know a dialog: the tag is that of whoever sent the INVITE, on both sides. */
export function dialogIdOf(callId: string, callerTag: string): string {
  return `${callId};from-tag=${callerTag}`;
}

/** A dialog that the server keeps for an application (RFC 3261 §12); of one that we began, before its first response too. */
export class Dialog {
  confirmed = false;
  /** The INVITE that the application answered last, until its ACK is here. */
  answer: AnswerRepeater | undefined;
  /** Under which the application knows the INVITE that it answered last. */
  answerId = '';
  /** CSeq number of our INVITE that was answered and waits for the application's ACK. */
  toAcknowledge: number | undefined;
  /** Our ACK for the last 2xx, sent again whenever that comes again. */
  acknowledgement: SipRequest | undefined;
  /** The application has cancelled the INVITE, so that a 2xx ends the call. */
  cancelled = false;

  private constructor(private readonly state: DialogStart) {}

  static ofCallee(invite: SipRequest, flow: Flow, localTag: string, localContact: string, application: ControlConnection): Dialog {
    const callId = invite.callId ?? '';
    return new Dialog({
      dialogId: dialogIdOf(callId, invite.fromTag ?? ''),
      callId,
      localTag,
      local: `${invite.headers.get('To') ?? ''};tag=${localTag}`,
      isInvite: invite.method === 'INVITE',
      listener: flow.listener,
      application,
      localContact,
      localSequence: 0,
      remoteSequence: invite.cseq?.sequence,
      remoteTag: invite.fromTag,
      remote: invite.headers.get('From') ?? '',
      remoteTarget: invite.contacts[0]?.uriText ?? '',
      routeSet: invite.headers.list('Record-Route'),
      peer: flow.remote,
    });
  }

  static ofCaller(invite: SipRequest, flow: Flow, application: ControlConnection): Dialog {
    const callId = invite.callId ?? '';
    const localTag = invite.fromTag ?? '';
    return new Dialog({
      dialogId: dialogIdOf(callId, localTag),
      callId,
      localTag,
      local: invite.headers.get('From') ?? '',
      isInvite: invite.method === 'INVITE',
      listener: flow.listener,
      application,
      localContact: invite.headers.get('Contact') ?? '',
      localSequence: invite.cseq?.sequence ?? 0,
      remoteSequence: undefined,
      remoteTag: undefined,
      remote: invite.headers.get('To') ?? '',
      remoteTarget: invite.requestUri,
      routeSet: [],
      peer: flow.remote,
    });
  }

  get dialogId(): string {
    return this.state.dialogId;
  }

  get callId(): string {
    return this.state.callId;
  }

  get application(): ControlConnection {
    return this.state.application;
  }

  get isInvite(): boolean {
    return this.state.isInvite;
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
  get inviteSequence(): number {
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
    const { routes, target } = this.#routing(requestUri ?? state.remoteTarget);
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
   * Where requests go: to the first route or the target, as far as that is an address; else to where the peer sends from.
   * @param mend the peer's own address counts more than a Contact that names another host
   */
  nextHop(mend: boolean): SocketAddress {
    const { routeSet, remoteTarget, peer } = this.state;
    const [first] = routeSet;
    const hop = addressOf(first === undefined ? remoteTarget : uriOf(first));
    if (!hop || (mend && first === undefined && hop.address !== peer.address)) return peer;
    return hop;
  }

  #routing(target: string): { routes: readonly string[]; target: string } {
    const [first, ...rest] = this.state.routeSet;
    if (first === undefined) return { routes: [], target };
    const uri = parseUri(uriOf(first));
    if (!uri.ok || uri.value.params.has('lr')) return { routes: this.state.routeSet, target };
    return { routes: [...rest, `<${target}>`], target: uriOf(first) }; // RFC 3261 §12.2.1.1: a strict router
  }
}

function uriOf(nameAddr: string): string {
  const parsed = parseNameAddr(nameAddr);
  return parsed.ok ? parsed.value.uriText : nameAddr;
}

function addressOf(uriText: string): SocketAddress | undefined {
  const uri = parseUri(uriText);
  return uri.ok ? uriAddress(uri.value) : undefined;
}

import { type SipMessage, SipRequest, type SipResponse } from '../sip/message.js';
import { parseNameAddr } from '../sip/name-addr.js';
import { parseUri } from '../sip/uri.js';

export type DialogState = 'early' | 'confirmed' | 'terminated';

/** What one side keeps of a dialog at its beginning (RFC 3261 §12.1). */
interface DialogStart {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From header of our requests, tag included. */
  readonly local: string;
  /** To header of our requests, tag included. */
  readonly remote: string;
  readonly remoteTarget: string;
  /** Name-addrs, the next hop first. */
  readonly routeSet: readonly string[];
  readonly localSequence: number;
  readonly remoteSequence: number | undefined;
  readonly isCaller: boolean;
}

const MAX_FORWARDS = '70';

/** What a request inside the dialog is sent with, and the URI of its first hop. */
export interface DialogRequest {
  readonly request: SipRequest;
  readonly hopUri: string;
}

/** One side's state of a dialog (RFC 3261 §12). */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly routeSet: readonly string[];
  /** Whether we sent the INVITE that made it, and so chose its Call-ID. */
  readonly isCaller: boolean;
  #state: DialogState = 'early';
  #remoteTarget: string;
  #localSequence: number;
  #remoteSequence: number | undefined;

  private constructor(private readonly start: DialogStart) {
    this.callId = start.callId;
    this.localTag = start.localTag;
    this.remoteTag = start.remoteTag;
    this.routeSet = start.routeSet;
    this.isCaller = start.isCaller;
    this.#remoteTarget = start.remoteTarget;
    this.#localSequence = start.localSequence;
    this.#remoteSequence = start.remoteSequence;
  }

  /** The dialog that a response to our INVITE makes (RFC 3261 §12.1.2). */
  static ofCaller(invite: SipRequest, response: SipResponse): Dialog {
    return new Dialog({
      callId: invite.callId ?? '',
      localTag: invite.fromTag ?? '',
      remoteTag: response.toTag ?? '',
      local: invite.headers.get('From') ?? '',
      remote: response.headers.get('To') ?? '',
      remoteTarget: response.contacts[0]?.uriText ?? invite.requestUri,
      routeSet: response.headers.list('Record-Route').reverse(),
      localSequence: invite.cseq?.sequence ?? 0,
      remoteSequence: undefined,
      isCaller: true,
    });
  }

  /** The dialog that our response to an INVITE makes (RFC 3261 §12.1.1). */
  static ofCallee(invite: SipRequest, localTag: string): Dialog {
    return new Dialog({
      callId: invite.callId ?? '',
      localTag,
      remoteTag: invite.fromTag ?? '',
      local: `${invite.headers.get('To') ?? ''};tag=${localTag}`,
      remote: invite.headers.get('From') ?? '',
      remoteTarget: invite.contacts[0]?.uriText ?? '',
      routeSet: invite.headers.list('Record-Route'),
      localSequence: 0,
      remoteSequence: invite.cseq?.sequence,
      isCaller: false,
    });
  }

  /** Unique among the dialogs of one user agent. */
  get key(): string {
    return dialogKey(this.callId, this.localTag, this.remoteTag);
  }

  get state(): DialogState {
    return this.#state;
  }

  get remoteTarget(): string {
    return this.#remoteTarget;
  }

  confirm(): void {
    if (this.#state === 'early') this.#state = 'confirmed';
  }

  terminate(): void {
    this.#state = 'terminated';
  }

  /** Notes the CSeq number of a request of the peer's; false where it is out of order (RFC 3261 §12.2.2). */
  receiveSequence(sequence: number): boolean {
    if (this.#remoteSequence !== undefined && sequence < this.#remoteSequence) return false;
    this.#remoteSequence = sequence;
    return true;
  }

  /** Takes over the Contact of a re-INVITE or of its 2xx (RFC 3261 §12.2.1.2 and §12.2.2). */
  refreshTarget(message: SipMessage): void {
    const contact = message.contacts[0];
    if (contact) this.#remoteTarget = contact.uriText;
  }

  nextSequence(): number {
    this.#localSequence += 1;
    return this.#localSequence;
  }

  /** A request inside the dialog (RFC 3261 §12.2.1.1). An ACK has the CSeq number of its INVITE. */
  createRequest(method: string, sequence = this.nextSequence()): DialogRequest {
    const { requestUri, routes, hopUri } = this.#routing();
    const request = SipRequest.create(method, requestUri, [
      ...routes.map((route): [string, string] => ['Route', route]),
      ['Max-Forwards', MAX_FORWARDS],
      ['From', this.start.local],
      ['To', this.start.remote],
      ['Call-ID', this.callId],
      ['CSeq', `${sequence} ${method}`],
    ]);
    return { request, hopUri };
  }

  #routing(): { requestUri: string; routes: readonly string[]; hopUri: string } {
    const [first, ...rest] = this.routeSet;
    if (first === undefined) return { requestUri: this.#remoteTarget, routes: [], hopUri: this.#remoteTarget };
    const parsed = parseNameAddr(first);
    const hopUri = parsed.ok ? parsed.value.uriText : first;
    if (isLooseRouter(hopUri)) return { requestUri: this.#remoteTarget, routes: this.routeSet, hopUri };
    // RFC 3261 §12.2.1.1: a strict router takes its own URI as Request-URI, and the target goes to the end.
    return { requestUri: hopUri, routes: [...rest, `<${this.#remoteTarget}>`], hopUri };
  }
}

export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}|${localTag}|${remoteTag}`;
}

function isLooseRouter(uri: string): boolean {
  const parsed = parseUri(uri);
  return parsed.ok && parsed.value.params.has('lr');
}

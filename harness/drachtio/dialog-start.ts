import type { SocketAddress } from '../platform/socket-address.js';
import type { SipRequest } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener } from '../transaction/listener.js';
import type { ControlConnection } from './control-connection.js';

/** What the two sides call each other, and how far they have counted. */
export interface DialogStart {
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

/** The dialog of an INVITE or SUBSCRIBE that came, when the application says its first word on it (RFC 3261 §12.1.1). */
export function startOfCallee(
  request: SipRequest,
  flow: Flow,
  localTag: string,
  localContact: string,
  application: ControlConnection,
): DialogStart {
  const callId = request.callId ?? '';
  return {
    dialogId: dialogIdOf(callId, request.fromTag ?? ''),
    callId,
    localTag,
    local: `${request.headers.get('To') ?? ''};tag=${localTag}`,
    isInvite: request.method === 'INVITE',
    listener: flow.listener,
    application,
    localContact,
    localSequence: 0,
    remoteSequence: request.cseq?.sequence,
    remoteTag: request.fromTag,
    remote: request.headers.get('From') ?? '',
    remoteTarget: request.contacts[0]?.uriText ?? '',
    routeSet: request.headers.list('Record-Route'),
    peer: flow.remote,
  };
}

/** The dialog that an application's INVITE or SUBSCRIBE may make; its peer is to be learned. */
export function startOfCaller(request: SipRequest, flow: Flow, application: ControlConnection): DialogStart {
  const callId = request.callId ?? '';
  const localTag = request.fromTag ?? '';
  return {
    dialogId: dialogIdOf(callId, localTag),
    callId,
    localTag,
    local: request.headers.get('From') ?? '',
    isInvite: request.method === 'INVITE',
    listener: flow.listener,
    application,
    localContact: request.headers.get('Contact') ?? '',
    localSequence: request.cseq?.sequence ?? 0,
    remoteSequence: undefined,
    remoteTag: undefined,
    remote: request.headers.get('To') ?? '',
    remoteTarget: request.requestUri,
    routeSet: [],
    peer: flow.remote,
  };
}

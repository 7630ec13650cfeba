import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { Action } from './messenger/action.js';

/** Extra header fields, in the order in which they are to stand. */
export type ExtraHeaders = readonly (readonly [name: string, value: string])[];

/** What a user proves who he is with (RFC 3261 §22). */
export interface Account {
  readonly user: string;
  readonly password: string;
}

export interface EndpointOptions {
  /** The participant's name, and the user part of its address of record unless `identity` says otherwise. */
  readonly name: string;
  /** Where it listens and sends from; port 0 lets the network choose. */
  readonly address: SocketAddress;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: DatagramNetwork;
  readonly timers: TimerValues;
  /** The domain of its address of record, and of its registrar. */
  readonly domain: string;
  /** The server that requests outside dialogs go to first; without one they go where their Request-URI points. */
  readonly outbound?: SocketAddress;
  /** Without one a challenge is final. */
  readonly account?: Account;
  /** The address of record as a SIP URI; `sip:NAME@DOMAIN` unless given. */
  readonly identity?: string;
}

/** Where a request goes, and what it carries besides what SIP asks for. */
export interface RequestOptions {
  readonly headers?: ExtraHeaders;
  /** Sends it straight there instead of to the outbound server. */
  readonly to?: SocketAddress;
  /** Its Call-ID, unique in the world; drawn unless given. */
  readonly callId?: string;
}

export interface InviteOptions extends RequestOptions {
  /** What the other is invited to; `voice` unless given. */
  readonly action?: Action;
  /** SDP to offer instead of the one that belongs to the action. */
  readonly body?: string;
}

/**
 * A SIP user agent that a script can drive. It shows and does only what any user agent can, so that other
 * implementations than ours can stand behind it. What it says of itself is never evidence: verdicts come from the wire.
 */
export interface Endpoint {
  readonly name: string;
  /** Where it listens; the port is known once it has started. */
  readonly address: SocketAddress;
  /** Whether the registrar holds its contact, as far as it said for how long. */
  readonly registered: boolean;
  /** @throws BusyhereError `address-in-use` or `address-unavailable` */
  start(): Promise<void>;
  /** Registers its contact with the registrar of its domain. @throws RegistrationError with the final status */
  register(): Promise<void>;
  /** Takes the contact away from the registrar (RFC 3261 §10.2.2). @throws RegistrationError with the final status */
  unregister(): Promise<void>;
  /** @param target a SIP URI */
  invite(target: string, options?: InviteOptions): OutgoingCall;
  /** Sends an instant message (RFC 3428). @param target a SIP URI */
  message(target: string, text: string, options?: RequestOptions): OutgoingRequest;
  /** Asks what the other can do (RFC 3261 §11). @param target a SIP URI */
  options(target: string, options?: RequestOptions): OutgoingRequest;
  /**
   * Has invitations handled by a script. The handler decides at once, by `ring`, `answer`, `reject` or `ignore`;
   * where it decides nothing, the endpoint does what it does by itself. Invitations that the endpoint refuses
   * whatever the script says (an engaged Messenger's 486) do not get here.
   */
  onInvitation(handler: (call: IncomingCall) => void): void;
  onMessage(handler: (message: IncomingMessage) => void): void;
  /** Leaves no timer and no socket. Open calls are dropped without a word to the other side. */
  stop(): Promise<void>;
}

/** `failed`: no final response came, or the session broke; `ended`: it was answered and is over. */
export type OutgoingCallState = 'calling' | 'proceeding' | 'ringing' | 'answered' | 'rejected' | 'cancelled' | 'ended' | 'failed';

export interface OutgoingCall {
  /** Empty for as long as it is not known: some endpoints draw it themselves, a moment later. */
  readonly callId: string;
  readonly state: OutgoingCallState;
  /** The final response that this endpoint got, after any challenge that it could meet; undefined while there is none. */
  readonly finalStatus: number | undefined;
  /** What the user's screen says; null where it says nothing. */
  readonly shown: string | null;
  /** Gives the invitation up (CANCEL). Where it is answered already, or the answer crosses, the session is ended. */
  cancel(): void;
  /** Ends the session (BYE); before an answer, the same as {@link cancel}. */
  hangUp(): void;
  /** Called after every change of state. */
  onChange(listener: () => void): void;
}

/** `offered`: nothing was done yet; `ignored`: the script wants nothing done. */
export type IncomingCallState = 'offered' | 'ignored' | 'ringing' | 'answered' | 'rejected' | 'cancelled' | 'ended' | 'failed';

export interface IncomingCall {
  readonly callId: string;
  /** The URI of the From header. */
  readonly from: string;
  /** The Request-URI. */
  readonly target: string;
  readonly state: IncomingCallState;
  /** The final response that was given. */
  readonly finalStatus: number | undefined;
  /** The first header field of that name in the INVITE. */
  header(name: string): string | undefined;
  /**
   * 180, or another provisional, repeated for as long as it rings. A further one takes the place of the one before.
   * @param status 101 to 199
   * @param reason its usual phrase unless given; may be empty (RFC 3261 §7.2)
   */
  ring(status?: number, reason?: string): void;
  /** 200 with an SDP answer; 488 where nothing of the offer fits. */
  answer(): void;
  /** @param status 300 to 699 */
  reject(status: number, reason?: string, headers?: ExtraHeaders): void;
  /** Leaves the invitation without an answer. */
  ignore(): void;
  /** Ends the session (BYE); before an answer, declines (603). */
  hangUp(): void;
  onChange(listener: () => void): void;
}

/** A request outside an invitation. */
export interface OutgoingRequest {
  /** Empty for as long as it is not known. */
  readonly callId: string;
  /** Undefined while there is none. */
  readonly finalStatus: number | undefined;
  /** The final status; undefined where none came. */
  readonly done: Promise<number | undefined>;
}

export interface IncomingMessage {
  /** The URI of the From header. */
  readonly from: string;
  readonly contentType: string;
  readonly text: string;
}

import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { StreamNetwork } from '../platform/stream-network.js';
import type { SipRequest } from '../sip/message.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { RequestHandler } from './request-handler.js';

/** A socket for SIP over UDP, under a name of its own. */
export interface SipListenerOptions {
  readonly name: string;
  /** Port 0 lets the network choose. */
  readonly address: SocketAddress;
}

/** Bounds on what one server holds. What goes beyond them is refused; what it holds already is not touched. */
export interface ServerLimits {
  /** Applications connected at a time. */
  readonly connections: number;
  /** Requests from the network that wait for an application's first word, all together. */
  readonly pendingRequests: number;
  /** Octets that one application may be behind with before it gets no new requests. */
  readonly queuedOctets: number;
  /** Octets that one application may be behind with before it is given up and its connection closed. */
  readonly queuedOctetsAtMost: number;
  /** How long a connection may take to authenticate, in ms. */
  readonly authenticateWithin: number;
  /** How long an application may take for its first word on a request, in ms; then the request is forgotten. */
  readonly firstWordWithin: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  connections: 1_000,
  pendingRequests: 20_000,
  queuedOctets: 16 * 1024 * 1024,
  queuedOctetsAtMost: 64 * 1024 * 1024,
  authenticateWithin: 10_000,
  firstWordWithin: 64_000,
};

/** The ports and settings of a control server. */
export interface DrachtioServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** For SIP. */
  readonly network: DatagramNetwork;
  /** For the applications' connections. */
  readonly streams: StreamNetwork;
  readonly timers: TimerValues;
  /** Where applications connect; loopback, since whoever connects commands the server. */
  readonly control: SocketAddress;
  readonly secret: string;
  /** At least one; the first is the one that the server uses where nothing else decides. */
  readonly listeners: readonly SipListenerOptions[];
  /** Chooses an application for each new request; left out, all connected ones are asked in turn. */
  readonly requestHandler?: RequestHandler;
  /**
   * The name of the listener from which a new request leaves. Undefined lets the server choose: the listener that the
   * request's Contact names, else one in the destination's network, else the first.
   */
  readonly listenerFor?: (destination: SocketAddress, request: SipRequest) => string | undefined;
  /** What the RFCs say instead of what the real server does, where the two differ. */
  readonly strict?: boolean;
  readonly limits?: Partial<ServerLimits>;
}

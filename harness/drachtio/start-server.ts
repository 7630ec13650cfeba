import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { SipRequest } from '../sip/message.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { RequestHandler } from './request-handler.js';
import type { ServerCounters } from './server-counters.js';
import type { ServerLimits, SipListenerOptions } from './server-options.js';

export interface StartOptions {
  /** What applications have to know; `cymru` if left out, as the published image has it. */
  readonly secret?: string;
  /**
   * Where SIP is taken: `udp/127.0.0.1:5060`, or several listeners by name. Port 0 lets the system choose.
   * `udp/127.0.0.1:0` if left out.
   */
  readonly sip?: string | readonly SipListenerOptions[];
  /** Where applications connect. 127.0.0.1 and a port of the system's choice if left out. */
  readonly control?: { readonly host?: string; readonly port?: number };
  /** Connect to the application at `tcp://host:port` for every new request (`srf.listen`), or let a function choose for each. */
  readonly outbound?: string | RequestHandler;
  /** What the RFCs say instead of what the real server does, where the two differ. */
  readonly strict?: boolean;
  /** Of the SIP transactions; the RFC's if left out. */
  readonly timers?: TimerValues;
  /** See {@link DrachtioServerOptions.listenerFor}. */
  readonly listenerFor?: (destination: SocketAddress, request: SipRequest) => string | undefined;
  readonly limits?: Partial<ServerLimits>;
  /** For SIP; the machine's UDP if left out. */
  readonly network?: DatagramNetwork;
  readonly clock?: Clock;
  /** Of all that is drawn: tags, branches, Call-IDs. A new one each time if left out. */
  readonly seed?: number;
}

/** A server that runs. */
export interface RunningDrachtioServer {
  /** Where applications connect. */
  readonly control: { readonly host: string; readonly port: number };
  readonly secret: string;
  /** Where SIP is taken; of several listeners the first. */
  readonly sip: { readonly host: string; readonly port: number };
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** For `srf.connect`. */
  readonly connectOptions: { host: string; port: number; secret: string };
  /** What it holds and what it has seen. */
  readonly counters: ServerCounters;
  /** Ends everything without a word to SIP peers, closes the applications' connections and frees the addresses. */
  stop(): Promise<void>;
}

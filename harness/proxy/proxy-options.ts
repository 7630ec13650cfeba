import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { ParseLimits } from '../sip/parse-message.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { JournalEntry } from '../trust/decision.js';
import type { Peer, TrustSettings } from '../trust/trust-settings.js';

/** A user of the domain: may register, and answers digest challenges. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** A static next hop. It also gives the next hop its role. */
export interface Route {
  readonly kind: 'number' | 'domain';
  /** A number, `+1*` for all that begin so, or a domain. */
  readonly pattern: string;
  readonly nextHop: SocketAddress;
  /** The listener that the requests leave from. */
  readonly listener: string;
  readonly role: 'gateway' | 'server';
}

export interface ListenerOptions {
  readonly name: string;
  /** Port 0 lets the network choose. */
  readonly address: SocketAddress;
}

/** `SHA-256` before `MD5` by default, the better first (RFC 8760 §2.3); old clients understand only `MD5`. */
export type OfferedAlgorithm = 'MD5' | 'SHA-256';

/** The most that a proxy holds of each thing, and for how long. */
export interface ProxyLimits {
  /** Response contexts at a time; one more request is answered 503. */
  readonly contexts: number;
  /** Branches of one request. */
  readonly branches: number;
  /** Bindings of the whole domain, and of one user. */
  readonly bindings: number;
  readonly bindingsPerUser: number;
  /** Registration intervals, seconds. */
  readonly minExpires: number;
  readonly defaultExpires: number;
  readonly maxExpires: number;
  /** How long a nonce is taken, ms; and how many nonces' counts are remembered. */
  readonly nonceLifetime: number;
  readonly nonces: number;
  /** Dialogs whose requests pass unchallenged; the oldest is forgotten first. */
  readonly dialogs: number;
  /** Journal entries of one run. */
  readonly journalEntries: number;
}

export const DEFAULT_PROXY_LIMITS: ProxyLimits = {
  contexts: 20_000,
  branches: 16,
  bindings: 20_000,
  bindingsPerUser: 10,
  minExpires: 60,
  defaultExpires: 3_600,
  maxExpires: 7_200,
  nonceLifetime: 300_000,
  nonces: 20_000,
  dialogs: 20_000,
  journalEntries: 10_000,
};

/** What a server of a domain decides by, whatever it then forwards with. */
export interface DomainOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The domain that it is responsible for; also the realm of its challenges. */
  readonly domain: string;
  readonly trust: TrustSettings;
  /** Peers with a role besides the next hops of the routes. */
  readonly peers: readonly Peer[];
  readonly accounts: readonly Account[];
  readonly routes: readonly Route[];
  readonly digestAlgorithms?: readonly OfferedAlgorithm[];
  readonly journal?: (entry: JournalEntry) => void;
  readonly limits?: Partial<ProxyLimits>;
}

export interface ProxyOptions extends DomainOptions {
  readonly network: DatagramNetwork;
  readonly timers: TimerValues;
  /** At least one. */
  readonly listeners: readonly ListenerOptions[];
  /** Stay on the path of the dialogs that are set up through it (RFC 3261 §16.6 item 4). */
  readonly recordRoute?: boolean;
  /** Keep no transactions: forward by RFC 3261 §16.11. */
  readonly stateless?: boolean;
  readonly parseLimits?: ParseLimits;
}

import type { EndpointSetting } from '../endpoint/endpoint-kind.js';
import type { LinkQuality } from '../platform/link-quality.js';

/** What a lab is to build: servers with their trust settings, and participants, all by name. Addresses are the lab's business. */
export interface Topology {
  readonly servers: readonly Server[];
  readonly participants: readonly Participant[];
  /** Links that are worse than the network's own; the first that joins two hosts counts. */
  readonly links: readonly LinkSettings[];
}

/** What happens to datagrams between two hosts, in both directions. */
export interface LinkSettings {
  /** Names of participants or servers. */
  readonly between: readonly [string, string];
  readonly quality: LinkQuality;
}

/** A deviation of a server from RFC 3261 that a scenario switches on by name. */
export type Quirk = 'lcs2003';

export const QUIRKS: readonly Quirk[] = ['lcs2003'];

/** Name of the listener of a server whose settings name none. */
export const DEFAULT_LISTENER = 'default';

/** A SIP server of the case, its trust settings being those of the case's profile. */
export interface Server {
  readonly name: string;
  readonly domain: string;
  readonly quirks: readonly Quirk[];
  /** An address asked for explicitly; null: the lab chooses. Several listeners share it and differ in their ports. */
  readonly address: string | null;
  /** At least one; the first is the one that a reference without a listener's name means. */
  readonly listeners: readonly ListenerSettings[];
  readonly hosts: readonly HostSettings[];
  readonly routes: readonly RouteSettings[];
}

/** Names as in `MSFT_SIPListeningAddressData` of LCS 2005; `refuseClients` is ours. */
export interface ListenerSettings {
  readonly name: string;
  readonly treatAllConnectionsAsTrusted: boolean;
  readonly treatAllConnectionsAsServer: boolean;
  readonly refuseClients: boolean;
}

/** An authorised host; names as in `MSFT_SIPRemoteAddressData` of LCS 2005. */
export interface HostSettings {
  readonly address: HostAddress;
  /** null: any port of that address. */
  readonly port: number | null;
  readonly outboundOnly: boolean;
  readonly throttleAsServer: boolean;
  readonly treatAsAuthenticated: boolean;
}

export type HostAddress =
  /** An IP address or a CIDR block as written. */
  | { readonly kind: 'literal'; readonly text: string }
  /** The address of a participant or server of the case; with a prefix length, the network around it. */
  | { readonly kind: 'name'; readonly name: string; readonly prefixLength: number | null };

/** A static route: requests whose target matches leave for the next hop. It also gives the next hop its role. */
export interface RouteSettings {
  readonly kind: 'number' | 'domain';
  /** A number, `+1*` for all that begin so, or a domain. */
  readonly pattern: string;
  /** A participant or server of the case. */
  readonly nextHop: string;
  readonly nextHopRole: 'gateway' | 'server';
  /** The listener that the requests leave from; that server's first one unless the route says otherwise. */
  readonly from: string;
}

/** A server, and which of its listeners. */
export interface ServerEntrance {
  readonly server: string;
  readonly listener: string;
}

/** An endpoint of the case. */
export interface Participant {
  readonly name: string;
  readonly role: 'client' | 'gateway';
  /** Where its requests go first, and where a client with an account registers. */
  readonly entrance: ServerEntrance;
  /** Whether an account is made for it on that server, with which it registers and answers challenges. */
  readonly account: boolean;
  /** `messenger`: one pending or active session, any further INVITE is answered 486. `plain`: only what the script says. */
  readonly persona: 'messenger' | 'plain';
  /** What it does with calls to numbers (gateways). The first that matches counts; the longest patterns come first. */
  readonly numbers: readonly NumberRule[];
  /** An address asked for explicitly, `ip` or `ip:port`; null: the lab chooses. */
  readonly address: string | null;
  /** Whose SIP stands behind it; our own unless said. */
  readonly endpoint?: EndpointSetting;
}

export interface NumberRule {
  /** A number, or `+1*` for all that begin so. */
  readonly pattern: string;
  readonly reaction: Reaction;
}

/** What a callee does with an invitation. */
export type Reaction =
  /** A provisional response from 101 to 199. */
  | { readonly kind: 'ring'; readonly status: number /** null: the code's usual phrase */; readonly phrase: string | null }
  | { readonly kind: 'answer' }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'reject'; readonly status: number /** null: the code's usual phrase */; readonly phrase: string | null };

/** Names as in `MSFT_SIPListeningAddressData` of LCS 2005; `refuseClients` is ours. All are false unless given. */
export interface ListenerTrust {
  readonly name: string;
  /** What arrives over this listener counts as authenticated. */
  readonly treatAllConnectionsAsTrusted?: boolean;
  /** Together with the setting above: every flow of this listener is a trusted server's. */
  readonly treatAllConnectionsAsServer?: boolean;
  /** Clients are refused with 403 here. */
  readonly refuseClients?: boolean;
}

/** An authorised host; names as in `MSFT_SIPRemoteAddressData` of LCS 2005. All flags are false unless given. */
export interface HostTrust {
  /** An IP address or a CIDR block, IPv4 or IPv6. */
  readonly address: string;
  /** The host's port; without it any. */
  readonly port?: number;
  /** The entry counts for responses to requests that we sent; the host may not open a flow. */
  readonly outboundOnly?: boolean;
  /** Together with the setting below: flows with this host are a trusted server's. */
  readonly throttleAsServer?: boolean;
  /** What arrives from this host counts as authenticated. */
  readonly treatAsAuthenticated?: boolean;
}

/** `lcs2003`: the fault of KB834477, see `route-response.ts`. */
export type TrustQuirk = 'lcs2003';

export interface TrustSettings {
  readonly listeners: readonly ListenerTrust[];
  readonly hosts: readonly HostTrust[];
  readonly quirks: readonly TrustQuirk[];
  /** Clients are refused with 403 on every listener. */
  readonly refuseClients?: boolean;
}

/** What a peer is by the topology. Trust entries never give a role. */
export type Role = 'client' | 'gateway' | 'server';

/** A static next hop: the only kind of peer that is not a client. */
export interface Peer {
  readonly role: 'gateway' | 'server';
  /** An IP address. */
  readonly address: string;
  /** Without it, every port of the address is the peer's. */
  readonly port?: number;
}

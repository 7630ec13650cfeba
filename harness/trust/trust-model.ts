import type { SocketAddress } from '../platform/socket-address.js';
import { type AddressRange, addressOctets, parseAddressRange, rangeContains } from './address-range.js';
import type { HostTrust, ListenerTrust, Peer, Role, TrustQuirk, TrustSettings } from './trust-settings.js';

interface Placed<Entry> {
  readonly entry: Entry;
  readonly range: AddressRange;
}

/** The settings of one server and the peers that its topology knows, made ready for quick answers. */
export interface TrustModel {
  readonly server: string;
  readonly quirks: ReadonlySet<TrustQuirk>;
  readonly refuseClients: boolean;
  listener(name: string): ListenerTrust | undefined;
  /** The authorised host that counts for an address. */
  host(remote: SocketAddress): HostTrust | undefined;
  role(remote: SocketAddress): Role;
}

/**
 * Of several entries for one address the most specific counts, alone: the longest prefix; of those, one with a port
 * before one without; of those, the first. So an entry for one address takes it out of the block around it.
 * @param server the server's name, for the journal
 * @throws BusyhereError `configuration` for an address that cannot be read
 */
export function trustModel(server: string, settings: TrustSettings, peers: readonly Peer[]): TrustModel {
  const listeners = new Map(settings.listeners.map((listener) => [listener.name, listener]));
  const hosts = bySpecificity(settings.hosts);
  const placedPeers = bySpecificity(peers);
  return {
    server,
    quirks: new Set(settings.quirks),
    refuseClients: settings.refuseClients ?? false,
    listener: (name) => listeners.get(name),
    host: (remote) => firstFor(hosts, remote),
    role: (remote) => firstFor(placedPeers, remote)?.role ?? 'client',
  };
}

function bySpecificity<Entry extends { readonly address: string; readonly port?: number }>(entries: readonly Entry[]): Placed<Entry>[] {
  const placed = entries.map((entry) => ({ entry, range: parseAddressRange(entry.address) }));
  // sort is stable: equals keep the order of the configuration
  return placed.sort((one, other) => other.range.prefixLength - one.range.prefixLength || portRank(other.entry) - portRank(one.entry));
}

function portRank(entry: { readonly port?: number }): number {
  return entry.port === undefined ? 0 : 1;
}

function firstFor<Entry extends { readonly port?: number }>(placed: readonly Placed<Entry>[], remote: SocketAddress): Entry | undefined {
  if (placed.length === 0) return undefined;
  const octets = addressOctets(remote.address);
  if (!octets) return undefined;
  return placed.find(({ entry, range }) => (entry.port === undefined || entry.port === remote.port) && rangeContains(range, octets))?.entry;
}

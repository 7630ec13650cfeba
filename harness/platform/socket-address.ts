import { isIPv4, isIPv6, SocketAddress as SystemAddress } from 'node:net';

/** An IP address in numbers (IPv6 without brackets, in its shortest form, RFC 5952) and a port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`: unique for an address, so it serves as a map key. */
export function formatSocketAddress({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Reads what {@link formatSocketAddress} wrote, or an address without a port; undefined where it is neither. */
export function parseSocketAddress(text: string, defaultPort = 5060): SocketAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  const address = match[1] === undefined ? match[2] : shortestForm(match[1]);
  if (address === undefined || !(isIPv4(address) || isIPv6(address)) || port > 65535) return undefined;
  return { address, port };
}

/** One address has one text, so that texts can be compared. */
function shortestForm(address: string): string | undefined {
  return isIPv6(address) ? new SystemAddress({ address, family: 'ipv6' }).address : undefined;
}

export function sameSocketAddress(one: SocketAddress, other: SocketAddress): boolean {
  return one.port === other.port && one.address === other.address;
}

/** An IP address in numbers (IPv6 without brackets) and a port. */
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
  const address = match[1] ?? match[2];
  return address !== undefined && port <= 65535 ? { address, port } : undefined;
}

export function sameSocketAddress(one: SocketAddress, other: SocketAddress): boolean {
  return one.port === other.port && one.address === other.address;
}

import { isIPv4, isIPv6, SocketAddress as NodeSocketAddress } from 'node:net';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Uri } from '../sip/uri.js';

const DEFAULT_PORT = 5060;
const LOCALHOST = '127.0.0.1';

/** Where a request for a SIP URI is sent, if the URI says so by an address. No name but `localhost` is looked up. */
export function uriAddress(uri: Uri): SocketAddress | undefined {
  if (uri.scheme !== 'sip' || !isUdp(uri)) return undefined;
  const host = uri.params.get('maddr') || uri.host;
  const address = host.toLowerCase() === 'localhost' ? LOCALHOST : ipAddress(host);
  return address === undefined ? undefined : { address, port: uri.port ?? DEFAULT_PORT };
}

/** Whether the URI leaves the transport to us, or asks for the one that we have. */
export function isUdp(uri: Uri): boolean {
  const transport = uri.params.get('transport');
  return transport == null || transport.toLowerCase() === 'udp';
}

/** The one spelling of an address that sockets use; undefined for a host name. */
function ipAddress(host: string): string | undefined {
  if (isIPv4(host)) return host;
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return isIPv6(bare) ? new NodeSocketAddress({ address: bare, family: 'ipv6' }).address : undefined;
}

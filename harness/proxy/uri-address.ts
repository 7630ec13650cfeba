import { isIPv4, isIPv6, SocketAddress as NodeSocketAddress } from 'node:net';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Uri } from '../sip/uri.js';

const DEFAULT_PORT = 5060;

/**
 * Where a request for a SIP URI is sent, if the URI says so by an address (RFC 3263 §4 without DNS). Undefined for a
 * host name, for a transport other than UDP, and for other schemes.
 */
export function uriAddress(uri: Uri): SocketAddress | undefined {
  const transport = uri.params.get('transport');
  if (uri.scheme !== 'sip' || (transport != null && transport.toLowerCase() !== 'udp')) return undefined;
  const address = ipAddress(uri.params.get('maddr') || uri.host);
  return address === undefined ? undefined : { address, port: uri.port ?? DEFAULT_PORT };
}

/** The one spelling of an address that sockets use; IPv6 with or without brackets. Undefined for a host name. */
function ipAddress(host: string): string | undefined {
  if (isIPv4(host)) return host;
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const address = bare.replace(':::', '::'); // RFC 5118 §4.10: both forms are to be tolerated
  return isIPv6(address) ? new NodeSocketAddress({ address, family: 'ipv6' }).address : undefined;
}

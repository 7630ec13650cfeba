import { isIP } from 'node:net';
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
  const address = bareHost(uri.params.get('maddr') || uri.host);
  return isIP(address) ? { address, port: uri.port ?? DEFAULT_PORT } : undefined;
}

/** An IPv6 address without its brackets. */
export function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

import type { SocketAddress } from '../platform/socket-address.js';
import { parseSocketAddress } from '../platform/socket-address.js';
import { parseUri } from '../sip/uri.js';

const SIP_PORT = 5060;

/**
 * Where a SIP URI points, if it names an IP address (RFC 3263 §4.2, RFC 3261 §19.1.1 for `maddr`).
 * Undefined for names, which would have to be looked up, and for other schemes.
 */
export function addressOfUri(text: string): SocketAddress | undefined {
  const parsed = parseUri(text);
  if (!parsed.ok) return undefined;
  const { host, port, params } = parsed.value;
  return parseSocketAddress(params.get('maddr') || host, port ?? SIP_PORT);
}

/** The user part of a SIP URI, or what stands where there is none. */
export function userOfUri(text: string): string {
  const parsed = parseUri(text);
  return parsed.ok ? (parsed.value.user ?? parsed.value.opaque ?? parsed.value.host) : text;
}

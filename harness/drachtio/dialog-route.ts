import type { SocketAddress } from '../platform/socket-address.js';
import { parseNameAddr } from '../sip/name-addr.js';
import { parseUri } from '../sip/uri.js';
import { uriAddress } from './uri-address.js';

/** Where the requests of a dialog go: name-addrs, the next hop first, and the URI of the peer. */
export interface DialogRoute {
  readonly routeSet: readonly string[];
  readonly target: string;
}

/** The Request-URI and the Route fields of a request (RFC 3261 §12.2.1.1). */
export function addressed({ routeSet, target }: DialogRoute): { requestUri: string; routes: readonly string[] } {
  const [first, ...rest] = routeSet;
  if (first === undefined) return { requestUri: target, routes: [] };
  const uri = parseUri(uriOf(first));
  if (!uri.ok || uri.value.params.has('lr')) return { requestUri: target, routes: routeSet };
  return { requestUri: uriOf(first), routes: [...rest, `<${target}>`] }; // a strict router wants itself in the Request-URI
}

/**
 * The first route's address, or the target's; where they name none, the peer's own.
 * @param peer where it sends from
 * @param mend a target that names another host than the peer's counts for less than where it sends from
 */
export function nextHop({ routeSet, target }: DialogRoute, peer: SocketAddress, mend: boolean): SocketAddress {
  const [first] = routeSet;
  const uri = parseUri(first === undefined ? target : uriOf(first));
  const hop = uri.ok ? uriAddress(uri.value) : undefined;
  if (!hop || (mend && first === undefined && hop.address !== peer.address)) return peer;
  return hop;
}

function uriOf(nameAddr: string): string {
  const parsed = parseNameAddr(nameAddr);
  return parsed.ok ? parsed.value.uriText : nameAddr;
}

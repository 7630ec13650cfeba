import type { SocketAddress } from '../platform/socket-address.js';
import type { SipRequest } from '../sip/message.js';
import { formatVia, type Via } from '../sip/via.js';

const DEFAULT_PORT = 5060;

/** Notes in the top Via where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4). */
export function stampReceived(request: SipRequest, via: Via, source: SocketAddress): void {
  const asked = via.params.has('rport');
  // A `received` that the sender wrote itself says nothing, and would send the response to whomever he likes.
  if (!asked && bare(via.host) === source.address && !via.params.has('received')) return;
  if (asked) via.params.set('rport', String(source.port));
  via.params.set('received', source.address);
  request.headers.replaceFirst('Via', formatVia(via));
}

/**
 * Where a response goes whose top Via this is (RFC 3261 §18.2.2, RFC 3581 §4): to the `maddr` if there is one, else to where
 * the request came from, at the port it came from if the sender asked for that, else at the port that it says it listens on.
 */
export function responseAddress(via: Via): SocketAddress | undefined {
  const maddr = via.params.get('maddr');
  const address = maddr || via.received || bare(via.host);
  if (!isIpAddress(address)) return undefined; // a name would have to be looked up, and no socket of ours is reached by one
  const port = via.port ?? DEFAULT_PORT;
  return { address, port: !maddr && typeof via.rport === 'number' ? via.rport : port }; // `rport` is of the source, not of a maddr
}

function bare(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function isIpAddress(text: string): boolean {
  return text.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text);
}

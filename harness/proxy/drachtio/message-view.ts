import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import type { SipRequest, SipResponse } from '../../sip/message.js';
import { parseMessage } from '../../sip/parse-message.js';
import type { ListeningPoint } from '../../transaction/listener.js';
import type { SrfMessage } from './srf-port.js';

/** The request as our own parser reads it, so that it is judged by the same code as in the proxy; undefined: not readable. */
export function requestIn(message: SrfMessage): SipRequest | undefined {
  const parsed = parseMessage(Buffer.from(message.raw, 'utf8'));
  return parsed.ok && parsed.value.kind === 'request' ? parsed.value : undefined;
}

export function responseIn(message: SrfMessage): SipResponse | undefined {
  const parsed = parseMessage(Buffer.from(message.raw, 'utf8'));
  return parsed.ok && parsed.value.kind === 'response' ? parsed.value : undefined;
}

/** The address that stands with a message; undefined where the server made the message up by itself. */
export function addressIn({ source_address, source_port }: SrfMessage): SocketAddress | undefined {
  const address = (source_address ?? '').replace(/^\[(.*)\]$/, '$1');
  return address === '' ? undefined : { address, port: Number(source_port) };
}

/** An address of the server, as an application knows it. */
export function listeningPoint(name: string, local: SocketAddress): ListeningPoint {
  return { name, local, sentBy: formatSocketAddress(local) };
}

/** @param address `host:port` as the server writes it, without brackets around IPv6 */
export function socketAddressIn(address: string): SocketAddress | undefined {
  const match = /^\[?(.+?)\]?:(\d+)$/.exec(address);
  return match?.[1] === undefined ? undefined : { address: match[1], port: Number(match[2]) };
}

import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { Listener, ListeningPoint } from './listener.js';

/** A "connection" over UDP: a socket of ours and the address at its other end. */
export interface Flow<Point extends ListeningPoint = Listener> {
  readonly listener: Point;
  readonly remote: SocketAddress;
}

/** `lcs/default 127.0.0.2:5060 – 127.0.0.3:5060` without the server's name: for journals and messages. */
export function formatFlow({ listener, remote }: Flow<ListeningPoint>): string {
  return `${listener.name} ${formatSocketAddress(listener.local)} – ${formatSocketAddress(remote)}`;
}

import type { DatagramSocket } from '../platform/datagram-network.js';
import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';

/** An address that a server listens at, under the name that a configuration gives it; whoever has the socket. */
export interface ListeningPoint {
  readonly name: string;
  readonly local: SocketAddress;
  /** What stands in a Via that leaves from here. */
  readonly sentBy: string;
}

/** A bound socket under the name that a configuration gives it. */
export class Listener implements ListeningPoint {
  readonly local: SocketAddress;
  readonly sentBy: string;

  constructor(
    readonly name: string,
    private readonly socket: DatagramSocket,
  ) {
    this.local = socket.local;
    this.sentBy = formatSocketAddress(socket.local);
  }

  send(payload: Buffer, destination: SocketAddress, failed?: (error: Error) => void): void {
    this.socket.send(payload, destination, failed);
  }

  close(): Promise<void> {
    return this.socket.close();
  }
}

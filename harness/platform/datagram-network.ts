import type { SocketAddress } from './socket-address.js';

/** What a socket tells its owner. A handler that throws is a fault of the owner's, not of the network's. */
export interface DatagramHandlers {
  datagram(payload: Buffer, source: SocketAddress): void;
  /** A datagram could not be sent, or the system reported a fault of the socket. The socket stays open. */
  error?(error: Error): void;
}

/** An open socket. Sending after closing does nothing. */
export interface DatagramSocket {
  readonly local: SocketAddress;
  send(payload: Buffer, destination: SocketAddress): void;
  /** Resolves when the address is free again. */
  close(): Promise<void>;
}

/** Sockets as a port: UDP on the machine, or a simulated network in memory. */
export interface DatagramNetwork {
  /**
   * Opens a socket. Port 0 lets the network choose; `local` of the socket says which.
   * @throws BusyhereError `address-in-use` or `address-unavailable`
   */
  bind(local: SocketAddress, handlers: DatagramHandlers): Promise<DatagramSocket>;
}

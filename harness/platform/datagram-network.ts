import type { SocketAddress } from './socket-address.js';

/** What a socket tells its owner. A handler that throws is a fault of the owner's, not of the network's. */
export interface DatagramHandlers {
  datagram(payload: Buffer, source: SocketAddress): void;
  /** The system reported a fault of the socket, or a send without a callback of its own failed. The socket stays open. */
  error?(error: Error): void;
}

/** An open socket. Sending after closing does nothing. */
export interface DatagramSocket {
  readonly local: SocketAddress;
  /** `failed` is called, later, if the system refuses the datagram; silence does not mean that it arrived. */
  send(payload: Buffer, destination: SocketAddress, failed?: (error: Error) => void): void;
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

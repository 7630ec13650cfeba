import type { DatagramNetwork, DatagramSocket } from '../../harness/platform/datagram-network.js';
import type { SocketAddress } from '../../harness/platform/socket-address.js';

/**
 * A network on which nothing leaves the lab: sending to an address that is not in it fails, as if there were no way there.
 * Messages of a book and mutated ones name any address of the world, and real sockets would send there.
 */
export function guardedNetwork(inner: DatagramNetwork, inLab: (address: string) => boolean): DatagramNetwork {
  return {
    bind: async (local, handlers) => guardedSocket(await inner.bind(local, handlers), inLab),
  };
}

function guardedSocket(socket: DatagramSocket, inLab: (address: string) => boolean): DatagramSocket {
  return {
    local: socket.local,
    send: (payload: Buffer, destination: SocketAddress, failed?: (error: Error) => void) => {
      if (inLab(destination.address)) return socket.send(payload, destination, failed);
      queueMicrotask(() => failed?.(new Error(`no way to ${destination.address}`)));
    },
    close: () => socket.close(),
  };
}

/** Where real sockets may send to in a test. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.');
}

/** The documentation network that simulated labs stand on (RFC 5737). */
export function isSimulated(address: string): boolean {
  return address.startsWith('192.0.2.');
}

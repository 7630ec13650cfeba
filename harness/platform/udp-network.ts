import { createSocket, type Socket } from 'node:dgram';
import type { DatagramHandlers, DatagramNetwork, DatagramSocket } from './datagram-network.js';
import { BusyhereError } from './errors.js';
import { formatSocketAddress, type SocketAddress } from './socket-address.js';

const RECEIVE_BUFFER = 4 * 1024 * 1024; // octets; the system may grant less

/** UDP sockets of this machine. */
export class UdpNetwork implements DatagramNetwork {
  #open = 0;

  /** Sockets bound and not closed: zero when all is torn down. */
  get openSockets(): number {
    return this.#open;
  }

  async bind(local: SocketAddress, handlers: DatagramHandlers): Promise<DatagramSocket> {
    const family = local.address.includes(':') ? 6 : 4;
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER,
      // Addresses are numbers here; the default would look up even those, a quarter of the cost of a datagram.
      lookup: (address, _options, done) => done(null, address, family),
    });
    await listening(socket, local);
    this.#open += 1;
    socket.on('message', (payload, remote) => handlers.datagram(payload, { address: remote.address, port: remote.port }));
    socket.on('error', (error) => handlers.error?.(error));
    return new UdpSocket(socket, handlers, () => {
      this.#open -= 1;
    });
  }
}

class UdpSocket implements DatagramSocket {
  readonly local: SocketAddress;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly handlers: DatagramHandlers,
    private readonly closed: () => void,
  ) {
    const { address, port } = socket.address();
    this.local = { address, port };
  }

  send(payload: Buffer, destination: SocketAddress, failed?: (error: Error) => void): void {
    if (this.#closing) return;
    const refused = (error: Error | null): void => {
      if (!error || this.#closing) return;
      if (failed) failed(error);
      else this.handlers.error?.(error);
    };
    try {
      this.socket.send(payload, destination.port, destination.address, refused);
    } catch (error) {
      // Node throws at once on a port that cannot be, and a peer's Via or Contact may name one.
      queueMicrotask(() => refused(error as Error));
    }
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.socket.close(() => {
        this.closed();
        resolve();
      });
    });
    return this.#closing;
  }
}

function listening(socket: Socket, local: SocketAddress): Promise<void> {
  // Node would take the port modulo 65536, and so bind another one.
  if (!(local.port >= 0 && local.port <= 65535)) {
    return Promise.reject(new BusyhereError('address-unavailable', `${formatSocketAddress(local)} names a port that does not exist`));
  }
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      socket.close();
      reject(bindError(error, local));
    };
    socket.once('error', fail);
    socket.bind({ address: local.address, port: local.port, exclusive: true }, () => {
      socket.off('error', fail);
      resolve();
    });
  });
}

function bindError(error: NodeJS.ErrnoException, local: SocketAddress): BusyhereError {
  const where = formatSocketAddress(local);
  if (error.code === 'EADDRINUSE') {
    return new BusyhereError('address-in-use', `${where} is taken by another program`, `ss -lunp 'sport = :${local.port}' shows which`, {
      cause: error,
    });
  }
  return new BusyhereError('address-unavailable', `cannot open a UDP socket on ${where}: ${error.message}`, undefined, { cause: error });
}

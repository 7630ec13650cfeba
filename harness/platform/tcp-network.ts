import { connect, createServer, type Server, type Socket } from 'node:net';
import { BusyhereError } from './errors.js';
import { formatSocketAddress, type SocketAddress } from './socket-address.js';
import type { Stream, StreamHandlers, StreamListener, StreamNetwork } from './stream-network.js';

/** TCP connections of this machine. */
export class TcpNetwork implements StreamNetwork {
  async listen(local: SocketAddress, accept: (stream: Stream) => StreamHandlers): Promise<StreamListener> {
    const server = createServer({ noDelay: true }, (socket) => open(socket, accept));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, local)));
      server.listen({ host: local.address, port: local.port, exclusive: true }, resolve);
    });
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : local.port;
    return { local: { address: local.address, port }, close: () => closed(server) };
  }

  connect(remote: { readonly host: string; readonly port: number }, handlers: (stream: Stream) => StreamHandlers): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: remote.host, port: remote.port, noDelay: true });
      const refused = (error: Error): void => {
        reject(new BusyhereError('transport', `nobody takes a connection at ${remote.host}:${remote.port}: ${error.message}`));
      };
      socket.once('error', refused);
      socket.once('connect', () => {
        socket.off('error', refused);
        resolve(open(socket, handlers));
      });
    });
  }
}

class TcpStream implements Stream {
  readonly remote: SocketAddress;

  constructor(private readonly socket: Socket) {
    this.remote = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  }

  get buffered(): number {
    return this.socket.writableLength;
  }

  write(payload: Buffer): void {
    if (!this.socket.destroyed && !this.socket.writableEnded) this.socket.write(payload);
  }

  hold(): void {
    this.socket.cork();
  }

  release(): void {
    this.socket.uncork();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

function open(socket: Socket, accept: (stream: Stream) => StreamHandlers): Stream {
  const stream = new TcpStream(socket);
  const handlers = accept(stream);
  socket.on('data', (chunk) => handlers.data(chunk));
  socket.on('error', () => {}); // `close` follows, and says all that anybody needs
  socket.on('close', () => handlers.closed());
  return stream;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function listenError(error: NodeJS.ErrnoException, local: SocketAddress): BusyhereError {
  const where = formatSocketAddress(local);
  if (error.code === 'EADDRINUSE') {
    return new BusyhereError('address-in-use', `${where} is taken by another program`, `ss -ltnp 'sport = :${local.port}' shows which`, {
      cause: error,
    });
  }
  return new BusyhereError('address-unavailable', `cannot take TCP connections on ${where}: ${error.message}`, undefined, { cause: error });
}

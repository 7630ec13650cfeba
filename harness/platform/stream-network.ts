import type { SocketAddress } from './socket-address.js';

/** What a stream tells its owner. */
export interface StreamHandlers {
  /** A piece of the stream, of any size. */
  data(chunk: Buffer): void;
  /** The connection is gone, from whichever side; once. */
  closed(): void;
}

/** One end of a connection that carries octets in order. Writing after closing does nothing. */
export interface Stream {
  readonly remote: SocketAddress;
  /** Octets written and not yet taken by the other end. */
  readonly buffered: number;
  write(payload: Buffer): void;
  /** What is written from now on waits for {@link release}, to go out in one piece. */
  hold(): void;
  release(): void;
  /** Ends the connection once all that was written has gone out; `closed` follows. */
  end(): void;
  /** Ends it at once, whatever was written. */
  destroy(): void;
}

/** Somebody who takes connections. */
export interface StreamListener {
  readonly local: SocketAddress;
  /** Takes no more; those that are open stay. Resolves when the address is free again. */
  close(): Promise<void>;
}

/** Connections as a port: TCP on the machine, or something made up by a test. */
export interface StreamNetwork {
  /**
   * @param accept called for every connection; gives its handlers
   * @throws BusyhereError `address-in-use` or `address-unavailable`
   */
  listen(local: SocketAddress, accept: (stream: Stream) => StreamHandlers): Promise<StreamListener>;
  /**
   * @param remote a name or an address, and a port
   * @param handlers called once the connection is there
   * @throws BusyhereError `transport` if nobody takes the connection
   */
  connect(remote: { readonly host: string; readonly port: number }, handlers: (stream: Stream) => StreamHandlers): Promise<Stream>;
}

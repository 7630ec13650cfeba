import type { DatagramNetwork, DatagramSocket } from '../../harness/platform/datagram-network.js';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address.js';
import type { SipMessage } from '../../harness/sip/message.js';
import { parseMessage } from '../../harness/sip/parse-message.js';

export interface Arrival {
  readonly datagram: Buffer;
  readonly source: SocketAddress;
  readonly message: SipMessage | undefined;
}

/** A socket that sends what it is given and keeps what comes; it has no SIP of its own but for reading. */
export class SocketPeer {
  readonly arrivals: Arrival[] = [];
  /** Called with whatever comes. */
  react: (arrival: Arrival) => void = () => {};
  readonly #waiting = new Set<(arrival: Arrival) => void>();

  private constructor(private readonly socket: { bound?: DatagramSocket }) {}

  static async open(network: DatagramNetwork, address: SocketAddress): Promise<SocketPeer> {
    const socket: { bound?: DatagramSocket } = {};
    const peer = new SocketPeer(socket);
    socket.bound = await network.bind(address, { datagram: (payload, source) => peer.#receive(payload, source) });
    return peer;
  }

  get address(): SocketAddress {
    return this.#bound.local;
  }

  /** `127.0.0.2:5060` */
  get name(): string {
    return formatSocketAddress(this.address);
  }

  send(payload: Buffer | string, to: SocketAddress): void {
    this.#bound.send(Buffer.from(payload), to);
  }

  /** Resolves with the first arrival that satisfies the question, from now on. */
  next(wanted: (arrival: Arrival) => boolean): Promise<Arrival> {
    return new Promise((resolve) => {
      const look = (arrival: Arrival): void => {
        if (!wanted(arrival)) return;
        this.#waiting.delete(look);
        resolve(arrival);
      };
      this.#waiting.add(look);
    });
  }

  close(): Promise<void> {
    return this.#bound.close();
  }

  get #bound(): DatagramSocket {
    if (!this.socket.bound) throw new Error('the peer is not open');
    return this.socket.bound;
  }

  #receive(datagram: Buffer, source: SocketAddress): void {
    const parsed = parseMessage(datagram);
    const arrival: Arrival = { datagram, source, message: parsed.ok ? parsed.value : undefined };
    this.arrivals.push(arrival);
    this.react(arrival);
    for (const look of [...this.#waiting]) look(arrival);
  }
}

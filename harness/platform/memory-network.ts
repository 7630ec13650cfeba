import type { Clock } from './clock.js';
import type { DatagramHandlers, DatagramNetwork, DatagramSocket } from './datagram-network.js';
import { BusyhereError } from './errors.js';
import { drawJourneys, type LinkBetween, type LinkQuality } from './link-quality.js';
import type { Random } from './random.js';
import { formatSocketAddress, type SocketAddress } from './socket-address.js';

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Asked for every datagram. */
  readonly link?: LinkBetween;
}

const PERFECT: LinkQuality = { delayMs: 0.1 };
const FIRST_EPHEMERAL_PORT = 49152;

/** A network in memory. All that happens on it follows from the clock, the seed and what is sent. */
export class MemoryNetwork implements DatagramNetwork {
  readonly #sockets = new Map<string, MemorySocket>();
  readonly #link: LinkBetween;
  #nextPort = FIRST_EPHEMERAL_PORT;
  #underWay = 0;

  constructor(private readonly options: MemoryNetworkOptions) {
    this.#link = options.link ?? (() => PERFECT);
  }

  /** Datagrams sent and not yet arrived or lost; each holds a timer of the clock. */
  get underWay(): number {
    return this.#underWay;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  async bind(local: SocketAddress, handlers: DatagramHandlers): Promise<DatagramSocket> {
    const bound = local.port === 0 ? this.#freePort(local.address) : local;
    const key = formatSocketAddress(bound);
    if (this.#sockets.has(key)) throw new BusyhereError('address-in-use', `${key} is taken on the simulated network`);
    const socket = new MemorySocket(bound, handlers, {
      send: (payload, destination) => this.#carry(payload, bound, destination),
      close: () => this.#sockets.delete(key),
    });
    this.#sockets.set(key, socket);
    return socket;
  }

  #freePort(address: string): SocketAddress {
    for (let tried = FIRST_EPHEMERAL_PORT; tried <= 65535; tried++) {
      const candidate = { address, port: this.#nextPort };
      this.#nextPort = this.#nextPort === 65535 ? FIRST_EPHEMERAL_PORT : this.#nextPort + 1;
      if (!this.#sockets.has(formatSocketAddress(candidate))) return candidate;
    }
    throw new BusyhereError('address-in-use', `no port of ${address} is left on the simulated network`);
  }

  #carry(payload: Buffer, source: SocketAddress, destination: SocketAddress): void {
    for (const delayMs of drawJourneys(this.#link(source, destination), this.options.random)) {
      this.#deliver(delayMs, Buffer.from(payload), source, destination);
    }
  }

  #deliver(delayMs: number, payload: Buffer, source: SocketAddress, destination: SocketAddress): void {
    this.#underWay += 1;
    this.options.clock.setTimer(delayMs, () => {
      this.#underWay -= 1;
      this.#sockets.get(formatSocketAddress(destination))?.handlers.datagram(payload, source);
    });
  }
}

class MemorySocket implements DatagramSocket {
  #closed = false;

  constructor(
    readonly local: SocketAddress,
    readonly handlers: DatagramHandlers,
    private readonly network: { send(payload: Buffer, destination: SocketAddress): void; close(): void },
  ) {}

  send(payload: Buffer, destination: SocketAddress): void {
    if (!this.#closed) this.network.send(payload, destination);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.network.close();
  }
}

import type { Clock, Timer } from './clock.js';
import type { DatagramHandlers, DatagramNetwork, DatagramSocket } from './datagram-network.js';
import { drawJourneys, type LinkBetween, type LinkQuality } from './link-quality.js';
import type { Random } from './random.js';
import type { SocketAddress } from './socket-address.js';

export interface ImpairedNetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Undefined: the link is left as it is. */
  readonly link: LinkBetween<LinkQuality | undefined>;
}

/** Another network with worse links: what its sockets send is lost, doubled, delayed and overtaken, by the seed. */
export class ImpairedNetwork implements DatagramNetwork {
  constructor(
    private readonly inner: DatagramNetwork,
    private readonly options: ImpairedNetworkOptions,
  ) {}

  async bind(local: SocketAddress, handlers: DatagramHandlers): Promise<DatagramSocket> {
    return new ImpairedSocket(await this.inner.bind(local, handlers), this.options);
  }
}

class ImpairedSocket implements DatagramSocket {
  readonly #underWay = new Set<Timer>();

  constructor(
    private readonly inner: DatagramSocket,
    private readonly options: ImpairedNetworkOptions,
  ) {}

  get local(): SocketAddress {
    return this.inner.local;
  }

  send(payload: Buffer, destination: SocketAddress, failed?: (error: Error) => void): void {
    const { link, random } = this.options;
    const quality = link(this.local, destination);
    if (!quality) return this.inner.send(payload, destination, failed);
    for (const delayMs of drawJourneys(quality, random)) this.#sendLater(delayMs, Buffer.from(payload), destination, failed);
  }

  /** What is still under way is lost with the socket. */
  close(): Promise<void> {
    for (const timer of this.#underWay) timer.cancel();
    this.#underWay.clear();
    return this.inner.close();
  }

  #sendLater(delayMs: number, payload: Buffer, destination: SocketAddress, failed?: (error: Error) => void): void {
    if (delayMs === 0) return this.inner.send(payload, destination, failed);
    const timer = this.options.clock.setTimer(delayMs, () => {
      this.#underWay.delete(timer);
      this.inner.send(payload, destination, failed);
    });
    this.#underWay.add(timer);
  }
}

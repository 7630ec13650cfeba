import type { SocketAddress } from '../platform/socket-address.js';
import type { Sighting } from './leader.js';
import type { Names } from './names.js';

const UDP = 'udp';

/** Says of a message where and when it was seen. */
export class Sightings {
  constructor(private readonly names: Names) {}

  received(octets: number, peer: SocketAddress, protocol = UDP): Sighting {
    return this.#at('network', octets, protocol, peer.address, peer.port);
  }

  /** Of a request that was sent: `where` is our own address. Of a response: the peer's. */
  sent(octets: number, where: SocketAddress, protocol = UDP): Sighting {
    return this.#at('application', octets, protocol, where.address, where.port);
  }

  /** A response that the server made itself, where none came. */
  made(octets: number): Sighting {
    return this.#at('network', octets, '', '', '');
  }

  #at(source: Sighting['source'], octets: number, protocol: string, address: string, port: number | ''): Sighting {
    return { source, octets, protocol, address, port, time: this.names.timeOfDay() };
  }
}

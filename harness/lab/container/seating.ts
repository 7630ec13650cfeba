import { BusyhereError } from '../../platform/errors.js';
import type { AddressBlock, AddressPlan } from '../address-plan.js';
import type { Topology } from '../topology.js';

/** A container that can be any server, or any participant, of a case. */
export interface Seat {
  readonly name: string;
  readonly kind: 'server' | 'participant';
  /** IP address in the lab's network. */
  readonly address: string;
}

/** Who of a case sits in which container: the one of his own name, else the next that is free. */
export class Seating<Place extends Seat> {
  readonly #places = new Map<string, Place>();

  /** @throws BusyhereError `configuration` where the lab is too small for the case, or it asks for addresses of its own */
  constructor({ servers, participants }: Topology, places: readonly Place[]) {
    const asking = [...servers, ...participants].find(({ address }) => address !== null);
    if (asking) {
      throw new BusyhereError(
        'configuration',
        `${asking.name} asks for the address ${asking.address}, and a container has the one that its network gave it`,
        'play this case with --engine udp, or take the address out of the scenario',
      );
    }
    this.#seat(servers, places, 'server');
    this.#seat(participants, places, 'participant');
  }

  /** Where a server or participant of the case sits. */
  of(name: string): Place {
    const place = this.#places.get(name);
    if (!place) throw new BusyhereError('internal', `nobody of the case is called ${name}`);
    return place;
  }

  get places(): Place[] {
    return [...new Set(this.#places.values())];
  }

  #seat(guests: readonly { readonly name: string }[], places: readonly Place[], kind: Seat['kind']): void {
    const free = places.filter((place) => place.kind === kind);
    if (guests.length > free.length) {
      throw new BusyhereError(
        'configuration',
        `the case has ${guests.length} ${kind}s, and the lab containers for ${free.length}: ${free.map(({ name }) => name).join(', ')}`,
        'leave the case out by -G, or play it with --engine docker outside of Compose, which makes as many as it needs',
      );
    }
    const take = (index: number, { name }: { readonly name: string }): void => {
      const [place] = free.splice(index, 1);
      if (place) this.#places.set(name, place);
    };
    const strangers = guests.filter((guest) => {
      const own = free.findIndex(({ name }) => name === guest.name);
      if (own >= 0) take(own, guest);
      return own < 0;
    });
    for (const guest of strangers) take(0, guest);
  }
}

const FIRST_PORT = 10_000;
const PORTS_PER_BLOCK = 16;
const BLOCKS = 3_200;

/** Blocks of ports, one for each case: what is under way of one case cannot reach the next in the same containers. */
export class PortBlocks {
  #next = 0;

  /** The block of a port; undefined where it is in none. */
  static blockOf(port: number): number | undefined {
    const block = Math.floor((port - FIRST_PORT) / PORTS_PER_BLOCK);
    return block >= 0 && block < BLOCKS ? block : undefined;
  }

  take(): number {
    const block = this.#next;
    this.#next = (this.#next + 1) % BLOCKS;
    return block;
  }

  static portOf(block: number, index: number): number {
    if (index >= PORTS_PER_BLOCK) throw new RangeError(`a server has at most ${PORTS_PER_BLOCK} listeners in a container`);
    return FIRST_PORT + block * PORTS_PER_BLOCK + index;
  }
}

/** Every host's own address, and ports that are the case's alone. */
export class ContainerPlan implements AddressPlan {
  constructor(
    private readonly seating: Seating<Seat>,
    private readonly blocks: PortBlocks,
    /** Told which block is used. */
    private readonly taken: (block: number) => void,
  ) {}

  nextBlock(): AddressBlock {
    const block = this.blocks.take();
    this.taken(block);
    const used = new Map<string, number>();
    return {
      name: `ports from ${PortBlocks.portOf(block, 0)} on`,
      addressPerHost: true,
      next: (who) => {
        const { address } = this.seating.of(who.split('/')[0] ?? who);
        const index = used.get(address) ?? 0;
        used.set(address, index + 1);
        return { address, port: PortBlocks.portOf(block, index) };
      },
    };
  }
}

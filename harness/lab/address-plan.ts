import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';

/** The addresses of one case: every server's listeners and every participant get the next one. */
export interface AddressBlock {
  readonly name: string;
  /** @param who a participant, or `server/listener` */
  next(who: string): SocketAddress;
  /** Whether an address alone tells a host from the others; if not, trust entries and routes must name the port too. */
  readonly addressPerHost: boolean;
}

/** Blocks in the order in which they are to be tried: one that is taken by another program is passed over. */
export interface AddressPlan {
  nextBlock(): AddressBlock;
}

const SIP_PORT = 5060;
const FIRST_HOST = 2;
const LAST_HOST = 254;
const LOOPBACK_BLOCKS = 250 * 254;

/** 127.x.y.0/24 for a case, a host for everyone, the well-known port. */
export class LoopbackPlan implements AddressPlan {
  #block: number;

  constructor(random: Random) {
    this.#block = random.below(LOOPBACK_BLOCKS);
  }

  nextBlock(): AddressBlock {
    const block = this.#block;
    this.#block = (this.#block + 1) % LOOPBACK_BLOCKS;
    // 127.0 and 127.1 are left to others: resolvers and proxies like to sit there.
    return hostBlock(`127.${2 + Math.floor(block / 254)}.${1 + (block % 254)}`);
  }
}

/** 192.0.2.0/24, the documentation network (RFC 5737), anew for each case: simulated networks know nothing of each other. */
export class SimulatedPlan implements AddressPlan {
  nextBlock(): AddressBlock {
    return hostBlock('192.0.2');
  }
}

const FIRST_PORT = 20_000;
const SOCKETS_PER_BLOCK = 32;
/** Every other port stays free: some programs take the next one for TLS. */
const STEP = 2;
const PORT_BLOCKS = 625;

/** Ports of 127.0.0.1, for systems that have no other loopback address (macOS). */
export class SingleAddressPlan implements AddressPlan {
  #block: number;

  constructor(random: Random) {
    this.#block = random.below(PORT_BLOCKS);
  }

  nextBlock(): AddressBlock {
    const first = FIRST_PORT + this.#block * SOCKETS_PER_BLOCK * STEP;
    this.#block = (this.#block + 1) % PORT_BLOCKS;
    let used = 0;
    return {
      name: `127.0.0.1:${first} and up`,
      addressPerHost: false,
      next: () => {
        if (used === SOCKETS_PER_BLOCK)
          throw new RangeError(`a case has at most ${SOCKETS_PER_BLOCK} sockets where there is one address only`);
        return { address: '127.0.0.1', port: first + STEP * used++ };
      },
    };
  }
}

function hostBlock(network: string): AddressBlock {
  let host = FIRST_HOST;
  return {
    name: `${network}.0/24`,
    addressPerHost: true,
    next: () => {
      if (host > LAST_HOST) throw new RangeError(`a case has at most ${LAST_HOST - FIRST_HOST + 1} sockets`);
      return { address: `${network}.${host++}`, port: SIP_PORT };
    },
  };
}

import type { SocketAddress } from '../platform/socket-address.js';
import type { AddressBlock, AddressPlan } from './address-plan.js';

export interface ExternalPlanOptions {
  /** Addresses that are given, by participant or `server/listener`. */
  readonly fixed: ReadonlyMap<string, SocketAddress>;
  /** The IP address of this machine that everybody else shares, by ports; null: everybody has a loopback address of his own. */
  readonly local: string | null;
}

const SIP_PORT = 5060;
const FIRST_HOST = 2;
const HOSTS = 253;
const FIRST_PORT = 20_000;
const PORTS = 30_000;
const LAST_BLOCK = 255;

/**
 * Addresses beside a proxy that outlives us. A participant's is always the same, so that registering again replaces the
 * binding that an interrupted run left behind, where another address would add a second one.
 */
export class ExternalPlan implements AddressPlan {
  #blocks = 0;

  constructor(private readonly options: ExternalPlanOptions) {}

  nextBlock(): AddressBlock {
    const { fixed, local } = this.options;
    const block = this.#blocks;
    this.#blocks = (this.#blocks + 1) % LAST_BLOCK;
    const taken = new Set<number>();
    const draw = (who: string, places: number): number => {
      let place = hashOf(`${who} ${block}`) % places;
      while (taken.has(place)) place = (place + 1) % places;
      taken.add(place);
      return place;
    };
    const own =
      local === null
        ? (who: string): SocketAddress => ({ address: `127.84.${1 + block}.${FIRST_HOST + draw(who, HOSTS)}`, port: SIP_PORT })
        : (who: string): SocketAddress => ({ address: local, port: FIRST_PORT + draw(who, PORTS) });
    return {
      name: local === null ? `127.84.${1 + block}.0/24` : `ports of ${local}`,
      addressPerHost: local === null && areDistinct(fixed),
      next: (who) => fixed.get(who) ?? own(who),
    };
  }
}

/** Whether every host has an IP address of its own, which then tells who it is; a server may have several listeners on one. */
function areDistinct(fixed: ReadonlyMap<string, SocketAddress>): boolean {
  const owners = new Map<string, string>();
  return [...fixed].every(([who, { address }]) => {
    const host = who.split('/')[0] ?? who;
    const owner = owners.get(address) ?? host;
    owners.set(address, owner);
    return owner === host;
  });
}

/** FNV-1a, 32 bits: spreads short names well, and is the same everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

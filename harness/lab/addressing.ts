import { BusyhereError } from '../platform/errors.js';
import { formatSocketAddress, parseSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { HostTrust, Peer } from '../trust/trust-settings.js';
import type { AddressBlock } from './address-plan.js';
import type { HostSettings, RouteSettings, Server, ServerEntrance, Topology } from './topology.js';

/** Who sits where in one lab: the names of a topology put into addresses, and back. */
export class Addressing {
  readonly #participants = new Map<string, SocketAddress>();
  readonly #listeners = new Map<string, SocketAddress>();
  readonly #names = new Map<string, string>();

  constructor(
    topology: Topology,
    private readonly block: AddressBlock,
  ) {
    for (const server of topology.servers) {
      server.listeners.forEach(({ name }, index) => {
        const key = entranceKey({ server: server.name, listener: name });
        const address = server.address === null ? block.next(key) : explicit(server.address, index);
        this.#listeners.set(key, address);
        this.#name(address, server.name);
      });
    }
    for (const { name, address: asked } of topology.participants) {
      const address = asked === null ? block.next(name) : explicit(asked, 0);
      this.#participants.set(name, address);
      this.#name(address, name);
    }
  }

  participant(name: string): SocketAddress {
    return known(this.#participants.get(name), `no participant ${name}`);
  }

  entrance(entrance: ServerEntrance): SocketAddress {
    return known(this.#listeners.get(entranceKey(entrance)), `no listener ${entranceKey(entrance)}`);
  }

  /** The address of a participant, or of a server's first listener. */
  host(name: string, servers: readonly Server[]): SocketAddress {
    const listener = servers.find((server) => server.name === name)?.listeners[0];
    return listener ? this.entrance({ server: name, listener: listener.name }) : this.participant(name);
  }

  /** Another port of a known host still has the host's name, where every host has an address of its own. */
  nameOf(address: SocketAddress): string | undefined {
    return this.#names.get(formatSocketAddress(address)) ?? (this.block.addressPerHost ? this.#names.get(address.address) : undefined);
  }

  /** An authorised host as the trust model reads it: a name in the settings becomes the address behind it. */
  hostTrust({ address, port, ...flags }: HostSettings, servers: readonly Server[]): HostTrust {
    if (address.kind === 'literal') return { ...flags, address: address.text, ...portOf(port) };
    const host = this.host(address.name, servers);
    const wholeHost = address.prefixLength === null || address.prefixLength === (host.address.includes(':') ? 128 : 32);
    if (wholeHost) return { ...flags, address: host.address, ...portOf(port ?? this.#portIfShared(host)) };
    return { ...flags, address: `${host.address}/${address.prefixLength}`, ...portOf(port) };
  }

  /** The next hop of a route, which gets its role from being one (DESIGN: roles come from the topology). */
  peer({ nextHop, nextHopRole }: RouteSettings, servers: readonly Server[]): Peer {
    const host = this.host(nextHop, servers);
    return { role: nextHopRole, address: host.address, ...portOf(this.#portIfShared(host)) };
  }

  #portIfShared({ port }: SocketAddress): number | null {
    return this.block.addressPerHost ? null : port;
  }

  #name(address: SocketAddress, name: string): void {
    this.#names.set(formatSocketAddress(address), name);
    this.#names.set(address.address, name);
  }
}

/** A port where one is meant, for settings whose absence means any. */
function portOf(port: number | null): { port?: number } {
  return port === null ? {} : { port };
}

export function entranceKey({ server, listener }: ServerEntrance): string {
  return `${server}/${listener}`;
}

/** Several listeners at one address that was asked for take the ports from the first one on. */
function explicit(text: string, index: number): SocketAddress {
  const address = parseSocketAddress(text);
  if (!address) throw new BusyhereError('scenario', `${text} is no IP address`, 'write it as 127.0.0.1 or 127.0.0.1:5060');
  return { ...address, port: address.port + index };
}

function known<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new BusyhereError('internal', otherwise);
  return value;
}

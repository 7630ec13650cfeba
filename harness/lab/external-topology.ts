import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import { entranceKey } from './addressing.js';
import { ExternalPlan } from './external-plan.js';
import { type ExternalSut, serverOfSut } from './external-sut.js';
import type { Server, Topology } from './topology.js';

/** A case's hosts around a proxy that runs already. */
export interface PlacedTopology {
  /** With the proxy's own domain, and with the addresses that its configuration names. */
  readonly topology: Topology;
  /** The server of the topology that the proxy stands for. */
  readonly server: Server;
  readonly plan: ExternalPlan;
}

/** @throws BusyhereError `configuration` where the case and what is said of the SUT do not go together */
export function placeAround(sut: ExternalSut, topology: Topology, singleAddress: boolean): PlacedTopology {
  const standIn = serverOfSut(topology, sut);
  const server = { ...standIn, address: null, domain: sut.domain ?? standIn.domain };
  const given = <Host extends { readonly name: string; readonly address: string | null }>(host: Host): Host => {
    const address = Object.hasOwn(sut.addresses, host.name) ? sut.addresses[host.name] : undefined;
    return address ? { ...host, address: formatSocketAddress(address) } : host;
  };
  const servers = topology.servers.map((one) => (one.name === server.name ? server : given(one)));
  return {
    topology: { ...topology, servers, participants: topology.participants.map(given) },
    server,
    plan: new ExternalPlan({ fixed: fixedAddresses(server, sut), local: sut.localAddress ?? (singleAddress ? '127.0.0.1' : null) }),
  };
}

function fixedAddresses(server: Server, sut: ExternalSut): ReadonlyMap<string, SocketAddress> {
  const listeners = server.listeners.map(
    ({ name }, index) =>
      [entranceKey({ server: server.name, listener: name }), (index === 0 ? undefined : sut.listeners[name]) ?? sut.address] as const,
  );
  return new Map([...Object.entries(sut.addresses), ...listeners]);
}

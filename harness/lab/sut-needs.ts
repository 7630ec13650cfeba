import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import { Addressing } from './addressing.js';
import { type ExternalSut, sutAccountOf } from './external-sut.js';
import { placeAround } from './external-topology.js';
import type { Prober } from './probe-sut.js';
import type { ListenerSettings, Participant, Server, Topology } from './topology.js';

/** What one topology expects of the proxy that stands for its server; every text is a line for people. */
export interface SutNeeds {
  readonly server: string;
  readonly domain: string;
  /** Who registers there. */
  readonly users: readonly Prober[];
  /** Who else sends to it, and from where. */
  readonly strangers: readonly string[];
  readonly routes: readonly string[];
  readonly trust: readonly string[];
  /** Servers of the case that busyhere makes itself. */
  readonly neighbours: readonly string[];
}

/** @throws BusyhereError `configuration` where the topology and what is said of the SUT do not go together */
export function needsOf(sut: ExternalSut, given: Topology, singleAddress: boolean): SutNeeds {
  const { topology, server, plan } = placeAround(sut, given, singleAddress);
  const { servers, participants } = topology;
  const addressing = new Addressing(topology, plan.nextBlock());
  const at = (name: string): string => formatSocketAddress(addressing.host(name, servers));
  const isUser = ({ account, entrance }: Participant): boolean => account && entrance.server === server.name;
  return {
    server: server.name,
    domain: server.domain,
    users: participants.filter(isUser).map(({ name, entrance }) => {
      const { user, password } = sutAccountOf(sut, name);
      return { name, local: addressing.participant(name), proxy: addressing.entrance(entrance), user, domain: server.domain, password };
    }),
    strangers: participants
      .filter((one) => !isUser(one) && one.entrance.server === server.name)
      .map(({ name, role, entrance }) => `${name} (${role}) from ${at(name)} to ${formatSocketAddress(addressing.entrance(entrance))}`),
    routes: server.routes.map(({ pattern, nextHop }) => `${pattern} to ${nextHop} at ${at(nextHop)}`),
    trust: trustOf(server, addressing, servers),
    neighbours: servers.filter(({ name }) => name !== server.name).map(({ name, domain }) => `${name} at ${at(name)}, for ${domain}`),
  };
}

function trustOf(server: Server, addressing: Addressing, servers: readonly Server[]): string[] {
  const listeners = server.listeners.flatMap((listener) => {
    const flags = flagsOf(listener);
    const where: SocketAddress = addressing.entrance({ server: server.name, listener: listener.name });
    return flags === '' ? [] : [`listener ${listener.name} at ${formatSocketAddress(where)}: ${flags}`];
  });
  const hosts = server.hosts.map((host) => {
    const { address, port } = addressing.hostTrust(host, servers);
    const name = host.address.kind === 'name' ? ` (${host.address.name})` : '';
    return `host ${address}${port === undefined ? '' : `:${port}`}${name}: ${flagsOf(host)}`;
  });
  return [...listeners, ...hosts];
}

/** The settings that are on. */
function flagsOf(settings: Partial<ListenerSettings> | Server['hosts'][number]): string {
  return Object.entries(settings)
    .flatMap(([key, value]) => (value === true ? [key] : []))
    .join(', ');
}

import { BusyhereError } from '../platform/errors.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { ControlAddress } from '../proxy/drachtio/connect-srf.js';
import type { Server, Topology } from './topology.js';

/** A proxy that runs already, and what our endpoints must know to be its users. */
export interface ExternalSut {
  /** Where it listens. */
  readonly address: SocketAddress;
  /** Where it has further listeners, by the names that the scenario gives them. */
  readonly listeners: Readonly<Record<string, SocketAddress>>;
  /** The scenario's server that it stands for; null: the only one, or of a drachtio-server's the first. */
  readonly server: string | null;
  /** Its domain; null: the one that the scenario gives the server. */
  readonly domain: string | null;
  /** By participant; `*` is everybody else's, with `$name` for the participant's name. */
  readonly accounts: Readonly<Record<string, SutAccount>>;
  /** The IP address of this machine that our endpoints share, by ports; null: each has a loopback address of its own. */
  readonly localAddress: string | null;
  /** Addresses that somebody must have since the proxy's own configuration names them: a gateway's, a trusted host's. */
  readonly addresses: Readonly<Record<string, SocketAddress>>;
  /** The trust profiles that it is configured as; empty: not said. */
  readonly trust: readonly string[];
  /** How long it may take for what its own timers allow, ms. */
  readonly horizonMs: number;
  /** It is a drachtio-server, and the application that commands it is ours: so are accounts, routes and trust settings. */
  readonly control?: ControlAddress;
}

export interface SutAccount {
  readonly user: string;
  /** Null where the proxy asks for none. */
  readonly password: string | null;
}

/** The timers of somebody else's proxy are not ours to scale. */
export const EXTERNAL_HORIZON_MS = 2_000;

/** Stands for every participant that `accounts` does not name. */
export const EVERYBODY = '*';

/** The account of a participant: its own, that of everybody, or its bare name. */
export function sutAccountOf({ accounts }: Pick<ExternalSut, 'accounts'>, participant: string): SutAccount {
  const own = Object.hasOwn(accounts, participant) ? accounts[participant] : undefined;
  if (own) return own;
  const { user, password } = accounts[EVERYBODY] ?? { user: '$name', password: null };
  const named = (text: string): string => text.replaceAll('$name', participant);
  return { user: named(user), password: password === null ? null : named(password) };
}

/**
 * The server of a topology that the SUT stands for.
 * @throws BusyhereError `configuration` where that is not clear, or a listener of it is not known
 */
export function serverOfSut({ servers }: Pick<Topology, 'servers'>, sut: ExternalSut): Server {
  const names = servers.map(({ name }) => name).join(', ');
  const server = sut.server === null ? servers[0] : servers.find(({ name }) => name === sut.server);
  if (!server) {
    throw new BusyhereError('configuration', `the proxy stands for the server ${sut.server}, and the case has: ${names}`, 'see `server`');
  }
  if (sut.server === null && servers.length > 1 && !sut.control) {
    throw new BusyhereError(
      'configuration',
      `the case has the servers ${names}, and it is not said which of them the proxy stands for`,
      'say `server: NAME` in the file of --sut-config; the other servers are then busyhere’s own',
    );
  }
  const unknown = server.listeners.slice(1).find(({ name }) => !Object.hasOwn(sut.listeners, name));
  if (unknown) {
    throw new BusyhereError(
      'configuration',
      `the case needs a listener "${unknown.name}" of ${server.name}, and it is not said where the proxy has it`,
      `say \`listeners: { ${unknown.name}: "sip:HOST:PORT" }\` in the file of --sut-config, or choose other cases by --trust`,
    );
  }
  return server;
}

import type { StartedTestContainer } from 'testcontainers';
import { RemoteServer } from '../lab/container/remote-server.js';
import { BusyhereError } from '../platform/errors.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Account, Route } from '../proxy/proxy-options.js';
import { FAST_TIMERS, RFC3261_TIMERS } from '../transaction/timer-values.js';
import type { JournalEntry } from '../trust/decision.js';
import type { HostTrust, ListenerTrust, TrustQuirk } from '../trust/trust-settings.js';
import { type LabContainerOptions, opened, startLabContainer } from './lab-container.js';
import { newSeed } from './new-seed.js';

/** Whom a proxy trusts; all is off unless given. */
export interface ProxyTrust {
  readonly listeners?: readonly ListenerTrust[];
  readonly hosts?: readonly HostTrust[];
  readonly quirks?: readonly TrustQuirk[];
}

export interface ProxyContainerOptions extends LabContainerOptions {
  /** The domain that it serves. */
  readonly domain: string;
  readonly accounts?: readonly Account[];
  readonly trust?: ProxyTrust;
  readonly routes?: readonly Route[];
  /** Names of its listeners: the first has port 5070, the others the ports after it. One, `default`, unless given. */
  readonly listeners?: readonly string[];
  /** `fast` unless given: T1 of 10 ms. */
  readonly timers?: 'fast' | 'rfc3261';
}

/** The lab's proxy in a container of a test's own. */
export interface ProxyContainer {
  readonly container: StartedTestContainer;
  /** Its first listener, in the container's network. */
  readonly address: SocketAddress;
  /** Every listener by its name. */
  readonly listeners: Readonly<Record<string, SocketAddress>>;
  /** What it decided about trust, in order. */
  readonly journal: readonly JournalEntry[];
  /**
   * Other trust from the next message on; registrations and calls stay.
   * @throws BusyhereError `configuration` for a listener that the proxy does not have
   */
  setTrust(trust: ProxyTrust): Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PORT = 5070;

/**
 * Starts the lab's proxy in a container, by testcontainers.
 * @throws BusyhereError `environment` where that cannot be done here, `configuration` where its settings do not go together
 */
export async function startProxyContainer(options: ProxyContainerOptions): Promise<ProxyContainer> {
  const { domain, accounts = [], routes = [], listeners: names = ['default'], timers = 'fast' } = options;
  const trust = trustOf(options.trust ?? {}, names);
  const host = await startLabContainer('proxy', options);
  const { container, address, channel, stop } = host;
  const journal: JournalEntry[] = [];
  const places = names.map((name, index) => ({ name, address: { address, port: FIRST_PORT + index } }));
  const server = new RemoteServer({
    element: 'proxy',
    channel,
    journal: (entry) => journal.push(entry),
    settings: {
      name: options.alias ?? 'proxy',
      timers: timers === 'fast' ? FAST_TIMERS : RFC3261_TIMERS,
      seed: newSeed(),
      links: [],
      domain,
      trust,
      accounts: [...accounts],
      routes: [...routes],
      peers: [],
      listeners: places,
      recordRoute: false,
    },
  });
  await opened(host, server.start());
  return {
    container,
    address: { address, port: FIRST_PORT },
    listeners: Object.fromEntries(places.map((place) => [place.name, place.address])),
    journal,
    setTrust: async (other) => server.setTrust(trustOf(other, names)),
    stop,
  };
}

/**
 * A listener of which nothing is said trusts nobody.
 * @throws BusyhereError `configuration` for one that is not there: its trust would change nothing
 */
function trustOf({ listeners = [], hosts = [], quirks = [] }: ProxyTrust, names: readonly string[]) {
  const stranger = listeners.find(({ name }) => !names.includes(name));
  if (stranger) {
    throw new BusyhereError(
      'configuration',
      `trust: the proxy has no listener "${stranger.name}"; it has ${names.map((name) => `"${name}"`).join(', ')}`,
    );
  }
  const settings = names.map((name) => listeners.find((listener) => listener.name === name) ?? { name });
  return { listeners: settings, hosts: [...hosts], quirks: [...quirks] };
}

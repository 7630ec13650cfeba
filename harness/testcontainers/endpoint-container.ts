import type { StartedTestContainer } from 'testcontainers';
import type { Account, Endpoint } from '../endpoint/endpoint.js';
import { RemoteEndpoint } from '../lab/container/remote-endpoint.js';
import type { NumberRule } from '../lab/topology.js';
import { SeededRandom } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import { FAST_TIMERS, RFC3261_TIMERS } from '../transaction/timer-values.js';
import { type LabContainerOptions, opened, startLabContainer } from './lab-container.js';
import { newSeed } from './new-seed.js';

export interface EndpointContainerOptions extends LabContainerOptions {
  /** The user part of its address of record. */
  readonly user: string;
  /** The domain of its address of record, and of its registrar. */
  readonly domain: string;
  /** The server that its requests go to. */
  readonly outbound: SocketAddress;
  /** Without one a challenge is final. */
  readonly account?: Account;
  /** `messenger`, one session at a time and 486 to every further call, unless given; `plain` does what it is told. */
  readonly persona?: 'messenger' | 'plain';
  /** Makes it a gateway: what it does with calls to numbers. */
  readonly numbers?: readonly NumberRule[];
  /** `fast` unless given: T1 of 10 ms. */
  readonly timers?: 'fast' | 'rfc3261';
}

/** An endpoint of the lab in a container of a test's own. */
export interface EndpointContainer {
  readonly container: StartedTestContainer;
  /** Registers, calls, and is called. Its state is its own word and no evidence: that is on the wire. */
  readonly endpoint: Endpoint;
  /** Where it listens, in the container's network. */
  readonly address: SocketAddress;
  /** @throws what could not be done, such as to answer a call, and nobody was told of; the container is gone even so */
  stop(): Promise<void>;
}

const PORT = 5070;

/**
 * Starts an endpoint of the lab in a container, by testcontainers.
 * @throws BusyhereError `environment` where that cannot be done here
 */
export async function startEndpointContainer(options: EndpointContainerOptions): Promise<EndpointContainer> {
  const { user, domain, outbound, account, persona = 'messenger', numbers = [], timers = 'fast' } = options;
  const host = await startLabContainer(numbers.length > 0 ? 'gateway' : 'endpoint', { ...options, alias: options.alias ?? user });
  const { container, channel, stop } = host;
  const address = { address: host.address, port: PORT };
  const seed = newSeed();
  const endpoint = new RemoteEndpoint({
    element: user,
    channel,
    random: new SeededRandom(seed),
    settings: {
      name: user,
      timers: timers === 'fast' ? FAST_TIMERS : RFC3261_TIMERS,
      seed,
      links: [],
      address,
      domain,
      identity: `sip:${user}@${domain}`,
      outbound,
      ...(account ? { account } : {}),
      role: numbers.length > 0 ? 'gateway' : 'client',
      persona,
      endpoint: 'own',
      numbers: [...numbers],
    },
  });
  await opened(host, endpoint.start());
  return { container, endpoint, address, stop };
}

import type { StartedNetwork, StartedTestContainer } from 'testcontainers';
import { ControlClient } from '../lab/container/control-client.js';
import type { ElementChannel } from '../lab/container/remote-endpoint.js';
import { type HostRole, LEAVE_AFTER_MS } from '../lab/container/role.js';
import { CONTROL_PORT } from '../lab/container/standing-lab.js';
import { connectEngine } from '../lab/docker/docker-engine.js';
import { ensureLabImage } from '../lab/docker/lab-images.js';
import { packageRoot } from '../lab/docker/package-files.js';
import { newToken } from '../lab/docker/run-identity.js';
import { BusyhereError } from '../platform/errors.js';
import { TcpNetwork } from '../platform/tcp-network.js';
import { UdpNetwork } from '../platform/udp-network.js';
import { containerReach, type NetworkRange } from './container-reach.js';
import { hostContainer } from './host-container.js';
import { ToldChannel } from './told-channel.js';

/** What is said of any container of the lab. */
export interface LabContainerOptions {
  /** The network that it is in, with whoever it is to talk to. */
  readonly network: StartedNetwork;
  /** Its name in that network; what it is, unless given. */
  readonly alias?: string;
  /** Told what takes its time: the image is built once for each version of busyhere. */
  progress?(text: string): void;
}

/** A container of the lab with the way to what is in it. */
export interface LabContainer {
  readonly container: StartedTestContainer;
  /** Its IP address in the network. */
  readonly address: string;
  readonly channel: ElementChannel;
  /** @throws what could not be done and nobody was told of */
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const STOP_WITHIN_MS = 1_000;

/**
 * Starts a container of the lab's image by testcontainers, and opens its control channel.
 * @throws BusyhereError `environment` where testcontainers is not installed, no engine answers or the image cannot be built
 */
export async function startLabContainer(role: HostRole['role'], options: LabContainerOptions): Promise<LabContainer> {
  const { network, alias = role, progress = () => {} } = options;
  const { GenericContainer, Wait } = await loadTestcontainers();
  const engine = await connectEngine();
  const image = await ensureLabImage(engine, { packageRoot: packageRoot('.'), progress });
  const reach = await containerReach(await rangesOf(engine, network), new UdpNetwork());
  const token = newToken();
  const told: HostRole = { role, name: alias, control: { port: CONTROL_PORT, token, leaveAfterMs: LEAVE_AFTER_MS } };
  const container = await hostContainer(GenericContainer, { image, network: network.getName(), alias, role: JSON.stringify(told), reach })
    .withWaitStrategy(Wait.forLogMessage(/ is ready at /))
    .start();
  const address = container.getIpAddress(network.getName());
  const door =
    reach === 'address' ? { host: address, port: CONTROL_PORT } : { host: LOOPBACK, port: container.getMappedPort(CONTROL_PORT) };
  try {
    // Whoever asks for something in a container that is gone is told.
    const client = await ControlClient.connect(new TcpNetwork(), { ...door, name: alias, token, late: () => {}, lost: () => {} });
    const channel = new ToldChannel(client);
    return { container, address, channel, stop: () => stopAll(channel, container) };
  } catch (error) {
    await container.stop({ timeout: STOP_WITHIN_MS });
    throw error;
  }
}

/** Opens an element in its container, which goes where that fails. */
export async function opened<T>({ stop }: Pick<LabContainer, 'stop'>, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    await stop().catch(() => {}); // why it could not be opened says more
    throw error;
  }
}

/** @throws what could not be done and nobody was told of; the container is gone even so */
async function stopAll(channel: ToldChannel, container: StartedTestContainer): Promise<void> {
  try {
    await channel.close();
  } finally {
    await container.stop({ timeout: STOP_WITHIN_MS });
  }
}

async function rangesOf(engine: Awaited<ReturnType<typeof connectEngine>>, network: StartedNetwork): Promise<NetworkRange[]> {
  const { IPAM } = await engine.getNetwork(network.getId()).inspect();
  return IPAM?.Config ?? [];
}

async function loadTestcontainers(): Promise<typeof import('testcontainers')> {
  try {
    return await import('testcontainers');
  } catch (cause) {
    throw new BusyhereError(
      'environment',
      `testcontainers cannot be loaded: ${(cause as Error).message}`,
      'npm install --save-dev testcontainers',
      {
        cause,
      },
    );
  }
}

import type { StartedNetwork, StartedTestContainer } from 'testcontainers';
import { ControlClient } from '../lab/container/control-client.js';
import type { ElementChannel } from '../lab/container/remote-endpoint.js';
import { CONTROL_PORT } from '../lab/container/standing-lab.js';
import { connectEngine } from '../lab/docker/docker-engine.js';
import { ensureLabImage } from '../lab/docker/lab-images.js';
import { packageRoot } from '../lab/docker/package-files.js';
import { newToken } from '../lab/docker/run-identity.js';
import { BusyhereError } from '../platform/errors.js';
import { TcpNetwork } from '../platform/tcp-network.js';

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
  stop(): Promise<void>;
}

const LEAVE_AFTER_MS = 60_000;

/**
 * Starts a container of the lab's image by testcontainers, and opens its control channel.
 * @throws BusyhereError `environment` where testcontainers is not installed, no engine answers or the image cannot be built
 */
export async function startLabContainer(role: 'proxy' | 'endpoint' | 'gateway', options: LabContainerOptions): Promise<LabContainer> {
  const { network, alias = role, progress = () => {} } = options;
  const { GenericContainer, Wait } = await loadTestcontainers();
  const image = await ensureLabImage(await connectEngine(), { packageRoot: packageRoot('.'), progress });
  const token = newToken();
  // With an alias testcontainers puts it into two networks, and the harness comes in by whichever has the published port.
  const control = { address: '0.0.0.0', port: CONTROL_PORT, token, leaveAfterMs: LEAVE_AFTER_MS };
  const container = await new GenericContainer(image)
    .withEnvironment({ BUSYHERE_ROLE: JSON.stringify({ role, name: alias, control }) })
    .withNetwork(network)
    .withNetworkAliases(alias)
    .withExposedPorts(CONTROL_PORT)
    .withDroppedCapabilities('ALL')
    .withWaitStrategy(Wait.forLogMessage(/ is ready at /))
    .start();
  try {
    const client = await ControlClient.connect(new TcpNetwork(), {
      name: alias,
      host: container.getHost(),
      port: container.getMappedPort(CONTROL_PORT),
      token,
      late: () => {},
      lost: () => {}, // whoever asks it for something is told
    });
    const stop = async (): Promise<void> => {
      client.close();
      await container.stop({ timeout: 1_000 });
    };
    return { container, address: container.getIpAddress(network.getName()), channel: channelOf(client), stop };
  } catch (error) {
    await container.stop({ timeout: 1_000 });
    throw error;
  }
}

function channelOf(client: ControlClient): ElementChannel {
  return {
    ask: (command) => client.ask(command),
    hear: (element, listener) => client.hear(element, listener),
    failed: (error) => {
      throw error; // a call that could not even be begun; nobody waits for it, so it must be seen
    },
  };
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

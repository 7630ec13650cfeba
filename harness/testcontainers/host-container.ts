import type { GenericContainer } from 'testcontainers';
import { CONTROL_PORT } from '../lab/container/standing-lab.js';
import { HOST_LIMITS } from '../lab/docker/container-limits.js';
import type { ContainerReach } from './container-reach.js';

export interface HostContainerOptions {
  readonly image: string;
  /** The name of the one network that it is in. */
  readonly network: string;
  /** Its name in that network. */
  readonly alias: string;
  /** What it is told to be, in JSON. */
  readonly role: string;
  readonly reach: ContainerReach;
}

/**
 * A host of the lab as a container of testcontainers, with the limits that all hosts have. It is in its network alone, where
 * testcontainers by itself puts a container with an alias into the engine's own as well, and publishes no port but, where it
 * cannot be reached otherwise, the control channel's on this machine's loopback address.
 */
export function hostContainer(Container: typeof GenericContainer, options: HostContainerOptions): GenericContainer {
  const { image, network, alias, role, reach } = options;
  class HostContainer extends Container {
    protected override async beforeContainerCreated(): Promise<void> {
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [alias] } } };
      Object.assign(this.hostConfig, HOST_LIMITS);
      if (reach === 'loopback') this.hostConfig.PortBindings = { [`${CONTROL_PORT}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] };
    }
  }
  const container = new HostContainer(image).withEnvironment({ BUSYHERE_ROLE: role }).withNetworkMode(network);
  return reach === 'loopback' ? container.withExposedPorts(CONTROL_PORT) : container;
}

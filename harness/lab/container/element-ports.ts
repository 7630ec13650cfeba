import type { Clock } from '../../platform/clock.js';
import type { DatagramNetwork } from '../../platform/datagram-network.js';
import { ImpairedNetwork } from '../../platform/impaired-network.js';
import { type Random, SeededRandom } from '../../platform/random.js';
import type { EndpointSettings } from './element-settings.js';

/** What a container's elements have of the machine. */
export interface ElementPorts {
  readonly clock: Clock;
  readonly network: DatagramNetwork;
}

type CommonSettings = Pick<EndpointSettings, 'seed' | 'links'>;

export function elementRandom({ seed }: CommonSettings): Random {
  return new SeededRandom(seed);
}

/** The network as the element finds it. What a bad link loses of what it sends never gets to the wire, nor into a capture. */
export function networkWithLinks({ links }: CommonSettings, { clock, network }: ElementPorts, random: Random): DatagramNetwork {
  if (links.length === 0) return network;
  return new ImpairedNetwork(network, {
    clock,
    random: random.fork('links'),
    link: (source, destination) =>
      links.find(({ between }) => between.includes(source.address) && between.includes(destination.address))?.quality,
  });
}

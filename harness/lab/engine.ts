import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import { MemoryNetwork } from '../platform/memory-network.js';
import type { Random } from '../platform/random.js';
import { SystemClock } from '../platform/system-clock.js';
import { UdpNetwork } from '../platform/udp-network.js';
import { VirtualClock } from '../platform/virtual-clock.js';
import { nextTurn, runInVirtualTime } from '../platform/virtual-time.js';
import { type AddressPlan, LoopbackPlan, SimulatedPlan, SingleAddressPlan } from './address-plan.js';

/** How a case's network is made, and by which clock it lives. */
export interface Engine {
  readonly clock: Clock;
  readonly network: DatagramNetwork;
  readonly addresses: AddressPlan;
  /** Whether time passes by itself, so that this process can be late for it. */
  readonly realTime: boolean;
  /** Sockets open and timers set: both zero when all is torn down. */
  leftovers(): { sockets: number; timers: number };
  /** Lets everything else that is due have its turn first; in virtual time nothing else is. */
  nextTurn(): Promise<void>;
  /** Lets time go on until the work is done, and gives its outcome. */
  complete<T>(work: Promise<T>): Promise<T>;
}

/** UDP sockets on loopback and the machine's clock, one for all cases of a run. */
export function udpEngine(random: Random, options: { singleAddress: boolean }): Engine {
  const clock = new SystemClock();
  const network = new UdpNetwork();
  const addresses = options.singleAddress ? new SingleAddressPlan(random.fork('addresses')) : new LoopbackPlan(random.fork('addresses'));
  return {
    clock,
    network,
    addresses,
    realTime: true,
    leftovers: () => ({ sockets: network.openSockets, timers: clock.pendingTimers }),
    nextTurn,
    complete: (work) => work,
  };
}

/** A simulated network and a virtual clock: an engine for one case, which then repeats from its seed to the octet. */
export function memoryEngine(random: Random): Engine {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: random.fork('network') });
  return {
    clock,
    network,
    addresses: new SimulatedPlan(),
    realTime: false,
    leftovers: () => ({ sockets: network.openSockets, timers: clock.pendingTimers - network.underWay }),
    nextTurn: async () => {},
    complete: (work) => runInVirtualTime(clock, work),
  };
}

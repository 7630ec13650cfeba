import type { EndpointOptions } from '../../../harness/endpoint/endpoint';
import { Messenger } from '../../../harness/endpoint/messenger/messenger';
import type { Persona } from '../../../harness/endpoint/persona';
import { UserAgent } from '../../../harness/endpoint/user-agent';
import type { LinkQuality } from '../../../harness/platform/link-quality';
import { MemoryNetwork } from '../../../harness/platform/memory-network';
import { SeededRandom } from '../../../harness/platform/random';
import type { SocketAddress } from '../../../harness/platform/socket-address';
import { VirtualClock } from '../../../harness/platform/virtual-clock';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values';
import { Peer } from './peer';

const DOMAIN = 'lab.example';

/** A simulated network with what stands on it; everything in it follows from the seed. */
export class World {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(1);
  /** Whether a datagram is lost; tests set it. */
  loses: (source: SocketAddress, destination: SocketAddress) => boolean = () => false;
  readonly network = new MemoryNetwork({
    clock: this.clock,
    random: this.random,
    link: (source, destination): LinkQuality => ({ delayMs: 1, loss: this.loses(source, destination) ? 1 : 0 }),
  });
  readonly #agents: UserAgent[] = [];
  readonly #peers: Peer[] = [];

  /** A started agent; the last number of its address is `host`. */
  async agent(name: string, host: number, options: Partial<EndpointOptions> & { persona?: Persona } = {}): Promise<UserAgent> {
    const { persona = new Messenger(), ...rest } = options;
    const { clock, network } = this;
    const ports = { clock, network, random: this.random.fork(name), timers: RFC3261_TIMERS };
    const agent = new UserAgent({ name, address: addressOf(host), domain: DOMAIN, ...ports, ...rest }, persona);
    await agent.start();
    this.#agents.push(agent);
    return agent;
  }

  async peer(host: number): Promise<Peer> {
    const peer = await Peer.open(this.network, this.clock, addressOf(host));
    this.#peers.push(peer);
    return peer;
  }

  /** Lets time pass, and promises settle. */
  async pass(durationMs: number): Promise<void> {
    this.clock.advance(durationMs);
    await new Promise(setImmediate);
  }

  /** Longer than any timer of a transaction that has come to its end. */
  async quiesce(): Promise<void> {
    await this.pass(70_000);
  }

  /** What is left of all agents: nothing, where all has ended. */
  get left(): { requests: number; dialogs: number; transactions: number; sessions: number; timers: number } {
    const sum = (count: (agent: UserAgent) => number): number => this.#agents.reduce((total, agent) => total + count(agent), 0);
    return {
      requests: sum((agent) => agent.openRequests),
      dialogs: sum((agent) => agent.openDialogs),
      transactions: sum((agent) => agent.openTransactions),
      sessions: sum((agent) => agent.openSessions),
      timers: this.clock.pendingTimers,
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.map((agent) => agent.stop()), ...this.#peers.map((peer) => peer.close())]);
  }
}

export const NOTHING = { requests: 0, dialogs: 0, transactions: 0, sessions: 0, timers: 0 };

export function addressOf(host: number): SocketAddress {
  return { address: `127.0.0.${host}`, port: 5060 };
}

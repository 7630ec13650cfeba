import type { EndpointOptions } from '../../harness/endpoint/endpoint.js';
import { Telephone } from '../../harness/endpoint/telephone.js';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import type { DatagramNetwork, DatagramSocket } from '../../harness/platform/datagram-network.js';
import { MemoryNetwork } from '../../harness/platform/memory-network.js';
import { SeededRandom } from '../../harness/platform/random.js';
import type { SocketAddress } from '../../harness/platform/socket-address.js';
import { VirtualClock } from '../../harness/platform/virtual-clock.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import type { ProxyOptions } from '../../harness/proxy/proxy-options.js';
import type { SipMessage } from '../../harness/sip/message.js';
import { parseMessage } from '../../harness/sip/parse-message.js';
import { Recorder } from '../../harness/trace/recorder.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';

export const DOMAIN = 'lab.example';
const DELAY_MS = 10;

/** A message as it left or reached an element. */
export interface Seen {
  readonly point: string;
  readonly sent: boolean;
  readonly time: number;
  readonly message: SipMessage;
  readonly bytes: Buffer;
}

/** User agents and proxies of ours on a simulated network, 10 ms from each other. */
export class CallWorld {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(1);
  /** Says which datagrams are lost; tests set it. */
  loses: (message: SipMessage, from: string) => boolean = () => false;
  readonly trace = new Recorder(this.clock);
  readonly network = new MemoryNetwork({ clock: this.clock, random: this.random.fork('network'), link: () => ({ delayMs: DELAY_MS }) });
  readonly #agents: UserAgent[] = [];
  readonly #proxies: SipProxy[] = [];

  #stranger: DatagramSocket | undefined;

  async proxy(host: number, options: Partial<ProxyOptions> = {}): Promise<SipProxy> {
    const { clock, random } = this;
    const name = `proxy${host}`;
    const proxy = new SipProxy({
      name,
      clock,
      random: random.fork(name),
      network: this.#port(name),
      timers: RFC3261_TIMERS,
      domain: DOMAIN,
      trust: { listeners: [], hosts: [{ address: '0.0.0.0/0', treatAsAuthenticated: true }], quirks: [] },
      peers: [],
      accounts: ['alice', 'bob', 'carol'].map((user) => ({ user, password: `${user}'s` })),
      routes: [],
      listeners: [{ name: 'default', address: { address: `192.0.2.${host}`, port: 5060 } }],
      ...options,
    });
    await proxy.start();
    this.#stranger ??= await this.network.bind({ address: '192.0.2.250', port: 5060 }, { datagram: () => {} });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** A telephone; `name` may carry a number, as several of one user do: `bob2` is bob's second. */
  async agent(name: string, host: number, outbound: number, options: Partial<EndpointOptions> = {}): Promise<UserAgent> {
    const { clock, random } = this;
    const user = name.replace(/\d+$/, '');
    const agent = new UserAgent(
      {
        name,
        identity: `sip:${user}@${DOMAIN}`,
        address: { address: `192.0.2.${host}`, port: 5060 },
        clock,
        random: random.fork(name),
        network: this.#port(name),
        timers: RFC3261_TIMERS,
        domain: DOMAIN,
        outbound: { address: `192.0.2.${outbound}`, port: 5060 },
        account: { user, password: `${user}'s` },
        ...options,
      },
      new Telephone(),
    );
    await agent.start();
    this.#agents.push(agent);
    return agent;
  }

  async register(...agents: UserAgent[]): Promise<void> {
    const done = Promise.all(agents.map((agent) => agent.register()));
    this.clock.advance(1_000);
    await done;
  }

  /** What was seen, of one element or of all. */
  seen(point?: string): Seen[] {
    return this.trace.events.flatMap((event) => {
      const parsed = parseMessage(event.bytes);
      if (!parsed.ok || (point !== undefined && event.point !== point)) return [];
      return [{ point: event.point, sent: event.sighting === 'sent', time: event.time, message: parsed.value, bytes: event.bytes }];
    });
  }

  /** `INVITE`, `180 INVITE` and so on, as they arrived at an element, repetitions included. */
  arrivedAt(point: string): string[] {
    return this.seen(point).flatMap(({ sent, message }) => (sent ? [] : [labelOf(message)]));
  }

  /** Has a datagram arrive that nobody of ours sends, from an address of its own. */
  inject(bytes: Buffer, destination: SocketAddress): void {
    this.#stranger?.send(bytes, destination);
  }

  /** Until all that came to an end is over; what is left must be nothing. */
  quiesce(): object {
    this.clock.advance(100_000);
    const sum = (count: (agent: UserAgent) => number): number => this.#agents.reduce((total, agent) => total + count(agent), 0);
    return {
      timers: this.clock.pendingTimers,
      dialogs: sum((agent) => agent.openDialogs),
      sessions: sum((agent) => agent.openSessions),
      transactions: sum((agent) => agent.openTransactions),
      proxies: this.#proxies.reduce((total, proxy) => total + proxy.openTransactions + proxy.openContexts, 0),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents, ...this.#proxies].map((element) => element.stop()));
    await this.#stranger?.close();
  }

  #port(point: string): DatagramNetwork {
    return this.trace.network(point, {
      bind: async (local, handlers) => {
        const socket = await this.network.bind(local, handlers);
        return {
          local: socket.local,
          send: (payload, destination) => {
            const parsed = parseMessage(payload);
            if (!parsed.ok || !this.loses(parsed.value, point)) socket.send(payload, destination);
          },
          close: () => socket.close(),
        };
      },
    });
  }
}

export const NOTHING = { timers: 0, dialogs: 0, sessions: 0, transactions: 0, proxies: 0 };

export function labelOf(message: SipMessage): string {
  return message.kind === 'request' ? message.method : `${message.status} ${message.cseq?.method}`;
}

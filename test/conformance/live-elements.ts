import { Telephone } from '../../harness/endpoint/telephone.js';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import { type Engine, memoryEngine, udpEngine } from '../../harness/lab/engine.js';
import type { DatagramNetwork } from '../../harness/platform/datagram-network.js';
import { SeededRandom } from '../../harness/platform/random.js';
import type { SocketAddress } from '../../harness/platform/socket-address.js';
import { VirtualClock } from '../../harness/platform/virtual-clock.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import type { ProxyOptions } from '../../harness/proxy/proxy-options.js';
import { createResponse } from '../../harness/sip/create-response.js';
import type { SipMessage } from '../../harness/sip/message.js';
import { RFC3261_TIMERS, type TimerValues } from '../../harness/transaction/timer-values.js';
import { guardedNetwork, isLoopback, isSimulated } from './guarded-network.js';
import { type Arrival, SocketPeer } from './socket-peer.js';

export type NetworkKind = 'memory' | 'udp';

/** An element of ours that the outside talks to, and what is counted at it. */
export interface LiveElement {
  readonly address: SocketAddress;
  /** A URI that the element serves, for asking whether it still does. */
  readonly probe: string;
  readonly openTransactions: number;
  readonly openContexts: number;
  stop(): Promise<void>;
}

/** A network with one element of ours, and peers that send it what they like. */
export class Arena {
  readonly network: DatagramNetwork;
  readonly #peers: SocketPeer[] = [];
  readonly #elements: LiveElement[] = [];
  #hosts = 1;
  #asked = 0;

  private constructor(
    readonly kind: NetworkKind,
    readonly engine: Engine,
    readonly random: SeededRandom,
    readonly timers: TimerValues,
  ) {
    this.network = guardedNetwork(engine.network, kind === 'udp' ? isLoopback : isSimulated);
  }

  /** @param timers with real sockets nothing waits for the RFC's, unless a test has transactions end by them */
  static open(kind: NetworkKind, seed = 1, timers = RFC3261_TIMERS): Arena {
    const random = new SeededRandom(seed);
    const engine = kind === 'udp' ? udpEngine(random, { singleAddress: false }) : memoryEngine(random);
    return new Arena(kind, engine, random, timers);
  }

  /** An address of its own for each host; real sockets take any free port. */
  nextAddress(): SocketAddress {
    this.#hosts += 1;
    return this.kind === 'udp' ? { address: '127.0.0.1', port: 0 } : { address: `192.0.2.${this.#hosts % 250}`, port: 5000 + this.#hosts };
  }

  async peer(): Promise<SocketPeer> {
    const peer = await SocketPeer.open(this.network, this.nextAddress());
    this.#peers.push(peer);
    return peer;
  }

  /** A user agent that takes no call: it answers every invitation 486. */
  async endpoint(): Promise<LiveElement & { readonly agent: UserAgent }> {
    const { clock } = this.engine;
    const { network, timers } = this;
    const agent = new UserAgent(
      { name: 'user', address: this.nextAddress(), clock, network, timers, random: this.random.fork('agent'), domain: 'example.com' },
      new Telephone(),
    );
    await agent.start();
    agent.onInvitation((call) => call.reject(486));
    const element = {
      agent,
      address: agent.address,
      probe: 'sip:user@example.com',
      openContexts: 0,
      get openTransactions() {
        return agent.openTransactions;
      },
      stop: () => agent.stop(),
    };
    this.#elements.push(element);
    return element;
  }

  /** A proxy for example.com to which everybody may come, and {@link sink} for all that its routes name. */
  async proxy(options: Partial<ProxyOptions> = {}): Promise<LiveElement & { readonly proxy: SipProxy }> {
    const { clock } = this.engine;
    const { network, timers } = this;
    const proxy = new SipProxy({
      name: 'proxy',
      clock,
      network,
      timers,
      random: this.random.fork('proxy'),
      domain: 'example.com',
      trust: { listeners: [], hosts: [{ address: '0.0.0.0/0', treatAsAuthenticated: true }], quirks: [] },
      peers: [],
      accounts: [],
      routes: [],
      listeners: [{ name: 'default', address: this.nextAddress() }],
      ...options,
    });
    await proxy.start();
    const [listener] = proxy.listeners;
    if (!listener) throw new Error('the proxy has no listener');
    const element = {
      proxy,
      address: listener.local,
      probe: 'sip:probe@probe.example',
      get openContexts() {
        return proxy.openContexts;
      },
      get openTransactions() {
        return proxy.openTransactions;
      },
      stop: () => proxy.stop(),
    };
    this.#elements.push(element);
    return element;
  }

  /**
   * Sends a datagram, and gives what came back before the element answered a normal request that was sent after it.
   * @param options.answered wait for a final response first
   */
  async replay(element: LiveElement, peer: SocketPeer, datagram: Buffer, options: { answered: boolean }): Promise<Arrival[]> {
    const before = peer.arrivals.length;
    const answer = peer.next(({ message }) => (statusOf(message) ?? 0) >= 200);
    peer.send(datagram, element.address);
    if (options.answered) await this.engine.complete(answer);
    const probed = await this.probe(element, peer);
    return peer.arrivals.slice(before).filter((arrival) => arrival !== probed);
  }

  /** Registers a peer as contact of an address of record. */
  async register(element: LiveElement, peer: SocketPeer, user: string): Promise<void> {
    const domain = user.slice(user.indexOf('@') + 1);
    const extra = [`Contact: <sip:peer@${peer.name}>`, 'Expires: 3600'];
    await this.#ask(element, peer, 'REGISTER', `sip:${domain}`, { to: user, extra });
  }

  /** Asks the element something that it always answers 200. */
  probe(element: LiveElement, peer: SocketPeer): Promise<Arrival> {
    return this.#ask(element, peer, 'OPTIONS', element.probe, { to: element.probe, extra: [] });
  }

  async #ask(element: LiveElement, peer: SocketPeer, method: string, uri: string, more: { to: string; extra: string[] }): Promise<Arrival> {
    this.#asked += 1;
    const callId = `asked-${this.#asked}`;
    const answered = peer.next(({ message }) => message?.kind === 'response' && message.callId === callId && message.status >= 200);
    peer.send(plainRequest(method, uri, peer, { callId, ...more }), element.address);
    const answer = await this.engine.complete(answered);
    if (statusOf(answer.message) !== 200) throw new Error(`a normal request was answered\n${answer.datagram.toString('latin1')}`);
    return answer;
  }

  /** Lets all timers of a simulated network fire, for as long as any transaction could last. */
  quiesce(): void {
    const { clock } = this.engine;
    if (clock instanceof VirtualClock) clock.advance(400_000);
  }

  /** Stops everything; what is left must be nothing. */
  async close(): Promise<{ sockets: number; timers: number; transactions: number; contexts: number }> {
    await Promise.all([...this.#elements, ...this.#peers].map((one) => ('stop' in one ? one.stop() : one.close())));
    const sum = (count: (element: LiveElement) => number): number => this.#elements.reduce((total, one) => total + count(one), 0);
    return {
      ...this.engine.leftovers(),
      transactions: sum((one) => one.openTransactions),
      contexts: sum((one) => one.openContexts),
    };
  }
}

export const NOTHING_LEFT = { sockets: 0, timers: 0, transactions: 0, contexts: 0 };

/** Has a peer answer what it is sent: INVITE 486, other requests 200, and an ACK nothing. What is no SIP message is thrown. */
export function answerAll(peer: SocketPeer): void {
  peer.react = ({ message, source, datagram }) => {
    if (!message) throw new Error(`forwarded what is no SIP message:\n${datagram.toString('latin1')}`);
    if (message.kind !== 'request' || message.method === 'ACK') return;
    const response = createResponse(message, message.method === 'INVITE' ? 486 : 200, { toTag: 'sink' });
    peer.send(response.toBuffer(), source);
  };
}

export function statusOf(message: SipMessage | undefined): number | undefined {
  return message?.kind === 'response' ? message.status : undefined;
}

function plainRequest(method: string, uri: string, { name }: SocketPeer, more: { callId: string; to: string; extra: string[] }): string {
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${name};branch=z9hG4bK-${more.callId}`,
    'Max-Forwards: 70',
    `From: <sip:asking@${name}>;tag=${more.callId}`,
    `To: <${more.to}>`,
    `Call-ID: ${more.callId}`,
    `CSeq: 1 ${method}`,
    ...more.extra,
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

import type { DatagramNetwork } from '../../../harness/platform/datagram-network.js';
import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { parseSocketAddress, type SocketAddress } from '../../../harness/platform/socket-address.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { SipProxy } from '../../../harness/proxy/proxy.js';
import type { ProxyOptions } from '../../../harness/proxy/proxy-options.js';
import { digestResponse, formatCredentials, parseChallenge } from '../../../harness/sip/digest.js';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';
import type { JournalEntry } from '../../../harness/trust/decision.js';
import type { TrustSettings } from '../../../harness/trust/trust-settings.js';
import { Peer } from './peer.js';

export const DOMAIN = 'lab.example';
/** Time for everything that follows at once; shorter than any timer. */
const MOMENT = 5;

/** Everybody counts as authenticated, nobody as a server: for tests that are not about trust. */
export const OPEN_HOUSE: TrustSettings = { listeners: [], hosts: [{ address: '0.0.0.0/0', treatAsAuthenticated: true }], quirks: [] };

/** The fault of KB834477: the one listener's connections are all trusted servers. */
export const SHARED_LISTENER: TrustSettings = {
  listeners: [{ name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true }],
  hosts: [],
  quirks: ['lcs2003'],
};

export const ACCOUNTS = ['alice', 'bob', 'carol', 'dave'].map((user) => ({ user, password: `${user}'s password` }));

export function at(text: string): SocketAddress {
  const address = parseSocketAddress(text);
  if (!address) throw new Error(`not an address: ${text}`);
  return address;
}

/** What the world stands on, where the test has something of its own. */
interface Ground {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  /** Puts something between the proxy and the network. */
  readonly wrap: (network: MemoryNetwork) => DatagramNetwork;
}

/** A proxy on a simulated network, with peers that do what the test says. */
export class World {
  readonly clock: VirtualClock;
  readonly random = new SeededRandom(834477);
  readonly network: MemoryNetwork;
  readonly journal: JournalEntry[] = [];
  readonly proxy: SipProxy;
  readonly #peers: Peer[] = [];
  readonly #others: SipProxy[] = [];
  readonly #proxysNetwork: DatagramNetwork;
  #branches = 0;

  private constructor(options: Partial<ProxyOptions>, ground: Partial<Ground>) {
    this.clock = ground.clock ?? new VirtualClock();
    this.network = ground.network ?? new MemoryNetwork({ clock: this.clock, random: this.random.fork('network') });
    this.#proxysNetwork = ground.wrap?.(this.network) ?? this.network;
    this.proxy = new SipProxy(this.#proxyOptions('lcs', options));
  }

  #proxyOptions(name: string, options: Partial<ProxyOptions>): ProxyOptions {
    return {
      name,
      clock: this.clock,
      random: this.random.fork(name),
      network: this.#proxysNetwork,
      timers: RFC3261_TIMERS,
      domain: DOMAIN,
      trust: OPEN_HOUSE,
      peers: [],
      accounts: ACCOUNTS,
      routes: [],
      listeners: [{ name: 'default', address: at('192.0.2.200:5060') }],
      journal: (entry) => this.journal.push(entry),
      ...options,
    };
  }

  /** One more proxy on the same network. */
  async addProxy(name: string, options: Partial<ProxyOptions>): Promise<SipProxy> {
    const proxy = new SipProxy(this.#proxyOptions(name, options));
    await proxy.start();
    this.#others.push(proxy);
    return proxy;
  }

  static async open(options: Partial<ProxyOptions> = {}, ground: Partial<Ground> = {}): Promise<World> {
    const world = new World(options, ground);
    await world.proxy.start();
    return world;
  }

  async peer(address: string): Promise<Peer> {
    const peer = await new Peer(at(address)).open(this.network);
    this.#peers.push(peer);
    return peer;
  }

  /** The address of a listener, the first one's unless named. */
  entrance(name?: string): SocketAddress {
    const listener = this.proxy.listeners.find((one) => name === undefined || one.name === name);
    if (!listener) throw new Error(`no listener ${name}`);
    return listener.local;
  }

  /** Lets happen what follows at once. */
  settle(): void {
    this.clock.advance(MOMENT);
  }

  newBranch(): string {
    this.#branches += 1;
    return `z9hG4bKtest${this.#branches}`;
  }

  /** A request line and the headers that every request has; `extra` replaces those of the same name. */
  lines(peer: Peer, method: string, uri: string, extra: readonly string[] = []): string[] {
    const headers = new Map<string, string[]>([
      ['via', [`Via: SIP/2.0/UDP ${peer.host};branch=${this.newBranch()}`]],
      ['max-forwards', ['Max-Forwards: 70']],
      ['from', ['From: <sip:carol@lab.example>;tag=caller']],
      ['to', [`To: <${uri}>`]],
      ['call-id', [`Call-ID: ${peer.host}-call`]],
      ['cseq', [`CSeq: 1 ${method}`]],
      ['contact', method === 'MESSAGE' ? [] : [`Contact: <sip:carol@${peer.host}>`]],
    ]);
    const given = new Set(extra.map(nameOf));
    for (const name of given) headers.delete(name);
    return [`${method} ${uri} SIP/2.0`, ...[...headers.values()].flat(), ...extra.filter((line) => !/^[\w-]+:$/.test(line))];
  }

  /** Sends a request to the proxy and lets it work. Give `Header:` with nothing behind it to leave a usual header out. */
  send(peer: Peer, method: string, uri: string, extra: readonly string[] = [], to = this.entrance()): void {
    peer.send(to, this.lines(peer, method, uri, extra));
    this.settle();
  }

  /** Acknowledges the final response other than 2xx that a peer got to its INVITE. */
  ackFailure(peer: Peer, uri: string, to = this.entrance()): void {
    const { message } = peer.lastResponse('INVITE');
    peer.send(to, [
      `ACK ${uri} SIP/2.0`,
      `Via: ${message.headers.get('Via')}`,
      `From: ${message.headers.get('From')}`,
      `To: ${message.headers.get('To')}`,
      `Call-ID: ${message.callId}`,
      `CSeq: ${message.cseq?.sequence} ACK`,
      'Max-Forwards: 70',
    ]);
    this.settle();
  }

  /** Registers without credentials, which only an open house lets pass. */
  register(peer: Peer, user: string, contact = `<sip:${user}@${peer.host}>`, to = this.entrance()): void {
    const aor = `<sip:${user}@${DOMAIN}>`;
    const extra = [`From: ${aor};tag=r`, `To: ${aor}`, `Contact: ${contact}`, `Call-ID: reg-${user}-${this.newBranch()}`];
    this.send(peer, 'REGISTER', `sip:${DOMAIN}`, extra, to);
    const status = peer.lastResponse('REGISTER').message.status;
    if (status !== 200) throw new Error(`REGISTER of ${user} was answered ${status}`);
  }

  /** The credentials header that answers the last challenge a peer got. */
  credentials(
    peer: Peer,
    method: string,
    uri: string,
    user: string,
    options: { algorithm?: 'MD5' | 'SHA-256'; nc?: number; password?: string; nonce?: string } = {},
  ): string {
    const { message } = peer.lastResponse(method);
    const register = message.status === 401;
    const { algorithm = 'MD5', nc = 1, password = `${user}'s password` } = options;
    const challenge = message.headers
      .all(register ? 'WWW-Authenticate' : 'Proxy-Authenticate')
      .map((text) => parseChallenge(text))
      .flatMap((parsed) => (parsed.ok ? [parsed.value] : []))
      .find((one) => one.algorithm === algorithm);
    if (!challenge) throw new Error(`no challenge for ${algorithm}`);
    const { realm } = challenge;
    const { nonce = challenge.nonce } = options;
    const input = { algorithm, username: user, realm, nonce, uri, nc, cnonce: 'c0', qop: 'auth' as const };
    return `${register ? 'Authorization' : 'Proxy-Authorization'}: ${formatCredentials({ ...input, response: digestResponse({ ...input, password, method }) })}`;
  }

  /** Stops the proxy, and says what it left behind; all of it must be nothing. */
  async close(): Promise<{ timers: number; contexts: number; transactions: number; sockets: number }> {
    await this.proxy.stop();
    for (const proxy of this.#others) await proxy.stop();
    await Promise.all(this.#peers.map((peer) => peer.close()));
    this.settle(); // datagrams under way are timers of the network
    return {
      timers: this.clock.pendingTimers,
      contexts: this.proxy.openContexts,
      transactions: this.proxy.openTransactions,
      sockets: this.network.openSockets,
    };
  }
}

export const NOTHING_LEFT = { timers: 0, contexts: 0, transactions: 0, sockets: 0 };

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}

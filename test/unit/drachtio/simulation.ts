import { DrachtioServer, type DrachtioServerOptions } from '../../../harness/drachtio/index.js';
import { MemoryNetwork, type MemoryNetworkOptions } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';
import { MemoryStreams } from './memory-streams.js';
import { ScriptedApp } from './scripted-app.js';
import { SipPeer } from './sip-peer.js';

export const SECRET = 'cymru';
const ALL = ['invite', 'options', 'message', 'register', 'subscribe', 'notify', 'info', 'bye', 'cdr:attempt', 'cdr:start', 'cdr:stop'];

/** A server, applications and SIP peers on a simulated network and a virtual clock. */
export class Simulation {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly streams = new MemoryStreams(this.clock);
  readonly server: DrachtioServer;
  readonly apps: ScriptedApp[] = [];
  readonly peers: SipPeer[] = [];

  private constructor(options: Partial<DrachtioServerOptions>, link: Pick<MemoryNetworkOptions, 'link'>) {
    const { clock, streams } = this;
    this.network = new MemoryNetwork({ clock, random: new SeededRandom(7), ...link });
    this.server = new DrachtioServer({
      clock,
      streams,
      network: this.network,
      random: new SeededRandom(1),
      timers: RFC3261_TIMERS,
      secret: SECRET,
      control: { address: '127.0.0.1', port: 9022 },
      listeners: [{ name: 'default', address: { address: '127.0.0.1', port: 15090 } }],
      ...options,
    });
  }

  static async open(options: Partial<DrachtioServerOptions> = {}, link: Pick<MemoryNetworkOptions, 'link'> = {}): Promise<Simulation> {
    const simulation = new Simulation(options, link);
    await simulation.server.start();
    return simulation;
  }

  get sip(): SocketAddress {
    return this.server.listeners[0]?.local ?? { address: '', port: 0 };
  }

  /** Lets time pass; without a time only what is under way arrives. */
  run(ms = 2): void {
    this.clock.advance(ms);
  }

  /** An application that has authenticated and wants everything. */
  async app(routes = ALL, tags = ''): Promise<ScriptedApp> {
    const app = await this.connect();
    app.authenticate(SECRET, tags);
    app.route(...routes);
    this.run();
    app.received.length = 0;
    return app;
  }

  /** A connection that has said nothing yet. */
  async connect(): Promise<ScriptedApp> {
    let app: ScriptedApp | undefined;
    const { address, port } = this.server.control ?? { address: '', port: 0 };
    await this.streams.connect({ host: address, port }, (stream) => {
      app = new ScriptedApp(stream);
      return app;
    });
    if (!app) throw new Error('nobody took the connection');
    this.apps.push(app);
    return app;
  }

  async peer(name: string, local?: SocketAddress): Promise<SipPeer> {
    const peer = await SipPeer.open(this.network, name, local);
    this.peers.push(peer);
    return peer;
  }

  /** Ends everything; fails where something is left. */
  async close(): Promise<void> {
    await Promise.all([this.server.stop(), ...this.peers.map((peer) => peer.close())]);
    this.run(10);
    const { entries } = this.server.counters;
    const left = { ...entries, timers: this.clock.pendingTimers, sockets: this.network.openSockets, ends: this.streams.openEnds };
    expect(left).toEqual(Object.fromEntries(Object.keys(left).map((key) => [key, 0])));
  }
}

import Srf from 'drachtio-srf';

import { type RunningDrachtioServer, type StartOptions, startDrachtioServer } from '../../../harness/drachtio/index.js';
import { UdpNetwork } from '../../../harness/platform/udp-network.js';
import { SipPeer } from './sip-peer.js';

/** A server on loopback, an unmodified drachtio-srf connected to it, and SIP peers; `close` ends them all. */
export class Workshop {
  readonly #peers: SipPeer[] = [];
  readonly #apps: Srf[] = [];
  readonly network = new UdpNetwork();

  private constructor(readonly server: RunningDrachtioServer) {}

  static async open(options: StartOptions = {}): Promise<Workshop> {
    return new Workshop(await startDrachtioServer({ seed: 1, ...options }));
  }

  get sip(): { address: string; port: number } {
    return { address: this.server.sip.host, port: this.server.sip.port };
  }

  /** @param prepare registers handlers before the connection is there */
  async app(prepare: (srf: Srf) => void = () => {}, tags?: string[]): Promise<Srf> {
    const srf = tags ? new Srf(tags) : new Srf();
    this.#apps.push(srf);
    srf.on('error', () => {});
    prepare(srf);
    const connected = new Promise<void>((resolve, reject) => srf.once('connect', (error) => (error ? reject(error) : resolve())));
    srf.connect(this.server.connectOptions);
    await connected;
    return srf;
  }

  async peer(name: string): Promise<SipPeer> {
    const peer = await SipPeer.open(this.network, name);
    this.#peers.push(peer);
    return peer;
  }

  async close(): Promise<void> {
    for (const app of this.#apps) app.disconnect();
    await Promise.all(this.#peers.map((peer) => peer.close()));
    await this.server.stop();
  }
}

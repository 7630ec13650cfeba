import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HeldEntries, StartOptions } from '../../harness/drachtio/index.js';
import { localAddressTowards } from '../../harness/platform/local-address.js';
import { App, type AppOptions } from './apps/app.js';
import { Control } from './apps/control.js';
import { unanswered, wireFaults } from './apps/wire-rules.js';
import { Skipped } from './behaviour.js';
import { Peer } from './peers/peer.js';
import { type OutboundTarget, RFC_T1, type Target } from './target.js';

/** Later than this, the loop may have seen two datagrams at once that were sent well apart. */
const LATE_LOOP = 100; // ms

/** Starts a server of the suite's own; undefined where the suite is to look at a real one only. */
export type StartTarget = ((options: StartOptions, t1?: number) => Promise<Target>) | undefined;

/** What one behaviour plays with: peers and apps around the server under test. Afterwards nothing of it is left. */
export class World {
  readonly #peers: Peer[] = [];
  readonly #apps: App[] = [];
  readonly #controls: Control[] = [];
  readonly #targets: Target[] = [];
  readonly #loop = monitorEventLoopDelay({ resolution: 10 });
  readonly #forgotten = new Set<Target['sip']>();
  #silent: Peer | undefined;

  constructor(
    readonly target: Target,
    private readonly start: StartTarget,
    private readonly outbound: OutboundTarget | undefined,
  ) {
    this.#loop.enable();
  }

  /** `host:port` of the server under test. */
  get serverHostPort(): string {
    return `${this.target.sip.address}:${this.target.sip.port}`;
  }

  async peer(name: string, target: { sip: Target['sip'] } = this.target): Promise<Peer> {
    const local = await localAddressTowards(target.sip);
    const peer = await Peer.open(name, local, target.sip, this.target.t1);
    this.#peers.push(peer);
    return peer;
  }

  /** Peers by these names, in their order. */
  async peers<Names extends readonly string[]>(...names: Names): Promise<{ [Index in keyof Names]: Peer }> {
    const peers: Peer[] = [];
    for (const name of names) peers.push(await this.peer(name));
    return peers as { [Index in keyof Names]: Peer };
  }

  /** An app that takes requests with these methods. */
  async app(...routes: string[]): Promise<App> {
    return this.appWith({ routes });
  }

  async appWith(options: AppOptions, target: Target = this.target): Promise<App> {
    const app = await App.connect(`app${this.#apps.length + 1}`, () => target.control, target.secret, options);
    this.#apps.push(app);
    return app;
  }

  /** A control connection that has authenticated. */
  async control(): Promise<Control> {
    const control = await this.stranger();
    await control.authenticate(this.target.secret);
    return control;
  }

  /** A control connection that has said nothing. */
  async stranger(): Promise<Control> {
    const control = await Control.open(`control${this.#controls.length + 1}`, this.target.control);
    this.#controls.push(control);
    return control;
  }

  /** A server of this behaviour's own. Only the embedded one can be had. */
  async ownServer(options: StartOptions = {}, t1: number = this.target.t1): Promise<Target> {
    if (!this.start) throw new Skipped('needs a server that the suite starts and stops by itself');
    const target = await this.start(options, t1);
    this.#targets.push(target);
    return target;
  }

  /** An app that a server connects to for each INVITE, and that server's SIP address. */
  async listeningApp(): Promise<{ app: App; sip: Target['sip'] }> {
    if (!this.start && !this.outbound) {
      throw new Skipped('needs a second server in outbound mode: DRACHTIO_OUTBOUND_SIP and DRACHTIO_OUTBOUND_LISTEN');
    }
    const app = await App.listen('listener', this.outbound?.secret ?? this.target.secret, this.outbound?.listen);
    this.#apps.push(app);
    if (this.outbound) return { app, sip: this.outbound.sip };
    const { sip } = await this.ownServer({ outbound: `tcp://127.0.0.1:${app.tap.port}`, secret: this.target.secret });
    return { app, sip };
  }

  /**
   * Lets 64 T1 pass on the server's own clock, without a timer of the suite: an app asks a peer that never answers, and
   * Timer F ends that (RFC 3261 §17.1.2.2).
   */
  async wait64T1(app: App): Promise<void> {
    this.#silent ??= await Peer.open('silence', await localAddressTowards(this.target.sip), this.target.sip, this.target.t1);
    await app.asks(this.#silent.uri, { method: 'OPTIONS' }, this.patience(64));
  }

  /** Asks the server under test what it holds. Only the embedded one can be asked. */
  held(): () => HeldEntries {
    if (!this.target.held) throw new Skipped('needs a server that says what it holds');
    return this.target.held;
  }

  /** How long to wait for what the server does after so many T1, in ms. */
  patience(timesT1: number): number {
    return timesT1 * this.target.t1 + 10_000;
  }

  /** Says that a server of this behaviour's own has stopped, and that nobody is to ask it anything. */
  forget(target: Target): void {
    this.#forgotten.add(target.sip);
  }

  /** Lets everything arrive that is under way; every path is walked once behind it. */
  async settle(): Promise<void> {
    const peers = this.#peers.filter(({ server }) => !this.#forgotten.has(server));
    for (const peer of peers) await peer.settle();
    for (const app of this.#apps) for (const peer of peers) await app.settle(peer);
    for (const control of this.#controls) await control.settle();
  }

  /** What arrived and should not have, one sentence each. */
  get leftovers(): string[] {
    const conversations = this.#apps.flatMap(({ tap }) => tap.conversations);
    const open = this.#apps.flatMap(({ tap }) => (tap.isJoined ? [tap.conversation] : []));
    // With scaled timers a retransmission comes as soon as a copy out of place.
    const knowsHaste = this.target.t1 === RFC_T1 && this.#loop.max / 1e6 < LATE_LOOP;
    return [
      ...[...this.#peers, ...this.#apps, ...this.#controls].flatMap(({ untaken }) => untaken.map((what) => `unexpected: ${what}`)),
      ...[...this.#peers, ...this.#controls, ...this.#apps.map(({ tap }) => tap)].flatMap(({ faults }) => faults),
      ...(knowsHaste ? this.#peers.flatMap(({ hasty }) => hasty) : []),
      ...conversations.flatMap(wireFaults),
      ...open.flatMap(unanswered),
    ];
  }

  async close(): Promise<void> {
    this.#loop.disable();
    const closing = [...this.#apps, ...this.#controls, ...this.#peers, ...(this.#silent ? [this.#silent] : [])];
    const ended = await Promise.allSettled(closing.map((one) => one.close()));
    for (const target of this.#targets) await target.stop();
    const failed = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) throw failed.reason;
  }
}

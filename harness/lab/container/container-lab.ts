import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { ProxyOptions } from '../../proxy/proxy-options.js';
import type { CapturedMessage } from '../../trace/capture-decoder.js';
import type { TimerValues } from '../../transaction/timer-values.js';
import type { EndpointPlan } from '../make-endpoint.js';
import { SocketLab, type SocketLabOptions } from '../socket-lab.js';
import type { Topology } from '../topology.js';
import { type EndpointSettings, HOSTED_KINDS, type LinkBetweenHosts, type ServerSettings } from './element-settings.js';
import { type ElementChannel, RemoteEndpoint } from './remote-endpoint.js';
import { RemoteServer } from './remote-server.js';
import { ContainerPlan, type Seating } from './seating.js';
import type { CaptureReader, Site, SiteHost } from './site.js';

export interface ContainerLabOptions extends SocketLabOptions {
  readonly site: Site;
  /** How long a drachtio application keeps a call whose rejection it absorbed, ms; undefined: no server is such an application. */
  readonly drachtioGuardMs?: number | undefined;
}

/** A case in warm containers: every host has an address of its own, the case ports of its own, and the trace is what was captured. */
export class ContainerLab extends SocketLab implements CaptureReader {
  readonly #site: Site;
  readonly #hosts: readonly SiteHost[];

  /** @throws BusyhereError `configuration` where the case does not fit into the containers */
  constructor(topology: Topology, { site, drachtioGuardMs, ...options }: ContainerLabOptions) {
    const maker = new ElementMaker(topology, site, drachtioGuardMs);
    super(
      topology,
      {
        ...options,
        makeServer: (server) => maker.server(server),
        makeEndpoint: (plan) => maker.endpoint(plan),
      },
      new ContainerPlan(maker.seating, site.blocks, (block) => site.assign(block, this)),
    );
    this.#site = site;
    this.#hosts = maker.seating.places;
  }

  async start(): Promise<void> {
    await this.openSockets();
    const registering = this.topology.participants.filter(({ account }) => account);
    try {
      await Promise.all(registering.map(({ name }) => this.endpoint(name).register()));
    } catch (error) {
      await this.caughtUp().catch(() => {}); // whoever judges this must know how late the containers were
      throw error;
    }
  }

  override isApart(): boolean {
    return true;
  }

  override caughtUp(): Promise<void> {
    return this.#site.caughtUp(this.#hosts);
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.#site.release(this);
  }

  captured(host: SiteHost, { time, transport, source, destination, bytes, originalLength, frame }: CapturedMessage): void {
    const isOwn = (end: SocketAddress): boolean => end.address === host.address;
    const sighting = isOwn(source) ? 'sent' : 'received';
    this.trace.take({
      time: time - this.trace.startedAt,
      point: this.nameOf(isOwn(source) ? source : destination) ?? host.name,
      sighting,
      transport,
      source,
      destination,
      bytes,
      frame,
      ...(originalLength > bytes.length ? { originalLength } : {}),
    });
  }
}

const SEEDS = 0x1_0000_0000;

/** Puts the parts of a lab into containers. */
class ElementMaker {
  readonly seating: Seating<SiteHost>;
  readonly #lab: string;
  readonly #links: LinkBetweenHosts[];

  constructor(
    topology: Topology,
    private readonly site: Site,
    private readonly drachtioGuardMs: number | undefined,
  ) {
    this.seating = site.seat(topology);
    this.#lab = site.nextLab();
    const at = (name: string): string => this.seating.of(name).address;
    this.#links = topology.links.map(({ between: [one, other], quality }) => ({ between: [at(one), at(other)], quality }));
  }

  server(options: ProxyOptions): RemoteServer {
    const { name, domain, trust, recordRoute = false, listeners, peers, accounts, routes, timers, random, journal } = options;
    const { digestAlgorithms } = options;
    const settings = {
      ...this.#common(name, timers, random.below(SEEDS)),
      domain,
      trust,
      recordRoute,
      listeners,
      peers,
      accounts,
      routes,
      ...(digestAlgorithms ? { digestAlgorithms } : {}),
      ...(this.drachtioGuardMs === undefined ? {} : { drachtioGuardMs: this.drachtioGuardMs }),
    };
    return new RemoteServer({
      element: this.#element(name),
      channel: this.#channel(name),
      settings: settings as ServerSettings, // the same but for arrays that nobody may write to
      journal: (entry) => journal?.(entry),
    });
  }

  endpoint({ participant, options }: EndpointPlan): RemoteEndpoint {
    const { name, address, domain, identity, outbound, account, timers, random } = options;
    const { role, persona, numbers } = participant;
    const { kind } = participant.endpoint ?? { kind: 'own' };
    const endpoint = HOSTED_KINDS.find((hosted) => hosted === kind);
    if (!endpoint) {
      const what = `${name} is to be ${kind}, and the lab’s containers have no such program`;
      throw new BusyhereError('configuration', what, 'play the case with --engine udp');
    }
    const settings = {
      ...this.#common(name, timers, random.below(SEEDS)),
      address,
      domain,
      role,
      persona,
      endpoint,
      numbers,
      ...(identity === undefined ? {} : { identity }),
      ...(outbound ? { outbound } : {}),
      ...(account ? { account } : {}),
    };
    return new RemoteEndpoint({
      element: this.#element(name),
      channel: this.#channel(name),
      settings: settings as EndpointSettings,
      random: random.fork('calls'),
    });
  }

  #common(name: string, timers: TimerValues, seed: number): Pick<EndpointSettings, 'name' | 'timers' | 'seed' | 'links'> {
    return { name, timers, seed, links: this.#links };
  }

  #element(name: string): string {
    return `${this.#lab}/${name}`;
  }

  #channel(name: string): ElementChannel {
    const { control } = this.seating.of(name);
    return {
      ask: (command) => control.ask(command),
      hear: (element, listener) => control.hear(element, listener),
      failed: (error) => this.site.fail(error as Parameters<Site['fail']>[0]),
    };
  }
}

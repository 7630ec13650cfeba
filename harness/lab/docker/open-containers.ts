import type { Random } from '../../platform/random.js';
import { SystemClock } from '../../platform/system-clock.js';
import { TcpNetwork } from '../../platform/tcp-network.js';
import { UdpNetwork } from '../../platform/udp-network.js';
import { nextTurn } from '../../platform/virtual-time.js';
import { SimulatedPlan } from '../address-plan.js';
import type { Seat } from '../container/seating.js';
import type { Site } from '../container/site.js';
import type { StandingLab } from '../container/standing-lab.js';
import { StandingSite } from '../container/standing-site.js';
import type { Engine } from '../engine.js';
import type { Topology } from '../topology.js';
import { connectEngine } from './docker-engine.js';
import { DockerSite, type DockerSiteOptions } from './docker-site.js';
import { ensureImages } from './lab-images.js';
import { packageRoot as installedPackage } from './package-files.js';
import { newRunName } from './run-identity.js';
import { sweep } from './sweep.js';

/** What a user may choose of the containers of a run. */
export interface DockerOptions {
  /** The first three numbers of the lab's addresses, `10.84.7`; any that are free unless given. */
  readonly networkPrefix?: string;
  /** The folder of the package that the image is made of; found from the working directory unless given. */
  readonly packageRoot?: string;
  /** Containers that stand already; they are made for the run unless given. */
  readonly lab?: StandingLab;
  /** Told what takes its time. */
  progress?(text: string): void;
}

export interface ContainersOptions extends DockerOptions {
  /** All that are to be played: together they say which containers are needed. */
  readonly topologies: readonly Topology[];
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** The containers of a run, and the engine that its cases are played by. */
export interface Containers {
  readonly engine: Engine;
  readonly site: Site;
  /** Leaves nothing. */
  stop(): Promise<void>;
}

/** @throws BusyhereError `environment` where this machine cannot do it; nothing is left then */
export async function openContainers(options: ContainersOptions): Promise<Containers> {
  const [clock, network] = [new SystemClock(), new UdpNetwork()];
  const ports = { clock, network, streams: new TcpNetwork(), random: options.random.fork('containers'), signal: options.signal };
  const { site, stop } = options.lab ? await enterLab(options.lab, ports) : await makeLab(options, ports);
  return {
    site,
    stop,
    engine: {
      clock,
      network,
      addresses: new SimulatedPlan(), // not asked: the containers have theirs
      realTime: true,
      leftovers: () => ({ sockets: network.openSockets, timers: clock.pendingTimers }),
      nextTurn,
      complete: (work) => work,
    },
  };
}

type SitePorts = Pick<DockerSiteOptions, 'clock' | 'network' | 'streams' | 'random' | 'signal'>;

async function enterLab(lab: StandingLab, ports: SitePorts): Promise<Pick<Containers, 'site' | 'stop'>> {
  const entered = await StandingSite.open({ ...ports, lab, run: newRunName() });
  return { site: entered.site, stop: () => entered.stop() };
}

async function makeLab(options: ContainersOptions, ports: SitePorts): Promise<Pick<Containers, 'site' | 'stop'>> {
  const { topologies, networkPrefix, packageRoot = installedPackage('.'), progress = () => {} } = options;
  const engine = await connectEngine();
  const swept = await sweep(engine, ports.clock.wallTime());
  if (swept.containers + swept.networks > 0) {
    progress(`removed what a run left that was killed: ${swept.containers} containers, ${swept.networks} networks`);
  }
  const images = await ensureImages(engine, { packageRoot, progress, signal: ports.signal });
  const made = await DockerSite.open({ ...ports, engine, images, hosts: hostsFor(topologies), prefix: networkPrefix });
  return { site: made.site, stop: () => made.stop() };
}

/** As many servers as the largest case has, and everybody who takes part in any. */
function hostsFor(topologies: readonly Topology[]): Pick<Seat, 'name' | 'kind'>[] {
  const servers = Math.max(...topologies.map((topology) => topology.servers.length));
  const participants = new Set(topologies.flatMap((topology) => topology.participants.map(({ name }) => name)));
  return [
    ...Array.from({ length: servers }, (_, index) => ({ name: index === 0 ? 'proxy' : `proxy${index + 1}`, kind: 'server' as const })),
    ...[...participants].map((name) => ({ name, kind: 'participant' as const })),
  ];
}

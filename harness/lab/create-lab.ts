import { ContainerLab } from './container/container-lab.js';
import type { Site } from './container/site.js';
import { applicationsOn, drachtioServers } from './drachtio-element.js';
import { ExternalLab } from './external-lab.js';
import type { ExternalSut } from './external-sut.js';
import { InProcessLab } from './in-process-lab.js';
import type { Lab } from './lab.js';
import type { PastCalls } from './past-calls.js';
import type { SocketLabOptions } from './socket-lab.js';
import type { Topology } from './topology.js';

export interface LabOptions extends SocketLabOptions {
  /** The proxy that runs already; undefined: all servers are made here. */
  readonly external: ExternalSut | undefined;
  /** How long a drachtio application keeps a call whose rejection it absorbed, ms; undefined: no server is such an application. */
  readonly drachtioGuardMs?: number | undefined;
  /** The containers to play in; undefined: everybody is in this process. */
  readonly site?: Site | undefined;
  /** The calls of the cases before this one, for a proxy that outlives them. */
  readonly past: PastCalls;
  /** Whether this machine has one loopback address only. */
  readonly singleAddress: boolean;
}

/** The lab that a case is played in. @throws BusyhereError `configuration` where case and SUT do not go together */
export function createLab(topology: Topology, { external, site, drachtioGuardMs: guardMs, ...given }: LabOptions): Lab {
  if (site) return new ContainerLab(topology, { ...given, site, drachtioGuardMs: guardMs });
  const options = guardMs === undefined ? given : { ...given, makeServer: drachtioServers(guardMs) };
  if (!external) return new InProcessLab(topology, options);
  const { control } = external;
  const makeSut = control && guardMs !== undefined ? applicationsOn(control, guardMs) : undefined;
  return new ExternalLab(topology, { ...options, sut: external, makeSut });
}

import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import { BusyhereError } from '../../platform/errors.js';
import { LEAVE_AFTER_MS, type Role } from '../container/role.js';
import type { Seat } from '../container/seating.js';
import { CONTROL_PORT } from '../container/standing-lab.js';
import { HOST_LIMITS, LIMITS } from './container-limits.js';
import { engineError } from './docker-engine.js';
import type { LabNetwork } from './lab-network.js';

/** What all containers of a run have in common. */
export interface ContainerFrame {
  readonly engine: Docker;
  readonly run: string;
  readonly labels: Record<string, string>;
  readonly network: LabNetwork;
  readonly token: string;
  readonly images: LabImages;
  /** Told of every container as soon as it is there, so that it can be removed whatever comes. */
  made(container: Docker.Container): void;
}

export interface LabImages {
  /** Of hosts. */
  readonly lab: string;
  /** Of what watches their wires. */
  readonly capture: string;
}

/** Starts the container of a host at its address. */
export async function startHost(frame: ContainerFrame, { name, kind, address }: Seat): Promise<Docker.Container> {
  const { network, token, images, labels } = frame;
  const control = { port: CONTROL_PORT, token, leaveAfterMs: LEAVE_AFTER_MS };
  const role: Role = { role: kind === 'server' ? 'proxy' : 'endpoint', name, control };
  const container = await create(frame, {
    name: containerName(frame, name),
    Hostname: name.replaceAll('.', '-'),
    Image: images.lab,
    Labels: { ...labels, 'busyhere.host': name },
    Env: [`BUSYHERE_ROLE=${JSON.stringify(role)}`],
    HostConfig: {
      NetworkMode: network.name,
      ...HOST_LIMITS,
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: address } } } },
  });
  await container.start();
  return container;
}

/**
 * `-p`: nothing but this host's own; immediate and unbuffered: nothing waits in the program for more to come. A short packet's
 * place in the kernel's ring is as long as the longest allowed, so what is longer than the network carries would cost room.
 */
const CAPTURE = [
  ...['-i', 'eth0', '-n', '-p', '-s', '2048', '-B', '8192', '-U', '--immediate-mode', '--time-stamp-precision=nano'],
  ...['-w', '-', 'ip proto 17'],
];

/**
 * Starts the capture beside a host, in the host's own network. Its standard output goes to us alone: nothing is stored.
 * @param piece told of every piece of the capture
 * @param said told what the program says besides
 */
export async function startCapture(
  frame: ContainerFrame,
  name: string,
  host: Docker.Container,
  { piece, said }: { piece(bytes: Buffer): void; said(text: string): void },
): Promise<Docker.Container> {
  const container = await create(frame, {
    name: containerName(frame, `${name}.capture`),
    Image: frame.images.capture,
    Labels: { ...frame.labels, 'busyhere.capture': name },
    Cmd: CAPTURE,
    HostConfig: {
      NetworkMode: `container:${host.id}`,
      ...LIMITS,
      CapAdd: ['NET_RAW'],
      LogConfig: { Type: 'none', Config: {} },
    },
  });
  const output = await container.attach({ stream: true, stdout: true, stderr: true });
  output.on('error', () => {}); // it ends with the container, and whoever misses its markers says so
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on('data', piece);
  stderr.setEncoding('utf8').on('data', said);
  frame.engine.modem.demuxStream(output, stdout, stderr);
  await container.start();
  return container;
}

function containerName({ run }: ContainerFrame, name: string): string {
  return `busyhere-${run}-${name}`;
}

async function create({ engine, made }: ContainerFrame, options: ContainerCreateOptions): Promise<Docker.Container> {
  try {
    const container = await engine.createContainer(options);
    made(container);
    return container;
  } catch (error) {
    throw error instanceof BusyhereError ? error : engineError(`the container ${options.name} cannot be made`, error);
  }
}

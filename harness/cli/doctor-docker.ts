import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { NetworkInspectInfo } from 'dockerode';
import { connectEngine } from '../lab/docker/docker-engine.js';
import { hasImage, imageNames } from '../lab/docker/lab-images.js';
import { canBind } from '../platform/can-bind.js';
import { BusyhereError } from '../platform/errors.js';
import { UdpNetwork } from '../platform/udp-network.js';
import { ownPackage } from './docker-flags.js';
import type { Finding } from './doctor-machine.js';
import type { Host } from './host.js';

const run = promisify(execFile);

/** The images that everything else is made of. */
const BASE_IMAGES = ['node:24-bookworm-slim', 'debian:bookworm-slim'];
const CAP_NET_RAW = 13; // linux/capability.h
const COMPOSE_WITHIN_MS = 10_000;

/**
 * What this machine has of what the lab in containers needs.
 * @param lacking what something that is not there is called: `bad` where the user asked for containers
 */
export async function examineDocker({ env }: Pick<Host, 'env'>, lacking: 'missing' | 'bad'): Promise<Finding[]> {
  const compose = await examineCompose(env, lacking);
  try {
    const engine = await connectEngine();
    return [
      await examineEngine(engine),
      await examineReach(engine, (address) => canBind(new UdpNetwork(), address), lacking),
      compose,
      ...(await examineImages(engine)),
      examineCaptureRights(),
    ];
  } catch (error) {
    if (!(error instanceof BusyhereError)) throw error;
    return [{ state: lacking, text: `${error.message}; ${error.hint ?? ''}` }, compose, examineCaptureRights()];
  }
}

async function examineEngine(engine: Docker): Promise<Finding> {
  const { Version } = await engine.version();
  return { state: 'good', text: `Docker Engine ${Version}: --engine docker` };
}

/**
 * Whether this machine is in the networks of the containers, as it is not where they are in a virtual machine, on another
 * machine, or in a name space of their own. Looked at in the network that every engine has: an address of an interface that
 * nobody uses at the moment is not listed, but can be bound all the same.
 */
export async function examineReach(
  engine: Pick<Docker, 'getNetwork'>,
  isOwn: (address: string) => Promise<boolean>,
  lacking: 'missing' | 'bad',
): Promise<Finding> {
  const gateway = await bridgeGateway(engine);
  if (gateway === undefined) {
    return {
      state: 'missing',
      text: 'whether containers can be reached from here by their addresses is not known: the engine has no bridge',
    };
  }
  if (await isOwn(gateway)) {
    return { state: 'good', text: `containers can be reached from here by their addresses: ${gateway} is this machine’s` };
  }
  return {
    state: lacking,
    text: `containers are in a network that this machine is not in (${gateway} is not its own): docker compose up instead of --engine docker`,
  };
}

async function bridgeGateway(engine: Pick<Docker, 'getNetwork'>): Promise<string | undefined> {
  try {
    const { IPAM } = (await engine.getNetwork('bridge').inspect()) as NetworkInspectInfo;
    return IPAM?.Config?.map(({ Gateway }) => Gateway).find((gateway) => gateway && isIPv4(gateway));
  } catch {
    return undefined; // an engine without one, which may still have others
  }
}

async function examineCompose(env: Host['env'], lacking: 'missing' | 'bad'): Promise<Finding> {
  try {
    const { stdout } = await run('docker', ['compose', 'version', '--short'], {
      env: { ...env } as NodeJS.ProcessEnv,
      timeout: COMPOSE_WITHIN_MS,
    });
    const version = stdout.trim().replace(/^v/, '');
    if (Number(version.split('.')[0]) >= 2) return { state: 'good', text: `Docker Compose ${version}: docker compose up` };
    return { state: lacking, text: `Docker Compose ${version} is too old: version 2 is needed; ${COMPOSE_HINT}` };
  } catch {
    return { state: lacking, text: `Docker Compose is not there (docker compose up); ${COMPOSE_HINT}` };
  }
}

const COMPOSE_HINT = 'Debian and Ubuntu: apt-get install docker-compose-plugin from Docker’s own packages, or docker-compose-v2';

async function examineImages(engine: Docker): Promise<Finding[]> {
  const { lab, capture } = imageNames({ packageRoot: ownPackage() });
  const own = await Promise.all([lab, capture].map(async (name) => ({ name, there: await hasImage(engine, name) })));
  const findings = own.map(
    ({ name, there }): Finding =>
      there ? { state: 'good', text: `image ${name}` } : { state: 'missing', text: `image ${name}: built by the first run that needs it` },
  );
  if (own.every(({ there }) => there)) return findings;
  const bases = await Promise.all(BASE_IMAGES.map(async (name) => ({ name, there: await hasImage(engine, name) })));
  return [
    ...findings,
    ...bases.map(
      ({ name, there }): Finding =>
        there ? { state: 'good', text: `image ${name}` } : { state: 'missing', text: `image ${name}: docker pull ${name}` },
    ),
  ];
}

/** The lab's captures are taken in containers that have the right; this one is for captures of one's own. */
function examineCaptureRights(): Finding {
  if (mayCapture())
    return { state: 'good', text: 'this user may capture (tcpdump, dumpcap); in containers only the capture beside a host may' };
  return {
    state: 'missing',
    text: 'this user may not capture on this machine, which --engine docker does not need; sudo setcap cap_net_raw+ep "$(command -v tcpdump)"',
  };
}

function mayCapture(): boolean {
  try {
    const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return ((BigInt(`0x${effective}`) >> BigInt(CAP_NET_RAW)) & 1n) === 1n;
  } catch {
    return false; // not Linux
  }
}

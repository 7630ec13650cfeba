import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readStandingLab } from '../lab/container/standing-lab.js';
import type { DockerOptions } from '../lab/docker/open-containers.js';
import { BusyhereError } from '../platform/errors.js';
import type { EngineName } from '../scenario/run-options.js';
import type { Host } from './host.js';

/** The variable by which the harness in a container is told of the others, which stand already. */
const LAB_VARIABLE = 'BUSYHERE_LAB';
/** The variable that gives the lab's network, here and in docker-compose.yml. */
const NETWORK_VARIABLE = 'BUSYHERE_NETWORK';

/**
 * What a run in containers is told besides.
 * @param runsAlready whether the server under test is there before the run
 * @throws BusyhereError `usage` where it is
 */
export function dockerOptions(engine: EngineName, runsAlready: boolean, host: Pick<Host, 'env' | 'stderr'>): { docker?: DockerOptions } {
  if (engine !== 'docker') return {};
  if (runsAlready) {
    throw new BusyhereError(
      'usage',
      '--drachtio-address does not go with --engine docker',
      'its containers are made for the case, each server with its own; leave one of them out',
    );
  }
  const lab = host.env[LAB_VARIABLE];
  if (lab !== undefined) return { docker: { lab: readStandingLab(lab) } };
  const networkPrefix = host.env[NETWORK_VARIABLE];
  return {
    docker: {
      packageRoot: ownPackage(),
      progress: (text) => host.stderr.write(`busyhere: ${text}\n`),
      ...(networkPrefix === undefined || networkPrefix === '' ? {} : { networkPrefix }),
    },
  };
}

/** The folder that this very file was installed or built in. */
export function ownPackage(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'Dockerfile'))) return folder;
  }
  throw new BusyhereError('environment', 'the package has lost its Dockerfile', 'install busyhere again');
}

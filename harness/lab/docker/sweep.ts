import type Docker from 'dockerode';
import type { ContainerInfo } from 'dockerode';
import { statusOf } from './docker-engine.js';
import { ownerOf, RUN_LABEL } from './labels.js';
import { isAlive } from './run-identity.js';

/** A container that was made this long ago and does not run belongs to nobody who is just starting it, s. */
const STARTING_S = 120;

/** What was removed. */
export interface Sweeping {
  readonly containers: number;
  readonly networks: number;
}

/** Removes what runs left whose process is gone: killed, or torn out with its machine's power. */
export async function sweep(engine: Docker, nowMs: number): Promise<Sweeping> {
  const filters = { label: [RUN_LABEL] };
  const [containers, networks] = await Promise.all([engine.listContainers({ all: true, filters }), engine.listNetworks({ filters })]);
  const isDead = (labels: Readonly<Record<string, string>>): boolean => isRunDead(labels, containers, nowMs);
  const left = containers.filter(({ Labels }) => isDead(Labels));
  await Promise.all(left.map(({ Id }) => removeContainer(engine, Id)));
  const bare = networks.filter(({ Labels }) => isDead(Labels ?? {}));
  await Promise.all(bare.map(({ Id }) => removeNetwork(engine, Id)));
  return { containers: left.length, networks: bare.length };
}

/** Of a process on another machine its containers tell: they end by themselves when their harness does. */
function isRunDead(labels: Readonly<Record<string, string>>, containers: readonly ContainerInfo[], nowMs: number): boolean {
  const owner = ownerOf(labels);
  const alive = owner && isAlive(owner);
  if (alive !== undefined) return !alive;
  const own = containers.filter(({ Labels }) => Labels[RUN_LABEL] === labels[RUN_LABEL]);
  return own.length > 0 && own.every(({ State, Created }) => State !== 'running' && nowMs / 1000 - Created > STARTING_S);
}

/** Whatever state it is in; one that is gone is as good. */
export async function removeContainer(engine: Docker, id: string): Promise<void> {
  await engine
    .getContainer(id)
    .remove({ force: true, v: true })
    .catch((error) => ignoreIfGone(error));
}

export async function removeNetwork(engine: Docker, id: string): Promise<void> {
  await engine
    .getNetwork(id)
    .remove()
    .catch((error) => ignoreIfGone(error));
}

/** 404: it is gone; 409: somebody removes it already. */
function ignoreIfGone(error: unknown): void {
  const status = statusOf(error);
  if (status !== 404 && status !== 409) throw error;
}

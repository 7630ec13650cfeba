import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { connectEngine } from '../../harness/lab/docker/docker-engine.js';
import { ownerOf, RUN_LABEL } from '../../harness/lab/docker/labels.js';

export const ROOT = join(__dirname, '..', '..');
export const COMMAND = join(ROOT, 'dist', 'cjs', 'cli', 'main.js');

const ASK = `import('dockerode').then(({ default: Docker }) => new Docker().ping()).then(() => process.exit(0), (error) => {
  process.stderr.write(error.message);
  process.exit(1);
});`;

/** Why nothing can be tested in containers here; undefined where it can. */
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (!existsSync(COMMAND)) return 'not built: npm run build';
  const { status, stderr } = spawnSync(process.execPath, ['-e', ASK], { cwd: ROOT, encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? undefined : `no Docker engine: ${stderr.trim() || 'it does not answer'}`;
}

const reason = whyNot();

/** `describe` where an engine answers; else `describe.skip`, with the reason in its title. */
export function describeWithEngine(title: string, tests: () => void): void {
  if (reason === undefined) describe(title, tests);
  else describe.skip(`${title} (skipped: ${reason})`, tests);
}

/** Whether `docker compose` is there. */
export function hasCompose(): boolean {
  return reason === undefined && spawnSync('docker', ['compose', 'version'], { timeout: 20_000 }).status === 0;
}

/** Names of all containers and networks that a run of this process has made, or is making. */
export async function madeBy({ pid }: { readonly pid: number | undefined }, engine?: Docker): Promise<string[]> {
  const docker = engine ?? (await connectEngine());
  const filters = { label: [RUN_LABEL] };
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters })]);
  const isOwn = (labels: Readonly<Record<string, string>> | undefined): boolean => ownerOf(labels ?? {})?.pid === pid;
  return [
    ...containers.filter(({ Labels }) => isOwn(Labels)).flatMap(({ Names }) => Names),
    ...networks.filter(({ Labels }) => isOwn(Labels)).map(({ Name }) => Name),
  ];
}

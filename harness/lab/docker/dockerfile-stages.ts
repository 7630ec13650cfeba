import { BusyhereError } from '../../platform/errors.js';

interface Stage {
  readonly name: string;
  readonly text: string;
}

/**
 * The part of a Dockerfile that one target needs: older builders make every stage above it, and fail where the context lacks
 * what those copy.
 * @throws BusyhereError `internal` where there is no such target
 */
export function stagesFor(dockerfile: string, target: string): string {
  const stages = readStages(dockerfile);
  const needed = new Set<string>();
  const need = (name: string): void => {
    const stage = stages.find((one) => one.name === name);
    if (!stage || needed.has(name)) return; // an image of a registry, or seen before
    needed.add(name);
    for (const source of sourcesOf(stage)) need(source);
  };
  need(target);
  if (needed.size === 0) throw new BusyhereError('internal', `the Dockerfile has no target ${target}`);
  return stages
    .filter(({ name }) => needed.has(name))
    .map(({ text }) => text)
    .join('\n');
}

function readStages(dockerfile: string): Stage[] {
  const begins = [...dockerfile.matchAll(/^FROM\s+\S+\s+AS\s+(\S+)/gim)];
  return begins.map((begin, index) => ({ name: begin[1] ?? '', text: dockerfile.slice(begin.index, begins[index + 1]?.index) }));
}

function sourcesOf({ text }: Stage): string[] {
  return [...text.matchAll(/^FROM\s+(\S+)|--from=(\S+)/gim)].map(([, base, copied]) => base ?? copied ?? '');
}

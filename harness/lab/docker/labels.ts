import type { Owner } from './run-identity.js';

/** On everything that a run makes in an engine, with the run's name. */
export const RUN_LABEL = 'busyhere.run';
const OWNER_LABEL = 'busyhere.owner';

export function labelsOf(run: string, owner: Owner): Record<string, string> {
  return { [RUN_LABEL]: run, [OWNER_LABEL]: JSON.stringify(owner) };
}

export function ownerOf(labels: Readonly<Record<string, string>>): Owner | undefined {
  try {
    const { machine, pid, began } = JSON.parse(labels[OWNER_LABEL] ?? '') as Partial<Owner>;
    return machine === undefined || pid === undefined || began === undefined ? undefined : { machine, pid, began };
  } catch {
    return undefined;
  }
}

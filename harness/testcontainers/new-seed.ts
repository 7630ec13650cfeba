import { newRunName } from '../lab/docker/run-identity.js';

/** A seed that no two containers share: their Call-IDs and branches must differ. */
export function newSeed(): number {
  return Number.parseInt(newRunName(), 16);
}

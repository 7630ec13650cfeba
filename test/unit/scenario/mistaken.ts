import type { ScenarioError } from '../../../harness/scenario/mistake.js';

/** The mistakes that some work must end with. */
export function errorOf(work: () => unknown): ScenarioError {
  try {
    work();
  } catch (error) {
    return error as ScenarioError;
  }
  throw new Error('there was no mistake to find');
}

import { buildCase } from './build-case.js';
import { checkRowSelections } from './build-expectations.js';
import type { Case } from './case.js';
import { checkShape } from './check-shape.js';
import { variantsOf } from './matrix.js';
import { type Problem, Problems } from './mistake.js';
import { didYouMean } from './nearest.js';
import { type ProfilesInput, profilesSchema } from './profile-schema.js';
import { type ScenarioInput, scenarioSchema } from './scenario-schema.js';

/** A scenario that was read and found sound: its cases can be run. */
export interface Scenario {
  /** `kb834477/second-invitation` */
  readonly id: string;
  readonly title: string;
  readonly reference: string | null;
  readonly file: string | null;
  readonly cases: readonly Case[];
}

/** @returns the value as a scenario, or undefined with its mistakes told */
export function asScenarioInput(value: unknown, problems: Problems): ScenarioInput | undefined {
  return checkShape(scenarioSchema, value, problems) ? (value as ScenarioInput) : undefined;
}

/** @returns the value as profiles, or undefined with its mistakes told */
export function asProfiles(value: unknown, problems: Problems): ProfilesInput | undefined {
  return checkShape(profilesSchema, value, problems, ['profiles']) ? (value as ProfilesInput) : undefined;
}

/**
 * Builds the cases of a scenario whose shape is right.
 *
 * @param profiles those of the profiles file; a scenario's inline profiles are taken from itself
 * @returns the scenario, or what is wrong with it
 */
export function buildScenario(
  id: string,
  file: string | null,
  input: ScenarioInput,
  profilesOfFile: ProfilesInput | undefined,
): { scenario: Scenario } | { problems: readonly Problem[] } {
  const problems = new Problems();
  const profiles = profilesOfFile ?? (typeof input.profiles === 'object' ? input.profiles : {});
  checkTrustAxis(input, profiles, problems);
  checkRowSelections(input, problems);
  const variants = variantsOf(input.matrix, problems);
  if (variants.length === 0 && problems.list.length === 0) problems.add(['matrix'], 'every case is excluded', 'key');
  const cases = variants.map((variant) => buildCase({ id, file, input, profiles }, variant, problems));
  if (problems.list.length > 0) return { problems: problems.list };
  return { scenario: { id, title: input.name, reference: input.reference ?? null, file, cases } };
}

/** The values of the axis `trust` are names of profiles. */
function checkTrustAxis({ matrix }: ScenarioInput, profiles: ProfilesInput, problems: Problems): void {
  const known = Object.keys(profiles);
  const check = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    if (Object.hasOwn(profiles, value)) return;
    const others = known.length === 0 ? '; the scenario has no `profiles`' : `; there is ${known.join(', ')}`;
    problems.add(path, `"${value}" is no trust profile${didYouMean(String(value), known) || others}`);
  };
  const axis = matrix?.trust;
  if (Array.isArray(axis)) for (const [index, value] of axis.entries()) check(value, ['matrix', 'trust', index]);
  for (const [index, entry] of (matrix?.include ?? []).entries()) check(entry.trust, ['matrix', 'include', index, 'trust']);
}

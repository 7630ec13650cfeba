import { buildCase } from './build-case.js';
import { checkRows } from './build-expectations.js';
import type { Case } from './case.js';
import { isAboutAttempts } from './case-context.js';
import { variantsOf } from './matrix.js';
import { type Mended, mendShape } from './mend-shape.js';
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

/** A value as a scenario, as far as it can be read as one. */
export function readScenarioInput(value: unknown): Mended & { readonly value: ScenarioInput | undefined } {
  const mended = mendShape(scenarioSchema, value, { name: 'without a name', expect: {} });
  // Which attempts there are is not known for certain where a step cannot be read.
  const lostSteps = mended.cuts.some(([key, ...others]) => key === 'script' && others.length === 1);
  const trace = (problem: Problem): Problem | undefined => (lostSteps && isAboutAttempts(problem) ? undefined : mended.trace(problem));
  return { ...mended, trace, value: mended.value as ScenarioInput | undefined };
}

/** A value as profiles, as far as it can be read as such. */
export function readProfilesInput(value: unknown): Mended & { readonly value: ProfilesInput | undefined } {
  const mended = mendShape(profilesSchema, value);
  return { ...mended, value: mended.value as ProfilesInput | undefined };
}

/**
 * Builds the cases of a scenario whose shape is right.
 *
 * @param profiles those of the profiles file; a scenario's inline profiles are taken from itself
 * @param directory where the files that it names are looked for
 * @returns the scenario, or what is wrong with it
 */
export function buildScenario(
  id: string,
  file: string | null,
  input: ScenarioInput,
  profilesOfFile: ProfilesInput | undefined,
  directory = '',
): { scenario: Scenario } | { problems: readonly Problem[] } {
  const problems = new Problems();
  const profiles = profilesOfFile ?? (typeof input.profiles === 'object' ? input.profiles : {});
  checkTrustAxis(input, profiles, problems);
  const variants = variantsOf(input.matrix, problems);
  if (variants.length === 0 && problems.list.length === 0) problems.add(['matrix'], 'every case is excluded', 'key');
  checkRows(input, variants, problems);
  const cases = variants.map((variant) => buildCase({ id, file, directory, input, profiles }, variant, problems));
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
    problems.add(path, `"${value}" is no trust profile${didYouMean(String(value), known) || others}`, 'value', String(value));
  };
  const axis = matrix?.trust;
  if (Array.isArray(axis)) for (const [index, value] of axis.entries()) check(value, ['matrix', 'trust', index]);
  for (const [index, entry] of (matrix?.include ?? []).entries()) check(entry.trust, ['matrix', 'include', index, 'trust']);
}

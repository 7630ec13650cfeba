import { dirname, relative, resolve } from 'node:path';
import { callOf, rememberCall } from './call-site.js';
import { findScenarios, type ScenarioPath } from './find-scenarios.js';
import { loadModule } from './load-module.js';
import type { Mended } from './mend-shape.js';
import { type Mistake, type Problem, throwMistakes } from './mistake.js';
import { loadFault, readModule } from './module-source.js';
import type { ProfilesInput } from './profile-schema.js';
import { buildScenario, readProfilesInput, readScenarioInput, type Scenario } from './scenario.js';
import type { ScenarioInput } from './scenario-schema.js';
import { SourceCode } from './source-code.js';
import { type Source, SourceFile } from './source-file.js';

/**
 * Reads scenarios: YAML files, modules in TypeScript or JavaScript whose default export is a scenario, folders of both.
 *
 * @param paths files and folders, from `cwd` on
 * @param ownEntry the main file of this package, for modules that do not find it from where they are
 * @throws ScenarioError (code `scenario`) with all mistakes of all files
 */
export function loadScenarios(paths: readonly string[], cwd: string, ownEntry?: string): Scenario[] {
  const mistakes: Mistake[] = [];
  const profiles = new ProfilesFiles(cwd);
  const scenarios = findScenarios(paths, cwd).flatMap((found) => readScenario(found, ownEntry, profiles, mistakes));
  throwMistakes(mistakes);
  return scenarios;
}

/**
 * Reads one scenario from a text, or takes one that was defined in code.
 *
 * @param id the scenario's id, and its name in messages
 * @param directory where a profiles file is looked for
 */
export function loadScenario(definition: string | ScenarioInput, id: string, directory: string): Scenario {
  rememberCall(definition, loadScenario);
  const mistakes: Mistake[] = [];
  const profiles = new ProfilesFiles(directory);
  const path = resolve(directory, id);
  const scenarios =
    typeof definition === 'string'
      ? fromYaml(SourceFile.parse(definition, id), { path, id, file: null }, profiles, mistakes)
      : fromValue(definition, codeOf(definition, id), { path, id, file: null }, profiles, mistakes);
  throwMistakes(mistakes);
  const [scenario] = scenarios;
  if (!scenario) throw new Error(`the scenario ${id} has neither cases nor mistakes`);
  return scenario;
}

/** The code that a scenario was defined in, where that is known. */
function codeOf(definition: ScenarioInput, id: string): SourceCode {
  const site = callOf(definition);
  return new SourceCode(id, () => site && readModule({ path: site.path, file: nameFromHere(site.path), ownEntry: undefined }), site?.line);
}

function nameFromHere(path: string): string {
  const fromHere = relative('.', path);
  return fromHere.startsWith('..') ? path : fromHere;
}

type Origin = Pick<ScenarioPath, 'path' | 'id'> & { readonly file: string | null };

function readScenario(found: ScenarioPath, ownEntry: string | undefined, profiles: ProfilesFiles, mistakes: Mistake[]): Scenario[] {
  if (!found.isModule) return fromYaml(SourceFile.read(found.path, found.file), found, profiles, mistakes);
  const module = { path: found.path, file: found.file, ownEntry };
  let value: unknown;
  try {
    value = loadModule(found.path, ownEntry);
  } catch (error) {
    mistakes.push(loadFault(module, error));
    return [];
  }
  return fromValue(value, new SourceCode(found.file, () => readModule(module)), found, profiles, mistakes);
}

function fromYaml(source: SourceFile | Mistake[], origin: Origin, profiles: ProfilesFiles, mistakes: Mistake[]): Scenario[] {
  if (Array.isArray(source)) {
    mistakes.push(...source);
    return [];
  }
  mistakes.push(...source.mistakes);
  const scenarios = fromValue(source.value, source, origin, profiles, mistakes);
  return source.mistakes.length === 0 ? scenarios : [];
}

/** All that is wrong with a scenario is told at once: where its shape is, that which does not follow from it too. */
function fromValue(value: unknown, source: Source, origin: Origin, profiles: ProfilesFiles, mistakes: Mistake[]): Scenario[] {
  const { value: input, flaws, trace } = readScenarioInput(value);
  const known = mistakes.length;
  mistakes.push(...flaws.map((flaw) => source.locate(flaw)));
  if (!input) return [];
  const shared = typeof input.profiles === 'string' ? profiles.read(input.profiles, origin.path) : undefined;
  mistakes.push(...(shared?.mistakes ?? []).map((mistake) => (mistake.line === null ? usedBy(mistake, source) : mistake)));
  if (shared && !shared.value) return [];
  const built = buildScenario(origin.id, origin.file, input, shared?.value, dirname(origin.path));
  if ('scenario' in built) return mistakes.length === known ? [built.scenario] : [];
  for (const problem of built.problems) {
    const mistake = shared ? locateBeside(shared, problem, trace, source) : locateIn(source, trace(problem));
    if (mistake) mistakes.push(mistake);
  }
  return [];
}

function locateIn(source: Source, problem: Problem | undefined): Mistake | undefined {
  return problem && source.locate(problem);
}

/** A problem of a scenario with profiles in a file of their own: in the one or in the other. */
function locateBeside(
  shared: SharedProfiles & { readonly value: ProfilesInput },
  problem: Problem,
  trace: Mended['trace'],
  source: Source,
): Mistake | undefined {
  if (problem.path[0] === 'profiles') return locateIn(shared.source, shared.trace({ ...problem, path: problem.path.slice(1) }));
  return shared.excuses(problem) ? undefined : locateIn(source, trace(problem));
}

/** A profiles file that is not there is a mistake of the scenario that names it. */
function usedBy(mistake: Mistake, source: Source): Mistake {
  return source.locate({ path: ['profiles'], at: 'value', message: `profiles file ${mistake.file}: ${mistake.message}` });
}

/** As much of a profiles file as could be read, and all that is wrong with the rest. */
type SharedProfiles =
  | ({ readonly source: SourceFile; readonly value: ProfilesInput; readonly mistakes: readonly Mistake[] } & Pick<
      Mended,
      'trace' | 'excuses'
    >)
  | { readonly value: undefined; readonly mistakes: readonly Mistake[] };

/** Profiles files, each read once however many scenarios use it. */
class ProfilesFiles {
  readonly #read = new Map<string, SharedProfiles>();

  constructor(private readonly cwd: string) {}

  read(written: string, scenarioPath: string): SharedProfiles {
    const path = resolve(dirname(scenarioPath), written);
    const known = this.#read.get(path) ?? this.#open(path);
    this.#read.set(path, known);
    return known;
  }

  #open(path: string): SharedProfiles {
    const fromCwd = relative(this.cwd, path);
    const source = SourceFile.read(path, fromCwd.startsWith('..') ? path : fromCwd);
    if (Array.isArray(source)) return { value: undefined, mistakes: source };
    const { value, flaws, trace, excuses } = readProfilesInput(source.value);
    const mistakes = [...source.mistakes, ...flaws.map((flaw) => source.locate(flaw))];
    return value ? { source, value, mistakes, trace, excuses } : { value, mistakes };
  }
}

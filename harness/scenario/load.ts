import { dirname, relative, resolve } from 'node:path';
import { findScenarios, type ScenarioPath } from './find-scenarios.js';
import { loadModule } from './load-module.js';
import { type Mistake, Problems, throwMistakes } from './mistake.js';
import { loadFault, readModule } from './module-source.js';
import type { ProfilesInput } from './profile-schema.js';
import { asProfiles, asScenarioInput, buildScenario, type Scenario } from './scenario.js';
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
  const mistakes: Mistake[] = [];
  const profiles = new ProfilesFiles(directory);
  const path = resolve(directory, id);
  const scenarios =
    typeof definition === 'string'
      ? fromYaml(SourceFile.parse(definition, id), { path, id, file: null }, profiles, mistakes)
      : fromValue(definition, new SourceCode(id), { path, id, file: null }, profiles, mistakes);
  throwMistakes(mistakes);
  const [scenario] = scenarios;
  if (!scenario) throw new Error(`the scenario ${id} has neither cases nor mistakes`);
  return scenario;
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
  if (!Array.isArray(source)) return fromValue(source.value, source, origin, profiles, mistakes);
  mistakes.push(...source);
  return [];
}

function fromValue(value: unknown, source: Source, origin: Origin, profiles: ProfilesFiles, mistakes: Mistake[]): Scenario[] {
  const problems = new Problems();
  const input = asScenarioInput(value, problems);
  if (!input) {
    mistakes.push(...problems.list.map((problem) => source.locate(problem)));
    return [];
  }
  const shared = typeof input.profiles === 'string' ? profiles.read(input.profiles, origin.path) : undefined;
  if (shared?.mistakes) {
    mistakes.push(...shared.mistakes.map((mistake) => (mistake.line === null ? usedBy(mistake, source) : mistake)));
    return [];
  }
  const built = buildScenario(origin.id, origin.file, input, shared?.value);
  if ('scenario' in built) return [built.scenario];
  for (const problem of built.problems) {
    const inShared = problem.path[0] === 'profiles' && shared !== undefined;
    mistakes.push(inShared ? shared.source.locate({ ...problem, path: problem.path.slice(1) }) : source.locate(problem));
  }
  return [];
}

/** A profiles file that is not there is a mistake of the scenario that names it. */
function usedBy(mistake: Mistake, source: Source): Mistake {
  return source.locate({ path: ['profiles'], at: 'value', message: `profiles file ${mistake.file}: ${mistake.message}` });
}

type SharedProfiles =
  | { readonly source: SourceFile; readonly value: ProfilesInput; readonly mistakes?: undefined }
  | { readonly mistakes: readonly Mistake[] };

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
    if (Array.isArray(source)) return { mistakes: source };
    const problems = new Problems();
    const value = asProfiles(source.value, problems);
    if (value) return { source, value };
    return { mistakes: problems.list.map((problem) => source.locate({ ...problem, path: problem.path.slice(1) })) };
  }
}

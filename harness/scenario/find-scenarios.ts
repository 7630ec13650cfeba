import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Mistake, throwMistakes } from './mistake.js';
import { wholeFile } from './source-text.js';

/** Folders of profiles files, which are no scenarios themselves. */
const PROFILES_FOLDER = 'profiles';
const MODULE_NAME = /\.scenario\.(js|cjs|mjs|ts|cts|mts)$/;
const SCENARIO_NAME = /\.ya?ml$|\.scenario\.(js|cjs|mjs|ts|cts|mts)$/;

/** A file to be read as a scenario. */
export interface ScenarioPath {
  /** Absolute. */
  readonly path: string;
  /** Its name in messages: from the working directory on where it lies within. */
  readonly file: string;
  /** The scenario's id: the path from the nearest folder named `scenarios`, else from the working directory, without its ending. */
  readonly id: string;
  readonly isModule: boolean;
}

/**
 * Finds the scenarios that paths name: a file is one, a folder holds those below it, except in folders named `profiles`.
 *
 * @throws ScenarioError for paths that do not exist, and for folders without scenarios
 */
export function findScenarios(paths: readonly string[], cwd: string): ScenarioPath[] {
  const mistakes: Mistake[] = [];
  const found = paths.flatMap((given) => {
    const path = resolve(cwd, given);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) {
      mistakes.push(wholeFile(given, 'no such file or folder'));
      return [];
    }
    if (!stats.isDirectory()) return [path];
    const below = filesBelow(path);
    if (below.length === 0)
      mistakes.push(wholeFile(given, 'no scenarios in this folder: no .yaml, .yml, .scenario.ts or .scenario.js below it'));
    return below;
  });
  throwMistakes(mistakes);
  const scenarios = [...new Set(found)].map((path) => describePath(path, cwd));
  throwMistakes(doubleIds(scenarios));
  return scenarios;
}

/** A folder's own files come before those in folders below it: what it is about before what it is compared with. */
function filesBelow(folder: string): string[] {
  const depth = (entry: Dirent): number => (entry.isDirectory() ? 1 : 0);
  const entries = readdirSync(folder, { withFileTypes: true }).sort(
    (one, other) => depth(one) - depth(other) || (one.name < other.name ? -1 : 1),
  );
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === PROFILES_FOLDER) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() && SCENARIO_NAME.test(entry.name) ? [path] : [];
  });
}

function describePath(path: string, cwd: string): ScenarioPath {
  const fromCwd = relative(cwd, path);
  const inside = !fromCwd.startsWith('..') && !isAbsolute(fromCwd);
  return { path, file: inside ? fromCwd : path, id: idOf(path, inside ? fromCwd : basename(path)), isModule: MODULE_NAME.test(path) };
}

function idOf(path: string, otherwise: string): string {
  const folders = dirname(path).split(sep);
  const root = folders.lastIndexOf('scenarios');
  const named = root < 0 ? otherwise : [...folders.slice(root + 1), basename(path)].join('/');
  const ending = MODULE_NAME.exec(named)?.[0] ?? extname(named);
  return named
    .slice(0, named.length - ending.length)
    .split(sep)
    .join('/');
}

function doubleIds(scenarios: readonly ScenarioPath[]): Mistake[] {
  const first = new Map<string, ScenarioPath>();
  return scenarios.flatMap((scenario) => {
    const other = first.get(scenario.id);
    first.set(scenario.id, other ?? scenario);
    return other ? [wholeFile(scenario.file, `has the same id as ${other.file}: ${scenario.id}`)] : [];
  });
}

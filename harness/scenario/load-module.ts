import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type { createJiti } from 'jiti';
import type { SyntaxTree } from './syntax-tree.js';

type Jiti = ReturnType<typeof createJiti>;

/** The entries that files of people's own may import. */
const ENTRIES = ['busyhere', 'busyhere/jest', 'busyhere/drachtio'];

/**
 * Loads a module of somebody's own, TypeScript or JavaScript, whatever its project takes its modules for.
 *
 * JavaScript is Node's own affair. What Node of this version cannot read, and TypeScript on every version, goes through a
 * library that is only loaded then, and that runs the file without checking its types.
 *
 * @param path absolute
 * @param ownEntry the main file of this package, where the caller knows it; else it is found from the module on
 * @returns the default export; of a module of CommonJS that has none, all of it
 * @throws whatever the module or its loading throws; Error where an ES module has no default export, or one that is still to come
 */
export function loadModule(path: string, ownEntry?: string): unknown {
  const loaded = load(path, ownEntry);
  const module = typeof loaded === 'object' && loaded !== null ? (loaded as Record<string | symbol, unknown>) : {};
  const isEsModule = module.__esModule === true || module[Symbol.toStringTag] === 'Module';
  if (isEsModule && !('default' in module)) throw new Error('it has no default export');
  const value = 'default' in module ? module.default : loaded;
  if (isPromise(value)) throw new Error('its default export is a promise; export what it is to become');
  return value;
}

/** By its shape, as it may come from another realm. */
function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function load(path: string, ownEntry: string | undefined): unknown {
  if (isTypeScript(path)) return jitiFor(path, ownEntry)(path);
  try {
    return createRequire(path)(path);
  } catch (error) {
    if (isNodesAffair(error)) return jitiFor(path, ownEntry)(path);
    throw error;
  }
}

function isTypeScript(path: string): boolean {
  return /\.[cm]?ts$/.test(path);
}

/** Older Nodes cannot require ES modules, and `busyhere` is not found beside a file where npx has put it elsewhere. */
function isNodesAffair(error: unknown): boolean {
  const { code, message, name } = (error ?? {}) as { code?: unknown; message?: unknown; name?: unknown };
  if (name === 'SyntaxError' || code === 'ERR_REQUIRE_ESM') return true;
  return (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') && /'busyhere(\/\w+)?'/.test(String(message));
}

/** @throws Error where this package is not found */
function jitiFor(path: string, ownEntry: string | undefined): Jiti {
  const entry = ownEntry ?? entryFor('busyhere', path) ?? entryFor('busyhere', resolve('here'));
  if (entry === undefined) throw new Error(`the package busyhere is found neither from ${dirname(path)} nor from the working directory`);
  const { createJiti: create } = createRequire(entry)('jiti') as { createJiti: typeof createJiti };
  const alias = Object.fromEntries(
    ENTRIES.flatMap((name) => aliasOf(name, entryFor(name, path) ?? (name === 'busyhere' ? entry : undefined))),
  );
  // Nothing is kept: neither on disk, where it would outlive an upgrade, nor in Node's own cache.
  return create(path, { fsCache: false, moduleCache: false, interopDefault: false, alias });
}

function aliasOf(name: string, file: string | undefined): [string, string][] {
  return file === undefined ? [] : [[name, file]];
}

/** What `require` of a name gives a file, as a path. */
function entryFor(name: string, path: string): string | undefined {
  try {
    return createRequire(path).resolve(name);
  } catch {
    return undefined;
  }
}

/**
 * Parses a module without running it.
 *
 * @returns undefined where that is not possible
 */
export function parseModule(path: string, text: string, ownEntry?: string): SyntaxTree | undefined {
  let tree: SyntaxTree | undefined;
  // A plugin sees the tree before anything is done to it.
  const keep = () => ({ pre: (file: { ast: { program: SyntaxTree } }) => void (tree = structuredClone(file.ast.program)) });
  const options = { source: text, filename: path, ts: isTypeScript(path), babel: { plugins: [keep] } };
  try {
    jitiFor(path, ownEntry).transform(options);
  } catch {
    return undefined;
  }
  return tree;
}

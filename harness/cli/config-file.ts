import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BusyhereError } from '../platform/errors.js';
import { describe } from '../scenario/check-shape.js';
import { didYouMean } from '../scenario/nearest.js';
import { COMMANDS } from './commands.js';
import { type Flag, keyOf } from './flags.js';

const NAMES = ['js', 'cjs', 'mjs', 'ts', 'json'].map((ending) => `busyhere.config.${ending}`);

/**
 * Reads the configuration file of a folder: values for flags that are not given on the command line.
 *
 * @returns values by key, those of other commands' flags left out; nothing where there is no file
 * @throws BusyhereError `configuration`
 */
export function readConfigFile(directory: string, flags: readonly Flag[]): Record<string, unknown> {
  const present = NAMES.filter((name) => existsSync(join(directory, name)));
  const [name, second] = present;
  if (name === undefined) return {};
  if (second !== undefined) throw new BusyhereError('configuration', `there is both ${name} and ${second}`, 'keep one of them');
  const content = readContent(join(directory, name), name);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new BusyhereError('configuration', `${name}: expected keys and values, found ${describe(content)}`);
  }
  return Object.fromEntries(Object.entries(content).flatMap(([key, value]) => readEntry(key, value, name, flags)));
}

function readContent(path: string, name: string): unknown {
  try {
    if (name.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'));
    const loaded: unknown = createRequire(path)(path);
    return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : loaded;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = name.endsWith('.ts') ? 'configuration in TypeScript needs Node 22.18 or newer' : undefined;
    throw new BusyhereError('configuration', `${name} cannot be read: ${reason}`, hint, { cause: error });
  }
}

function readEntry(key: string, value: unknown, file: string, flags: readonly Flag[]): [string, unknown][] {
  const all = COMMANDS.flatMap((command) => command.flags);
  const known = all.find((flag) => keyOf(flag) === key);
  if (!known) {
    const keys = new Set(all.filter(({ planned }) => !planned).map(keyOf));
    throw new BusyhereError('configuration', `${file}: unknown key "${key}"${didYouMean(key, keys)}`, `known: ${[...keys].join(', ')}`);
  }
  const own = flags.find(({ name }) => name === known.name);
  if (!own) return [];
  if (own.planned) throw new BusyhereError('configuration', `${file}: ${key} is not available in this version`);
  return [[key, readValue(own, value, `${file}: ${key}`)]];
}

function readValue(flag: Flag, value: unknown, place: string): unknown {
  if (flag.value === undefined) {
    if (typeof value === 'boolean') return value;
    throw new BusyhereError('configuration', `${place}: expected true or false, found ${describe(value)}`);
  }
  const texts = flag.repeatable && Array.isArray(value) ? value : [value];
  const read = texts.map((text: unknown) => {
    if (typeof text !== 'string' && typeof text !== 'number') {
      throw new BusyhereError('configuration', `${place}: expected text or a number, found ${describe(text)}`);
    }
    try {
      return flag.read ? flag.read(String(text)) : String(text);
    } catch (error) {
      throw new BusyhereError('configuration', `${place}: ${(error as Error).message}`, (error as BusyhereError).hint, { cause: error });
    }
  });
  return flag.repeatable ? read.flat() : read[0];
}

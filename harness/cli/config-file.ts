import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BusyhereError } from '../platform/errors.js';
import { describe } from '../scenario/check-shape.js';
import { loadModule } from '../scenario/load-module.js';
import { describeMistakes } from '../scenario/mistake.js';
import { loadFault } from '../scenario/module-source.js';
import { didYouMean } from '../scenario/nearest.js';
import { COMMANDS } from './commands.js';
import { type Flag, keyOf } from './flags.js';
import { OWN_ENTRY } from './own-entry.js';

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
  } catch (error) {
    throw new BusyhereError('configuration', `${name} cannot be read: ${(error as Error).message}`, undefined, { cause: error });
  }
  try {
    return loadModule(path, OWN_ENTRY);
  } catch (error) {
    const mistake = loadFault({ path, file: name, ownEntry: OWN_ENTRY }, error);
    throw new BusyhereError('configuration', describeMistakes([mistake]), undefined, { cause: error });
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

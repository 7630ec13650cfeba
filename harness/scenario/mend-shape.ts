import { z } from 'zod';
import { type Flaw, shapeFlaws } from './check-shape.js';
import type { Problem, ValuePath } from './mistake.js';
import { alternativeFor, isContainer, optionsOf, schemaAt, valueAt } from './schema-walk.js';

/** Misspelled keys and what is wrong deeper down come to light one after the other. */
const MAX_ROUNDS = 4;

/** A value that was made to have the shape of its schema, so that what else is wrong with it can be told. */
export interface Mended {
  /** Of the schema's shape; undefined where too much would have to go. */
  readonly value: unknown;
  /** All that is wrong with the shape of the value as it was written. */
  readonly flaws: readonly Flaw[];
  /** A problem with the mended value as one with the value as written; undefined for what only follows from the mending. */
  trace(problem: Problem): Problem | undefined;
  /** What was left out, by its path in the value as written. */
  readonly cuts: readonly ValuePath[];
  /** Whether a problem may be that something was left out. */
  excuses(problem: Problem): boolean;
}

/**
 * Mends a value: misspelled keys get the name that was meant, and what cannot be read is left out.
 *
 * @param defaults what stands in for keys at the top that are missing or cannot be read
 */
export function mendShape(schema: z.ZodType, written: unknown, defaults: Readonly<Record<string, unknown>> = {}): Mended {
  const mending = new Mending();
  const flaws: Flaw[] = [];
  let value = written;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = shapeFlaws(schema, value);
    if (found.length === 0) {
      return {
        value,
        flaws,
        trace: (problem) => mending.trace(problem),
        excuses: (problem) => mending.excuses(problem),
        cuts: mending.cuts,
      };
    }
    const mends = found.map((flaw) => mending.mendFor(flaw, schema, value, defaults));
    for (const flaw of found) {
      const traced = mending.trace(flaw);
      if (traced) flaws.push({ ...flaw, ...traced });
    }
    if (mends.includes(undefined)) break;
    for (const mend of mends) mend?.();
    value = mending.apply(written);
    if (isObject(value)) value = { ...defaults, ...value };
  }
  return { value: undefined, flaws, trace: () => undefined, excuses: () => true, cuts: [] };
}

/** What was changed, all by paths in the value as written. */
class Mending {
  readonly cuts: ValuePath[] = [];
  readonly #names = new Map<string, string>();
  /** A single value where a list of such is wanted. */
  readonly #lone = new Set<string>();
  /** Names that what was cut may have made known. */
  readonly #excused = new Set<string>();

  /**
   * How to mend a flaw of a value that came from `apply`.
   *
   * @returns does it, which changes what paths mean; undefined where it cannot be mended
   */
  mendFor(flaw: Flaw, schema: z.ZodType, value: unknown, defaults: Readonly<Record<string, unknown>>): (() => void) | undefined {
    const { kind, path, meant, missing } = flaw;
    if (missing !== undefined && path.length === 0 && Object.hasOwn(defaults, missing)) return () => {};
    const parent = valueAt(value, path.slice(0, -1));
    const found = valueAt(value, path);
    const original = this.#original(path);
    if (kind === 'unknown' && meant !== undefined && isObject(parent) && !Object.hasOwn(parent, meant)) {
      return () => this.#names.set(keyOf(original), meant);
    }
    const wanted = schemaAt(schema, path, value);
    const isLone = kind === 'value' && !isContainer(found) && wanted !== undefined && optionsOf(wanted)[0] instanceof z.ZodArray;
    if (isLone) return () => this.#lone.add(keyOf(original));
    const replaced = path.length === 1 && Object.hasOwn(defaults, String(path[0]));
    const cut = kind === 'unknown' || replaced ? path : dispensable(schema, path, value);
    if (cut === undefined) return undefined;
    return () => {
      this.#excuse(cut.at(-1));
      this.#excuseAll(valueAt(value, cut));
      this.cuts.push(original.slice(0, cut.length));
    };
  }

  apply(value: unknown, path: ValuePath = []): unknown {
    if (Array.isArray(value))
      return value.flatMap((item, index) => (this.#isCut([...path, index]) ? [] : [this.apply(item, [...path, index])]));
    if (!isObject(value)) return this.#lone.has(keyOf(path)) ? [value] : value;
    const entries = Object.entries(value).flatMap(([key, item]) => {
      const place = [...path, key];
      return this.#isCut(place) ? [] : [[this.#names.get(keyOf(place)) ?? key, this.apply(item, place)] as const];
    });
    return Object.fromEntries(entries);
  }

  trace(problem: Problem): Problem | undefined {
    const path = this.#original(problem.path);
    if (this.cuts.some((cut) => isWithin(cut, path) || isWithin(path, cut))) return undefined;
    return this.excuses(problem) ? undefined : { ...problem, path };
  }

  excuses({ part }: Problem): boolean {
    return part !== undefined && this.#excused.has(part.replace(/^\$/, ''));
  }

  /** Where in the value as written the end of a path in the mended one is. */
  #original(path: ValuePath): ValuePath {
    const written: (string | number)[] = [];
    for (const step of path) written.push(typeof step === 'string' ? this.#writtenKey(written, step) : this.#writtenIndex(written, step));
    return written;
  }

  #writtenIndex(above: ValuePath, mended: number): number {
    const cut = this.cuts.filter((one) => one.length === above.length + 1 && isWithin(one, above)).map((one) => one.at(-1));
    let index = -1;
    for (let left = mended; left >= 0; ) if (!cut.includes(++index)) left--;
    return index;
  }

  #writtenKey(above: ValuePath, key: string): string {
    const prefix = keyOf([...above, '']);
    for (const [written, meant] of this.#names) {
      const own = written.slice(prefix.length);
      if (meant === key && written.startsWith(prefix) && !own.includes('\0')) return own;
    }
    return key;
  }

  #isCut(path: ValuePath): boolean {
    return this.cuts.some((cut) => keyOf(cut) === keyOf(path));
  }

  #excuse(name: unknown): void {
    if (typeof name !== 'string') return;
    for (const word of [name, ...name.split(/[^\w-]+/)]) this.#excused.add(word);
  }

  /** Every key and text of what is cut may be a name that something else refers to. */
  #excuseAll(value: unknown): void {
    this.#excuse(value);
    if (!isContainer(value)) return;
    for (const [key, item] of Object.entries(value)) {
      this.#excuse(key);
      this.#excuseAll(item);
    }
  }
}

/** The innermost thing on the way to a flaw that the schema can do without. */
function dispensable(schema: z.ZodType, path: ValuePath, value: unknown): ValuePath | undefined {
  for (let length = path.length; length > 0; length--) {
    const above = path.slice(0, length - 1);
    const parent = alternativeFor(schemaAt(schema, above, value), valueAt(value, above));
    const step = path[length - 1] ?? '';
    const required = parent instanceof z.ZodObject && Object.hasOwn(parent.shape, step) && !(parent.shape[step] instanceof z.ZodOptional);
    if (parent !== undefined && !required) return path.slice(0, length);
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}

/** Whether the first path leads to, or further down from, where the second leads. */
function isWithin(path: ValuePath, above: ValuePath): boolean {
  return above.every((step, index) => path[index] === step);
}

function keyOf(path: ValuePath): string {
  return path.join('\0');
}

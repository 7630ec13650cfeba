import type { Variant } from './case.js';
import type { Problems } from './mistake.js';
import { didYouMean } from './nearest.js';
import type { MatrixInput } from './scenario-schema.js';

type AxisValue = string | number;

/** More cases than anyone runs are a mistake in the file, and would fill the memory. */
const MAX_CASES = 10_000;

const KEYWORDS = new Set(['include', 'exclude']);

/** The axes of a matrix by name, in the file's order. */
export function axesOf(matrix: MatrixInput | undefined): ReadonlyMap<string, readonly AxisValue[]> {
  return new Map(Object.entries(matrix ?? {}).flatMap(([name, values]) => (KEYWORDS.has(name) ? [] : [[name, values as AxisValue[]]])));
}

/** All combinations of the axes' values without those excluded, the last axis changing fastest; then those included. */
export function variantsOf(matrix: MatrixInput | undefined, problems: Problems): Variant[] {
  const axes = axesOf(matrix);
  const count = [...axes.values()].reduce((product, values) => product * values.length, 1);
  if (count > MAX_CASES) {
    problems.add(['matrix'], `${count} cases; at most ${MAX_CASES} are run`, 'key');
    return [];
  }
  checkAxes(axes, problems);
  const excluded = (matrix?.exclude ?? []).filter((entry, index) => checkExclude(entry, index, axes, problems));
  const included = (matrix?.include ?? []).filter((entry, index) => checkInclude(entry, index, axes, problems));
  const product = combinations([...axes]).filter((variant) => !excluded.some((entry) => matches(variant, entry)));
  return withoutDoubles([...product, ...included.map((entry) => inOrder(entry, axes))]);
}

/** Whether the variant has, of each axis named, one of the values selected. */
export function matches(variant: Variant, selection: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(selection).every(([axis, selected]) => {
    const value = variant[axis];
    return value !== undefined && [selected].flat().some((one) => String(one) === String(value));
  });
}

function combinations(axes: readonly (readonly [string, readonly AxisValue[]])[]): Variant[] {
  return axes.reduce<Variant[]>(
    (variants, [axis, values]) => variants.flatMap((variant) => values.map((value) => ({ ...variant, [axis]: value }))),
    [{}],
  );
}

function inOrder(entry: Variant, axes: ReadonlyMap<string, unknown>): Variant {
  return Object.fromEntries([...axes.keys()].flatMap((axis) => (entry[axis] === undefined ? [] : [[axis, entry[axis]]])));
}

function withoutDoubles(variants: readonly Variant[]): Variant[] {
  return [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
}

function checkAxes(axes: ReadonlyMap<string, readonly AxisValue[]>, problems: Problems): void {
  for (const [axis, values] of axes) {
    const seen = new Set<string>();
    for (const [index, value] of values.entries()) {
      const text = String(value);
      if (seen.has(text)) problems.add(['matrix', axis, index], `the axis "${axis}" has the value ${text} twice`);
      // These characters separate the values in a case's id.
      if (/[,[\]=\p{Cc}]/u.test(text)) problems.add(['matrix', axis, index], 'expected a value without , [ ] = and control characters');
      seen.add(text);
    }
  }
}

/** Tells unknown axes and, unless new ones are welcome, unknown values of known axes. */
export function checkSelection(
  selection: Readonly<Record<string, unknown>>,
  axes: ReadonlyMap<string, readonly AxisValue[]>,
  path: readonly (string | number)[],
  problems: Problems,
  otherKeys: readonly string[] = [],
): boolean {
  let sound = true;
  for (const [axis, selected] of Object.entries(selection)) {
    const values = axes.get(axis);
    if (values === undefined) {
      const known = [...axes.keys(), ...otherKeys];
      const listed = didYouMean(axis, known) || (known.length > 0 ? `; known here: ${known.join(', ')}` : '');
      problems.add([...path, axis], `"${axis}" is no axis of the matrix${listed}`, 'key', axis);
      sound = false;
      continue;
    }
    const texts = values.map(String);
    for (const [index, one] of [selected].flat().entries()) {
      if (texts.includes(String(one))) continue;
      const place = Array.isArray(selected) ? [...path, axis, index] : [...path, axis];
      problems.add(
        place,
        `the axis "${axis}" has no value ${String(one)}${didYouMean(String(one), texts) || `; it has ${texts.join(', ')}`}`,
        'value',
        String(one),
      );
      sound = false;
    }
  }
  return sound;
}

function checkExclude(
  entry: Readonly<Record<string, unknown>>,
  index: number,
  axes: ReadonlyMap<string, readonly AxisValue[]>,
  problems: Problems,
): boolean {
  return checkSelection(entry, axes, ['matrix', 'exclude', index], problems);
}

function checkInclude(entry: Variant, index: number, axes: ReadonlyMap<string, readonly AxisValue[]>, problems: Problems): boolean {
  const path = ['matrix', 'include', index];
  const unknown = Object.keys(entry).filter((axis) => !axes.has(axis));
  for (const axis of unknown)
    problems.add([...path, axis], `"${axis}" is no axis of the matrix${didYouMean(axis, axes.keys())}`, 'key', axis);
  const missing = [...axes.keys()].filter((axis) => entry[axis] === undefined);
  if (missing.length > 0) problems.add(path, `expected a value for every axis; ${missing.join(', ')} is missing`);
  return unknown.length === 0 && missing.length === 0;
}

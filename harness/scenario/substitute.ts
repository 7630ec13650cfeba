import type { Variant } from './case.js';
import type { Problems, ValuePath } from './mistake.js';
import { didYouMean } from './nearest.js';

const REFERENCE = /\$(?:\$|([A-Za-z][A-Za-z0-9_-]*))/g;

/**
 * Puts the variant's values in the place of `$axis` in all texts of a value; `$$` is a dollar sign.
 * A text that is nothing but a reference takes on the value itself, so that a number stays one. Keys are left alone.
 */
export function substitute<T>(value: T, variant: Variant, problems: Problems, path: ValuePath = []): T {
  return replaceIn(value, variant, problems, path) as T;
}

function replaceIn(value: unknown, variant: Variant, problems: Problems, path: ValuePath): unknown {
  if (typeof value === 'string') return value.includes('$') ? replaceText(value, variant, problems, path) : value;
  if (Array.isArray(value)) return value.map((item, index) => replaceIn(item, variant, problems, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceIn(item, variant, problems, [...path, key])]));
}

function replaceText(text: string, variant: Variant, problems: Problems, path: ValuePath): string | number {
  const whole = /^\$([A-Za-z][A-Za-z0-9_-]*)$/.exec(text)?.[1];
  const value = whole === undefined ? undefined : axisValue(whole, variant);
  if (value !== undefined) return value;
  return text.replace(REFERENCE, (written: string, name: string | undefined) => {
    if (name === undefined) return '$';
    const replacement = axisValue(name, variant);
    if (replacement !== undefined) return String(replacement);
    const axes = Object.keys(variant);
    const known = didYouMean(name, axes) || (axes.length > 0 ? `; the axes are ${axes.join(', ')}` : '; the scenario has no matrix');
    problems.addLast(path, `"${written}" names no axis of the matrix${known}`, written);
    return written;
  });
}

function axisValue(name: string, variant: Variant): string | number | undefined {
  return Object.hasOwn(variant, name) ? variant[name] : undefined;
}

import { z } from 'zod';
import type { Problem, Problems, ValuePath } from './mistake.js';
import { didYouMean, nearestName } from './nearest.js';
import { alternativeFor, firstKey, hasForm, isContainer, optionsOf, schemaAt, valueAt } from './schema-walk.js';

/** A part of a value that does not have the shape that its schema wants. */
export interface Flaw extends Problem {
  /** `unknown`: the key at the path; `missing`: a key of what the path leads to; `value`: what the path leads to. */
  readonly kind: 'unknown' | 'missing' | 'value';
  /** The known key that was most likely meant by the one at the path. */
  readonly meant?: string | undefined;
  /** The key that is missing. */
  readonly missing?: string;
}

/**
 * Checks a value against a schema and tells every mistake in words for people.
 *
 * @param base where the value stands in its file, put before the path of every problem
 * @returns whether the value has the schema's shape
 */
export function checkShape(schema: z.ZodType, value: unknown, problems: Problems, base: ValuePath = []): boolean {
  const flaws = shapeFlaws(schema, value);
  for (const { path, message, at } of flaws) problems.add([...base, ...path], message, at);
  return flaws.length === 0;
}

/** All flaws of a value, in words for people; none where it has the schema's shape. */
export function shapeFlaws(schema: z.ZodType, value: unknown): Flaw[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const flaws = result.error.issues.flatMap((issue) => flawsOf(issue, schema, value, []));
  // A key that is misspelled is unknown, and missing too: that is one mistake.
  const unknown = new Map(flaws.flatMap((flaw) => (flaw.kind === 'unknown' ? [[flaw.path.join('\0'), flaw] as const] : [])));
  return flaws.filter((flaw) => flaw.kind !== 'unknown' || unknown.get(flaw.path.join('\0')) === flaw);
}

type Issue = z.core.$ZodIssue;

/** @param value what `schema` was applied to; the issue's path leads from there */
function flawsOf(issue: Issue, schema: z.ZodType, value: unknown, base: ValuePath): Flaw[] {
  const steps = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  const path = [...base, ...steps];
  const found = valueAt(value, steps);
  const key = steps.at(-1);
  if (found === undefined && typeof key === 'string' && issue.code !== 'unrecognized_keys') {
    const above = steps.slice(0, -1);
    return [
      missingKey(key, issue, path.slice(0, -1), valueAt(value, above), knownKeys(schemaAt(schema, above, value), valueAt(value, above))),
    ];
  }
  const wrong = (message: string): Flaw => ({ kind: 'value', path, at: 'value', message });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((unknown) => unknownKey(unknown, knownKeys(schemaAt(schema, steps, value), found), path));
    case 'invalid_union':
      return unionFlaws(issue, schemaAt(schema, steps, value), found, path);
    case 'invalid_key':
      return [{ ...wrong(`expected ${expectation(issue.issues[0] ?? issue)}, found "${String(steps.at(-1))}"`), at: 'key' }];
    default:
      return [wrong(`expected ${expectation(issue)}, found ${describe(found)}${hint(issue, schemaAt(schema, steps, value), found)}`)];
  }
}

/** Where the key stands there misspelled, that one is shown. */
function missingKey(key: string, issue: Issue, path: ValuePath, siblings: unknown, known: readonly string[]): Flaw {
  const others = isContainer(siblings) ? Object.keys(siblings).filter((other) => !known.includes(other)) : [];
  const written = nearestName(key, others);
  const message = `missing key "${key}" (${expectation(issue)})`;
  if (written === undefined) return { kind: 'missing', path, at: 'key', message, missing: key };
  return { kind: 'unknown', path: [...path, written], at: 'key', message: `${message}; is it "${written}"?`, meant: key };
}

function unknownKey(key: string, known: readonly string[], path: ValuePath): Flaw {
  const message = `unknown key "${key}"${orKnown(key, known)}`;
  return { kind: 'unknown', path: [...path, key], at: 'key', message, meant: nearestName(key, known) };
}

/** A union with words of its own speaks them, unless the value has the form of one alternative: then that one's mistakes count. */
function unionFlaws(issue: z.core.$ZodIssueInvalidUnion, schema: z.ZodType | undefined, found: unknown, path: ValuePath): Flaw[] {
  const options = schema ? optionsOf(schema) : [];
  const formed = options.flatMap((option, index) => (hasForm(option, found) ? [{ option, issues: issue.errors[index] ?? [] }] : []));
  if (formed.length === 0 || !isContainer(found)) {
    const wanted = issue.message === 'Invalid input' ? oneOfKeys(options) : issue.message;
    return [{ kind: 'value', path, at: 'value', message: `expected ${wanted}, found ${describe(found)}${hint(issue, schema, found)}` }];
  }
  const keyed = formed.find(({ option }) => Object.hasOwn(found, firstKey(option) ?? ''));
  const chosen = keyed ?? (formed.length === 1 ? formed[0] : undefined);
  if (chosen) return chosen.issues.flatMap((inner) => flawsOf(inner, chosen.option, found, path));
  const known = formed.flatMap(({ option }) => firstKey(option) ?? []);
  const misspelled = Object.keys(found).find((key) => didYouMean(key, known) !== '');
  if (misspelled !== undefined) return [unknownKey(misspelled, known, path)];
  return [{ kind: 'value', path, at: 'key', message: `expected ${oneOfKeys(options)}` }];
}

function oneOfKeys(options: readonly z.ZodType[]): string {
  return `one of the keys ${options.flatMap((option) => firstKey(option) ?? []).join(', ')}`;
}

/** What the schemas of this room say in `error` completes "expected …"; what the library says by itself is put so. */
function expectation(issue: Issue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return lowerFirst(issue.message);
  const words: Record<string, string> = { object: 'keys and values', record: 'keys and values', array: 'a list', string: 'text' };
  return words[issue.expected] ?? `a ${issue.expected}`;
}

function lowerFirst(text: string): string {
  return text.startsWith('Invalid') || text.startsWith('Too ') ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

function hint(issue: Issue, schema: z.ZodType | undefined, found: unknown): string {
  const quotesHelp = issue.code === 'invalid_type' && issue.expected === 'string' && (schema?.safeParse(String(found)).success ?? false);
  if (quotesHelp && (typeof found === 'number' || typeof found === 'boolean')) return '; put it in quotes';
  return typeof found === 'string' && schema ? didYouMean(found, wordsOf(schema)) : '';
}

/** The fixed words among the alternatives of a schema. */
function wordsOf(schema: z.ZodType): string[] {
  return optionsOf(schema).flatMap((option) => {
    if (option instanceof z.ZodEnum) return option.options.map(String);
    return option instanceof z.ZodUnion ? wordsOf(option) : [];
  });
}

function orKnown(key: string, known: readonly string[]): string {
  const near = didYouMean(key, known);
  return near !== '' || known.length === 0 ? near : `; known here: ${known.join(', ')}`;
}

/** The value in a few words, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'keys and values';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function knownKeys(schema: z.ZodType | undefined, value: unknown): string[] {
  const own = alternativeFor(schema, value);
  return own instanceof z.ZodObject ? Object.keys(own.shape) : [];
}

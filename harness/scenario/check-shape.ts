import { z } from 'zod';
import type { Problems, ValuePath } from './mistake.js';
import { didYouMean, nearestName } from './nearest.js';

/**
 * Checks a value against a schema and tells every mistake in words for people.
 *
 * @param base where the value stands in its file, put before the path of every problem
 * @returns whether the value has the schema's shape
 */
export function checkShape(schema: z.ZodType, value: unknown, problems: Problems, base: ValuePath = []): boolean {
  const result = schema.safeParse(value);
  if (result.success) return true;
  for (const issue of result.error.issues) report(issue, schema, value, base, problems);
  return false;
}

type Issue = z.core.$ZodIssue;

/** @param value what `schema` was applied to; the issue's path leads from there */
function report(issue: Issue, schema: z.ZodType, value: unknown, base: ValuePath, problems: Problems): void {
  const steps = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  const path = [...base, ...steps];
  const found = valueAt(value, steps);
  const key = steps.at(-1);
  if (found === undefined && typeof key === 'string' && issue.code !== 'unrecognized_keys') {
    const siblings = valueAt(value, steps.slice(0, -1));
    const written = isContainer(siblings) ? nearestName(key, Object.keys(siblings)) : undefined;
    const misspelled = written === undefined ? '' : `; is it "${written}"?`;
    problems.add(path.slice(0, -1), `missing key "${key}" (${expectation(issue)})${misspelled}`, 'key');
    return;
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const unknown of issue.keys) {
        problems.add([...path, unknown], `unknown key "${unknown}"${orKnown(unknown, knownKeys(schemaAt(schema, steps)))}`, 'key');
      }
      return;
    case 'invalid_union':
      reportUnion(issue, schemaAt(schema, steps), found, path, problems);
      return;
    case 'invalid_key':
      problems.add(path, `expected ${expectation(issue.issues[0] ?? issue)}, found "${String(steps.at(-1))}"`, 'key');
      return;
    default:
      problems.add(path, `expected ${expectation(issue)}, found ${describe(found)}${hint(issue, schemaAt(schema, steps), found)}`);
  }
}

/** A union with words of its own speaks them, unless the value has the form of one alternative: then that one's mistakes count. */
function reportUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType | undefined,
  found: unknown,
  path: ValuePath,
  problems: Problems,
): void {
  const options = schema ? optionsOf(schema) : [];
  const formed = options.flatMap((option, index) => (hasForm(option, found) ? [{ option, issues: issue.errors[index] ?? [] }] : []));
  if (formed.length === 0 || !isContainer(found)) {
    const wanted = issue.message === 'Invalid input' ? oneOfKeys(options) : issue.message;
    problems.add(path, `expected ${wanted}, found ${describe(found)}${hint(issue, schema, found)}`);
    return;
  }
  const keyed = formed.find(({ option }) => Object.hasOwn(found, firstKey(option) ?? ''));
  const chosen = keyed ?? (formed.length === 1 ? formed[0] : undefined);
  if (chosen) {
    for (const inner of chosen.issues) report(inner, chosen.option, found, path, problems);
    return;
  }
  const known = formed.flatMap(({ option }) => firstKey(option) ?? []);
  const misspelled = Object.keys(found).find((key) => didYouMean(key, known) !== '');
  if (misspelled === undefined) problems.add(path, `expected ${oneOfKeys(options)}`, 'key');
  else problems.add([...path, misspelled], `unknown key "${misspelled}"${didYouMean(misspelled, known)}`, 'key');
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
  const textWanted = issue.code === 'invalid_type' && issue.expected === 'string';
  if (textWanted && (typeof found === 'number' || typeof found === 'boolean')) return '; put it in quotes';
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

function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>((node, step) => (isContainer(node) && Object.hasOwn(node, step) ? node[step] : undefined), value);
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

function hasForm(schema: z.ZodType, value: unknown): boolean {
  if (Array.isArray(value)) return schema instanceof z.ZodArray;
  return isContainer(value) && (schema instanceof z.ZodObject || schema instanceof z.ZodRecord);
}

function firstKey(schema: z.ZodType): string | undefined {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape)[0] : undefined;
}

/** The schema itself, without optional and nullable around it; the alternatives of a union one by one. */
function optionsOf(schema: z.ZodType): z.ZodType[] {
  const bare = unwrap(schema);
  return bare instanceof z.ZodUnion ? (bare.options as z.ZodType[]) : [bare];
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** The schema of what the path leads to; undefined where the schema does not say. */
function schemaAt(schema: z.ZodType, path: ValuePath): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((node, step) => (node === undefined ? undefined : stepInto(unwrap(node), step)), schema);
}

function stepInto(schema: z.ZodType, step: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (!(schema instanceof z.ZodObject)) return undefined;
  if (Object.hasOwn(schema.shape, step)) return schema.shape[step] as z.ZodType;
  return schema.def.catchall as z.ZodType | undefined;
}

function knownKeys(schema: z.ZodType | undefined): string[] {
  const bare = schema && unwrap(schema);
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
}

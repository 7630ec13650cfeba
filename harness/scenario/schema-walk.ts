import { z } from 'zod';
import type { ValuePath } from './mistake.js';

/**
 * The schema of what a path leads to; of alternatives, the one that the value has the form of.
 *
 * @returns undefined where the schema does not say
 */
export function schemaAt(schema: z.ZodType, path: ValuePath, value: unknown): z.ZodType | undefined {
  let node: z.ZodType | undefined = schema;
  for (const [depth, step] of path.entries()) node = node && stepInto(node, step, valueAt(value, path.slice(0, depth)));
  return node;
}

function stepInto(schema: z.ZodType, step: string | number, value: unknown): z.ZodType | undefined {
  const own = alternativeFor(schema, value);
  if (own instanceof z.ZodArray) return own.element as z.ZodType;
  if (own instanceof z.ZodRecord) return own.valueType as z.ZodType;
  if (!(own instanceof z.ZodObject)) return undefined;
  return (Object.hasOwn(own.shape, step) ? own.shape[step] : own.def.catchall) as z.ZodType | undefined;
}

/** The schema that is meant for a value: of alternatives, the one of its form whose first key the value has. */
export function alternativeFor(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
  const options = schema === undefined ? [] : optionsOf(schema);
  if (options.length <= 1) return options[0];
  const formed = options.filter((option) => hasForm(option, value));
  if (!isContainer(value) || formed.length <= 1) return formed[0];
  return formed.find((option) => Object.hasOwn(value, firstKey(option) ?? ''));
}

/** The schema itself, without optional and nullable around it; the alternatives of a union one by one. */
export function optionsOf(schema: z.ZodType): z.ZodType[] {
  const bare = unwrap(schema);
  return bare instanceof z.ZodUnion ? (bare.options as z.ZodType[]) : [bare];
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** Whether a schema of lists is given a list, one of keys and values such. */
export function hasForm(schema: z.ZodType, value: unknown): boolean {
  if (Array.isArray(value)) return schema instanceof z.ZodArray;
  return isContainer(value) && (schema instanceof z.ZodObject || schema instanceof z.ZodRecord);
}

/** The key that tells one alternative from the others. */
export function firstKey(schema: z.ZodType): string | undefined {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape)[0] : undefined;
}

export function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>((node, step) => (isContainer(node) && Object.hasOwn(node, step) ? node[step] : undefined), value);
}

/** Keys and values, or a list. */
export function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

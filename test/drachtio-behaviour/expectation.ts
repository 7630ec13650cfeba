import { inspect, isDeepStrictEqual, types } from 'node:util';

/** How long an event that should come at once is waited for, in ms. Only a server that fails ever takes so long. */
export const PROMPT = 5_000;

/** A behaviour that was not shown: what was expected, and what was seen in its place. */
export class Unmet extends Error {}

export function check(holds: unknown, complaint: string): asserts holds {
  if (!holds) throw new Unmet(complaint);
}

export function same(seen: unknown, expected: unknown, what: string): void {
  check(isDeepStrictEqual(seen, expected), `${what}: expected ${show(expected)}, seen ${show(seen)}`);
}

export function matches(seen: string | undefined, pattern: RegExp, what: string): RegExpExecArray {
  const found = seen === undefined ? null : pattern.exec(seen);
  check(found, `${what}: expected ${pattern}, seen ${show(seen)}`);
  return found;
}

/** Equal whatever the order: for what several independent senders cause. */
export function sameInAnyOrder(seen: readonly string[], expected: readonly string[], what: string): void {
  same([...seen].sort(), [...expected].sort(), what);
}

/** The promise's result, or {@link Unmet} when it does not come in time. */
export async function within<T>(promise: Promise<T>, what: string, ms: number = PROMPT, seen?: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unmet(`no ${what} within ${ms} ms${seen ? `; ${seen()}` : ''}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The error that a promise is expected to be rejected with. */
export async function rejection(promise: Promise<unknown>, what: string, ms?: number): Promise<Error & { status?: number; code?: string }> {
  const outcome = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const settled = await within(outcome, what, ms);
  check('error' in settled, `${what}: expected an error, seen ${show('value' in settled && settled.value)}`);
  // srf hands some errors on as plain strings.
  return types.isNativeError(settled.error) ? settled.error : new Error(String(settled.error));
}

/** Keeps a promise that may be rejected before anybody waits for it from ending the process. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: 120, maxStringLength: 400 });
}

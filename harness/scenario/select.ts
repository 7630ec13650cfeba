import { BusyhereError } from '../platform/errors.js';
import type { Case } from './case.js';
import { didYouMean } from './nearest.js';

/** Which of the cases are wanted. */
export interface Selection {
  /** A case must match one of these. */
  readonly grep?: readonly RegExp[];
  /** A case must match none of these. */
  readonly grepInvert?: readonly RegExp[];
  /** A case must have one of these trust profiles. */
  readonly trust?: readonly string[];
  /** The part `index` (from 1) of `count`. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/**
 * The cases wanted, in their order.
 *
 * @throws BusyhereError `usage` for a trust profile that no case has
 */
export function selectCases(cases: readonly Case[], { grep = [], grepInvert = [], trust = [], shard }: Selection): Case[] {
  const profiles = new Set(cases.flatMap((one) => one.trust ?? []));
  for (const name of trust) {
    if (profiles.has(name)) continue;
    const known = [...profiles].join(', ') || 'none';
    throw new BusyhereError('usage', `no case has the trust profile "${name}"${didYouMean(name, profiles)}`, `the cases have: ${known}`);
  }
  const wanted = cases.filter(
    ({ id, trust: profile }) =>
      (grep.length === 0 || grep.some((pattern) => pattern.test(id))) &&
      !grepInvert.some((pattern) => pattern.test(id)) &&
      (trust.length === 0 || (profile !== null && trust.includes(profile))),
  );
  return shard ? wanted.filter((_, index) => index % shard.count === shard.index - 1) : wanted;
}

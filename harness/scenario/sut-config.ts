import type { SutAccount } from '../lab/external-sut.js';
import { BusyhereError } from '../platform/errors.js';
import { parseSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import { checkShape } from './check-shape.js';
import { describeMistakes, type Mistake, type Problem, Problems } from './mistake.js';
import { durationMs, parseDuration } from './parse-terms.js';
import { SourceFile } from './source-file.js';
import { type SutConfigInput, sutConfigSchema } from './sut-config-schema.js';

/** What the file of `--sut-config` says; hosts are not looked up yet. */
export interface SutConfig {
  /** `sip:HOST:PORT` as written. */
  readonly address: string | null;
  readonly server: string | null;
  readonly domain: string | null;
  readonly trust: readonly string[];
  readonly accounts: Readonly<Record<string, SutAccount>>;
  /** `sip:HOST:PORT` as written. */
  readonly listeners: Readonly<Record<string, string>>;
  readonly localAddress: string | null;
  readonly addresses: Readonly<Record<string, SocketAddress>>;
  readonly horizonMs: number | null;
}

export const NO_SUT_CONFIG: SutConfig = {
  address: null,
  server: null,
  domain: null,
  trust: [],
  accounts: {},
  listeners: {},
  localAddress: null,
  addresses: {},
  horizonMs: null,
};

/**
 * Reads the file that describes a proxy which runs already.
 *
 * @param file its name in messages
 * @param env where passwords may come from
 * @throws BusyhereError `configuration` with all mistakes, none of which shows a password
 */
export function readSutConfig(path: string, file: string, env: Readonly<Record<string, string | undefined>>): SutConfig {
  const source = SourceFile.read(path, file);
  const unreadable = Array.isArray(source) ? source : source.mistakes;
  // No line is shown: it may hold a password.
  if (Array.isArray(source) || unreadable.length > 0) throw mistaken(unreadable.map((mistake) => ({ ...mistake, excerpt: '' })));
  const problems = new Problems();
  const config = checkShape(sutConfigSchema, source.value, problems) ? build(source.value as SutConfigInput, env, problems) : NO_SUT_CONFIG;
  if (problems.list.length > 0) throw mistaken(problems.list.map((problem) => discreet(problem, source)));
  return config;
}

function build(input: SutConfigInput, env: Readonly<Record<string, string | undefined>>, problems: Problems): SutConfig {
  const horizon = input.horizon === undefined ? undefined : parseDuration(input.horizon);
  return {
    address: input.address ?? null,
    server: input.server ?? null,
    domain: input.domain ?? null,
    trust: [input.trust ?? []].flat(),
    accounts: Object.fromEntries(Object.entries(input.accounts ?? {}).map(([who, one]) => [who, account(who, one, env, problems)])),
    listeners: input.listeners ?? {},
    localAddress: input.localAddress ?? null,
    addresses: Object.fromEntries(Object.entries(input.addresses ?? {}).flatMap(([who, one]) => address(who, one, problems))),
    horizonMs: horizon === undefined ? null : durationMs(horizon, 0),
  };
}

function account(
  who: string,
  { user, password, passwordFrom }: NonNullable<SutConfigInput['accounts']>[string],
  env: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): SutAccount {
  const path = ['accounts', who, 'passwordFrom'];
  if (password !== undefined && passwordFrom !== undefined) problems.add(path, 'expected either `password` or `passwordFrom`', 'key');
  const found = passwordFrom === undefined ? password : env[passwordFrom];
  if (passwordFrom !== undefined && found === undefined) problems.add(path, `the environment has no variable ${passwordFrom}`);
  return { user: user ?? (who === '*' ? '$name' : who), password: found ?? null };
}

function address(who: string, written: string, problems: Problems): [string, SocketAddress][] {
  const parsed = parseSocketAddress(written);
  if (parsed) return [[who, parsed]];
  problems.add(['addresses', who], `expected an IP address with or without a port: 192.0.2.10:5060, found "${written}"`);
  return [];
}

/** What was found in place of an account or password may be one, and so may whatever stands in its line. */
function discreet(problem: Problem, source: SourceFile): Mistake {
  if (problem.path[0] !== 'accounts') return source.locate(problem);
  const message = problem.message.replace(/, found (?!nothing|keys|a list|an empty)[^;]*/s, '');
  return { ...source.locate({ ...problem, message }), excerpt: '' };
}

function mistaken(mistakes: readonly Mistake[]): BusyhereError {
  return new BusyhereError('configuration', describeMistakes(mistakes));
}

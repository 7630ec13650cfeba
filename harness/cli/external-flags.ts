import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { EVERYBODY, EXTERNAL_HORIZON_MS, type ExternalSut, serverOfSut } from '../lab/external-sut.js';
import { BusyhereError } from '../platform/errors.js';
import { localAddressTowards } from '../platform/local-address.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Case } from '../scenario/case.js';
import type { EngineName, SutName } from '../scenario/run-options.js';
import { NO_SUT_CONFIG, readSutConfig, type SutConfig } from '../scenario/sut-config.js';
import { parseUri } from '../sip/uri.js';
import type { Host } from './host.js';

/** The flags that say which proxy is under test. */
export interface SutFlags {
  readonly sut?: SutName;
  readonly engine?: EngineName;
  readonly trust?: readonly string[];
  readonly sutAddress?: string;
  readonly sutConfig?: string;
  readonly sutDomain?: string;
  readonly sutPasswordFrom?: string;
  readonly drachtioAddress?: string;
  readonly drachtioSecret?: string;
}

const SIP_PORT = 5060;
const OWN_FLAGS = {
  sutAddress: '--sut-address',
  sutConfig: '--sut-config',
  sutDomain: '--sut-domain',
  sutPasswordFrom: '--sut-password-from',
};

/**
 * The proxy that the flags and their file describe; undefined where the SUT is none that runs already.
 *
 * @throws BusyhereError `usage`, `configuration`, `environment`
 */
export async function externalSut(flags: SutFlags, host: Pick<Host, 'cwd' | 'env'>): Promise<ExternalSut | undefined> {
  if (flags.sut !== 'external') {
    const stray = Object.entries(OWN_FLAGS).find(([key]) => flags[key as keyof typeof OWN_FLAGS] !== undefined);
    if (stray && flags.sut === undefined) throw new BusyhereError('usage', `${stray[1]} goes with --sut external`);
    return undefined;
  }
  if (flags.engine !== undefined && flags.engine !== 'udp') {
    throw new BusyhereError(
      'usage',
      `--sut external does not go with --engine ${flags.engine}`,
      'a proxy that runs already is reached by real sockets',
    );
  }
  const file = flags.sutConfig;
  const config = file === undefined ? NO_SUT_CONFIG : readSutConfig(resolve(host.cwd, file), file, host.env);
  const written = flags.sutAddress ?? config.address;
  if (written === null) {
    throw new BusyhereError('usage', '--sut external needs the address of the proxy', 'say --sut-address sip:192.0.2.1:5060');
  }
  const address = await socketAddressOf(written);
  const listeners = await Promise.all(
    Object.entries(config.listeners).map(async ([name, uri]) => [name, await socketAddressOf(uri)] as const),
  );
  return {
    address,
    listeners: Object.fromEntries(listeners),
    server: config.server,
    domain: flags.sutDomain ?? config.domain,
    accounts: accountsOf(flags, config, host),
    localAddress: config.localAddress ?? (isLoopback(address) ? null : await localAddressTowards(address)),
    addresses: config.addresses,
    trust: config.trust,
    horizonMs: config.horizonMs ?? EXTERNAL_HORIZON_MS,
  };
}

/**
 * The cases that the proxy is configured for.
 *
 * @throws BusyhereError `usage` where nobody said as which trust profile it is configured, `configuration` where a case needs
 *   what is not known of the proxy
 */
export function casesForSut(cases: readonly Case[], sut: ExternalSut, flags: SutFlags): Case[] {
  const profiles = [...new Set(cases.flatMap(({ trust }) => trust ?? []))];
  if (sut.trust.length === 0 && flags.trust === undefined && profiles.length > 0) {
    throw new BusyhereError(
      'usage',
      `the cases have the trust profiles ${profiles.join(', ')}, and it is not said which of them the proxy is configured as`,
      'say --trust NAME, or `trust: NAME` in the file of --sut-config',
    );
  }
  const chosen = sut.trust.length === 0 ? [...cases] : cases.filter(({ trust }) => trust === null || sut.trust.includes(trust));
  if (chosen.length === 0 && cases.length > 0) {
    throw new BusyhereError(
      'usage',
      `the proxy is configured as ${sut.trust.join(', ')}, and the cases chosen have ${profiles.join(', ')}`,
      'see --trust, and `trust` in the file of --sut-config',
    );
  }
  for (const one of chosen) checkCase(one, sut);
  return chosen;
}

function checkCase(one: Case, sut: ExternalSut): void {
  try {
    serverOfSut(one, sut);
  } catch (error) {
    const { message, hint } = error as BusyhereError;
    throw new BusyhereError('configuration', `${one.id}: ${message}`, hint, { cause: error });
  }
}

function accountsOf(flags: SutFlags, config: SutConfig, { env }: Pick<Host, 'env'>): ExternalSut['accounts'] {
  const variable = flags.sutPasswordFrom;
  if (variable === undefined) return config.accounts;
  const password = env[variable];
  if (password === undefined) throw new BusyhereError('usage', `--sut-password-from: the environment has no variable ${variable}`);
  return { [EVERYBODY]: { user: '$name', password }, ...config.accounts };
}

/** A name is looked up once: what is under test is one proxy, and not what its name may point to a moment later. */
async function socketAddressOf(written: string): Promise<SocketAddress> {
  const uri = parseUri(written);
  if (!uri.ok || uri.value.scheme !== 'sip' || uri.value.host === '') {
    throw new BusyhereError('usage', `expected an address such as sip:192.0.2.1:5060, found "${written}"`);
  }
  const host = uri.value.host.replace(/^\[(.*)\]$/, '$1');
  const port = uri.value.port ?? SIP_PORT;
  if (isIP(host) !== 0) return { address: host, port };
  try {
    return { address: (await lookup(host)).address, port };
  } catch (error) {
    throw new BusyhereError('environment', `the name ${host} cannot be looked up: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

function isLoopback({ address }: SocketAddress): boolean {
  return address.startsWith('127.');
}

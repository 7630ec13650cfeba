import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address.js';
import { Program } from './programs';

export interface SippOptions {
  /** The scenario: a file of `test/interop/sipp` without its ending. */
  readonly scenario: string;
  readonly local: SocketAddress;
  /** Where requests go. */
  readonly remote: SocketAddress;
  /** Whom it registers or invites. */
  readonly user: string;
  readonly domain: string;
  /** Whose credentials answer a challenge. */
  readonly account?: { readonly user: string; readonly password: string };
  /** A folder for its files. */
  readonly folder: string;
  /** Killed after this time, ms: its own -timeout has been seen not to end it. */
  readonly boundMs?: number;
  readonly calls?: number;
}

/** Starts sipp. Its exit code says little (0 although calls are missing): look at what was on the wire. */
export function startSipp({ scenario, local, remote, user, domain, account, folder, boundMs = 20_000, calls = 1 }: SippOptions): Program {
  const credentials = account ? `[authentication username=${account.user} password=${account.password}]` : '';
  const fields = join(folder, `${scenario}-${user}.csv`);
  writeFileSync(fields, `SEQUENTIAL\n${domain};${credentials}\n`);
  const at = ['-i', local.address, '-p', String(local.port)];
  const file = ['-sf', join(__dirname, 'sipp', `${scenario}.xml`), '-inf', fields, '-s', user];
  return new Program('sipp', [...file, ...at, '-m', String(calls), '-nostdin', formatSocketAddress(remote)], { cwd: folder, boundMs });
}

/** Resolves when somebody on this machine holds the UDP address; says nothing to it. Linux. */
export async function bound({ address, port }: SocketAddress, withinMs = 5_000): Promise<void> {
  const octets = address.split('.').map(Number).reverse();
  const hex = `${Buffer.from(octets).toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  for (let waited = 0; waited <= withinMs; waited += 10) {
    if (readFileSync('/proc/net/udp', 'latin1').includes(` ${hex} `)) return;
    await pause(10);
  }
  throw new Error(`nobody opened ${address}:${port} within ${withinMs} ms`);
}

/**
 * Loopback addresses, each with port 5060, that no other process of this machine picks: its id is in them.
 * (The lab of the harness draws its addresses elsewhere in 127/8.)
 */
export function ownAddresses<Name extends string>(...names: Name[]): Record<Name, SocketAddress> {
  const [high, low] = [(process.pid >> 8) & 0xff, process.pid & 0xff];
  const entries = names.map((name) => {
    nextBlock = nextBlock === 254 ? 200 : nextBlock + 1;
    return [name, { address: `127.${nextBlock}.${high}.${low}`, port: 5060 }] as const;
  });
  return Object.fromEntries(entries) as Record<Name, SocketAddress>;
}

let nextBlock = 199;

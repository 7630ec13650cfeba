import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import { BusyhereError } from '../../platform/errors.js';
import type { Random } from '../../platform/random.js';
import { engineError, engineMessage } from './docker-engine.js';

/** The network of one run: a /24, whose first address is this machine's own. */
export interface LabNetwork {
  readonly id: string;
  readonly name: string;
  /** This machine's address in it. */
  readonly gateway: string;
  /** @param host from 2 to 254 */
  address(host: number): string;
}

export interface NetworkWish {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** The first three numbers of the addresses, `10.84.7`; undefined: any that are free. */
  readonly prefix: string | undefined;
  readonly random: Random;
}

/** Where prefixes are drawn from: 10.84.0 to 10.84.255. */
const POOL = '10.84';
const TRIES = 24;

/** @throws BusyhereError `environment` where the prefix that was asked for is taken, `usage` where it is none */
export async function createLabNetwork(engine: Docker, wish: NetworkWish): Promise<LabNetwork> {
  const { prefix, random } = wish;
  if (prefix !== undefined) return tryPrefix(engine, wish, checked(prefix)).catch((error) => Promise.reject(refused(prefix, error)));
  const first = random.below(256);
  for (let tried = 0; ; tried++) {
    const candidate = `${POOL}.${(first + tried) % 256}`;
    if (tried < TRIES && isLocal(candidate)) continue;
    try {
      return await tryPrefix(engine, wish, candidate);
    } catch (error) {
      if (!isTaken(error) || tried >= TRIES) throw refused(candidate, error);
    }
  }
}

async function tryPrefix(engine: Docker, { name, labels }: NetworkWish, prefix: string): Promise<LabNetwork> {
  const gateway = `${prefix}.1`;
  const network = await engine.createNetwork({
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: labels,
    Options: { 'com.docker.network.driver.mtu': '1500' }, // captures have room for that
    IPAM: { Driver: 'default', Config: [{ Subnet: `${prefix}.0/24`, Gateway: gateway }] },
  });
  return { id: network.id, name, gateway, address: (host) => `${prefix}.${host}` };
}

function checked(prefix: string): string {
  if (/^(\d{1,3}\.){2}\d{1,3}$/.test(prefix) && prefix.split('.').every((part) => Number(part) <= 255)) return prefix;
  throw new BusyhereError('usage', `BUSYHERE_NETWORK: "${prefix}" is not the beginning of a network`, 'three numbers, such as 10.84.7');
}

/** A network that this machine has an address in would be cut off by ours. */
function isLocal(prefix: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ address }) => address.startsWith(`${prefix}.`));
}

function isTaken(error: unknown): boolean {
  return /overlap|conflict|already in use/i.test(engineMessage(error));
}

function refused(prefix: string, error: unknown): BusyhereError {
  if (error instanceof BusyhereError) return error;
  const taken = isTaken(error);
  return engineError(
    `the network ${prefix}.0/24 cannot be made`,
    error,
    taken ? 'another network has these addresses: choose others by BUSYHERE_NETWORK=10.84.7, or see docker network ls' : undefined,
  );
}

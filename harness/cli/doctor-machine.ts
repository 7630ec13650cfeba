import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UdpNetwork } from '../platform/udp-network.js';
import type { Host } from './host.js';

/** One thing that was looked at. */
export interface Finding {
  /** `missing` is something that one can do without. */
  readonly state: 'good' | 'missing' | 'bad';
  readonly text: string;
}

const OLDEST_NODE = 20;

/** Programs that busyhere can work with, and the Debian package that each comes from. */
const PROGRAMS = [
  ['sipp', 'sip-tester', 'load, and another kind of endpoint'],
  ['kamailio', 'kamailio', 'a proxy to compare with'],
  ['tshark', 'tshark', 'looking at captures'],
  ['baresip', 'baresip-core', 'another kind of endpoint'],
] as const;

/** What this machine has of what busyhere needs or can use. */
export async function examineMachine({ env }: Pick<Host, 'env'>, nodeVersion: string): Promise<Finding[]> {
  return [node(nodeVersion), await loopback(), ...PROGRAMS.map((program) => look(program, env.PATH ?? ''))];
}

function node(version: string): Finding {
  const good = Number(version.split('.')[0]) >= OLDEST_NODE;
  return { state: good ? 'good' : 'bad', text: good ? `Node ${version}` : `Node ${version}: ${OLDEST_NODE} or newer is needed` };
}

async function loopback(): Promise<Finding> {
  const others = (await canBind('127.0.0.1')) ? await canBind('127.84.1.2') : undefined;
  if (others === undefined) return { state: 'bad', text: 'no UDP socket can be opened on 127.0.0.1' };
  if (others) return { state: 'good', text: 'UDP on 127.0.0.0/8: every participant gets an address of its own' };
  return { state: 'missing', text: 'UDP on 127.0.0.1 only: participants share it by ports, with BUSYHERE_SINGLE_ADDRESS=1' };
}

async function canBind(address: string): Promise<boolean> {
  try {
    const socket = await new UdpNetwork().bind({ address, port: 0 }, { datagram: () => {} });
    await socket.close();
    return true;
  } catch {
    return false;
  }
}

function look([name, debianPackage, purpose]: (typeof PROGRAMS)[number], path: string): Finding {
  const folder = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin'].find((one) => one !== '' && isExecutable(join(one, name)));
  if (folder !== undefined) return { state: 'good', text: `${name}: ${join(folder, name)}` };
  return { state: 'missing', text: `${name} is not there (${purpose}); Debian and Ubuntu: apt-get install ${debianPackage}` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

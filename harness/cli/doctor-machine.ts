import { ENDPOINT_KINDS, type EndpointKind, traitsOf } from '../endpoint/endpoint-kind.js';
import { findProgram } from '../endpoint/program/find-program.js';
import { howToGet } from '../endpoint/program/program-path.js';
import { canBind } from '../platform/can-bind.js';
import { UdpNetwork } from '../platform/udp-network.js';
import type { Host } from './host.js';

/** One thing that was looked at. */
export interface Finding {
  /** `missing` is something that one can do without. */
  readonly state: 'good' | 'missing' | 'bad';
  readonly text: string;
}

const OLDEST_NODE = 20;

/** Programs beside those of endpoints that busyhere can work with, and the Debian package that each comes from. */
const OTHER_PROGRAMS = [
  ['kamailio', 'kamailio', 'a proxy to compare with'],
  ['tshark', 'tshark', 'looking at captures'],
] as const;

/** What this machine has of what busyhere needs or can use. */
export async function examineMachine({ env }: Pick<Host, 'env'>, nodeVersion: string): Promise<Finding[]> {
  const path = env.PATH ?? '';
  return [
    node(nodeVersion),
    await loopback(),
    ...ENDPOINT_KINDS.filter((kind) => kind !== 'own').map((kind) => endpoint(kind, path)),
    ...OTHER_PROGRAMS.map(([name, debianPackage, purpose]) => look({ name, debianPackage }, purpose, path)),
  ];
}

/** Whether participants can be played by other people's SIP. */
function endpoint(kind: EndpointKind, path: string): Finding {
  const { program, title } = traitsOf(kind);
  const purpose = `--endpoint ${kind} plays participants`;
  return program ? look(program, purpose, path) : { state: 'good', text: `${title}: it comes with busyhere, and ${purpose}` };
}

function node(version: string): Finding {
  const good = Number(version.split('.')[0]) >= OLDEST_NODE;
  return { state: good ? 'good' : 'bad', text: good ? `Node ${version}` : `Node ${version}: ${OLDEST_NODE} or newer is needed` };
}

async function loopback(): Promise<Finding> {
  const sockets = new UdpNetwork();
  const others = (await canBind(sockets, '127.0.0.1')) ? await canBind(sockets, '127.84.1.2') : undefined;
  if (others === undefined) return { state: 'bad', text: 'no UDP socket can be opened on 127.0.0.1' };
  if (others) return { state: 'good', text: 'UDP on 127.0.0.0/8: every participant gets an address of its own' };
  return { state: 'missing', text: 'UDP on 127.0.0.1 only: participants share it by ports, with BUSYHERE_SINGLE_ADDRESS=1' };
}

function look({ name, debianPackage }: { name: string; debianPackage: string }, purpose: string, path: string): Finding {
  const found = findProgram(name, path);
  if (found !== undefined) return { state: 'good', text: `${name}: ${found}` };
  return { state: 'missing', text: `${name} is not there (${purpose}); ${howToGet(debianPackage)}` };
}

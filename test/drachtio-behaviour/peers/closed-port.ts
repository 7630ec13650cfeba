import { createSocket } from 'node:dgram';
import { localAddressTowards } from '../../../harness/platform/local-address.js';
import type { Endpoint } from './peer.js';

/** An address of this machine, as the server sees it, on which nothing is open: the system gave it out a moment ago. */
export async function closedPort(server: Endpoint): Promise<Endpoint> {
  const local = await localAddressTowards(server);
  const socket = createSocket(local.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve) => socket.bind(0, local, resolve));
  const { address, port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return { address, port };
}

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { BusyhereError } from '../platform/errors.js';
import { SystemClock } from '../platform/system-clock.js';
import { TcpNetwork } from '../platform/tcp-network.js';
import { UdpNetwork } from '../platform/udp-network.js';
import { ContainerHost } from './container/container-host.js';
import { type HostRole, readRole } from './container/role.js';

/** The main of every container of the lab: becomes what the role says, until it is told to end. */
async function main(): Promise<void> {
  const role = readRole(process.argv[2] ?? process.env.BUSYHERE_ROLE ?? '');
  const host = new ContainerHost({
    role,
    address: ownAddress(),
    token: tokenOf(role.control),
    clock: new SystemClock(),
    network: new UdpNetwork(),
    streams: new TcpNetwork(),
    leave: () => process.exit(0),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  await host.start();
  process.stdout.write(`${role.name} is ready at ${ownAddress()}\n`);
}

/** The container's address in the lab's network: it has no other. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ internal, family }) => !internal && family === 'IPv4');
  if (!own)
    throw new BusyhereError('environment', 'this container has no network', 'start it in a network of its own, not with --network none');
  return own.address;
}

function tokenOf({ token, tokenFile }: HostRole['control']): string {
  const found = token ?? (tokenFile === undefined ? '' : readFileSync(tokenFile, 'utf8').trim());
  if (found === '')
    throw new BusyhereError('configuration', 'the control channel needs a token', 'give control.token or control.tokenFile');
  return found;
}

main().catch((error: unknown) => {
  const { message, hint, stack } = error as Partial<BusyhereError>;
  process.stderr.write(`busyhere: ${error instanceof BusyhereError ? message : stack}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  process.exit(3);
});

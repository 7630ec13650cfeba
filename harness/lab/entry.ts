import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { chownSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { delay } from '../platform/clock.js';
import { BusyhereError } from '../platform/errors.js';
import { SystemClock } from '../platform/system-clock.js';
import { TcpNetwork } from '../platform/tcp-network.js';
import { UdpNetwork } from '../platform/udp-network.js';
import { ContainerHost } from './container/container-host.js';
import { type HarnessRole, type HostRole, readRole } from './container/role.js';

/** The main of every container of the lab: becomes what the role says, until it is told to end. */
async function main(): Promise<void> {
  const role = readRole(process.argv[2] ?? process.env.BUSYHERE_ROLE ?? '');
  if (role.role === 'harness') await beHarness(role);
  else await beHost(role);
}

async function beHost(role: HostRole): Promise<void> {
  const address = ownAddress();
  const host = new ContainerHost({
    role,
    address,
    token: tokenOf(role.control),
    clock: new SystemClock(),
    network: new UdpNetwork(),
    streams: new TcpNetwork(),
    leave: () => process.exit(0),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  await host.start();
  process.stdout.write(`${role.name} is ready at ${address}\n`);
}

/** The container's address in the lab's network: it has no other. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ internal, family }) => !internal && family === 'IPv4');
  if (!own) throw new BusyhereError('environment', 'this container has no network', 'start it in one, not with --network none');
  return own.address;
}

const TOKEN_OCTETS = 24;

function tokenOf({ token, tokenFile }: HostRole['control']): string {
  if (token !== undefined) return token;
  if (tokenFile === undefined)
    throw new BusyhereError('configuration', 'nobody would know the token: give control.token or control.tokenFile');
  const drawn = randomBytes(TOKEN_OCTETS).toString('hex');
  writeFileSync(tokenFile, `${drawn}\n`, { mode: 0o644 });
  return drawn;
}

/** The command itself, with the lab around it; its exit code is this process's. */
async function beHarness({ arguments: usual, beside, lab, output }: HarnessRole): Promise<void> {
  const command = join(dirname(process.argv[1] ?? ''), '..', 'cli', 'main.js');
  const isBeside = beside !== undefined && (await isThere(beside.host));
  if (isBeside) await listening(beside.host, beside.port);
  const env = isBeside ? process.env : { ...process.env, BUSYHERE_LAB: JSON.stringify(lab) };
  const args = isBeside ? beside.arguments : usual;
  const child = spawn(process.execPath, [command, ...args], { stdio: 'inherit', env, ...userFor(output) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(error));
  child.on('exit', (code) => process.exit(code ?? 1));
}

async function isThere(host: string): Promise<boolean> {
  return lookup(host).then(
    () => true,
    () => false,
  );
}

const LISTENING_WITHIN_MS = 30_000;
const TRY_AGAIN_MS = 200;

/** Resolves when somebody takes connections there, or it is time to let the command say that nobody does. */
async function listening(host: string, port: number): Promise<void> {
  const [clock, streams] = [new SystemClock(), new TcpNetwork()];
  for (const deadline = clock.now() + LISTENING_WITHIN_MS; clock.now() < deadline; await delay(clock, TRY_AGAIN_MS)) {
    const stream = await streams.connect({ host, port }, () => ({ data: () => {}, closed: () => {} })).catch(() => undefined);
    stream?.destroy();
    if (stream) return;
  }
}

const USER = 1000;

/**
 * In whose name to work: a folder of the host's is its user's, who shall be able to remove what is written there. One that
 * the engine has made, since it was missing, is root's.
 */
function userFor(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = statSync(folder);
  if (uid !== 0) return { uid, gid };
  chownSync(folder, USER, USER);
  return { uid: USER, gid: USER };
}

function fail(error: unknown): void {
  const { message, hint, stack } = error as Partial<BusyhereError>;
  process.stderr.write(`busyhere: ${error instanceof BusyhereError ? message : stack}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  process.exit(3);
}

main().catch(fail);

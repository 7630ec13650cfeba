import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { accessSync, constants, writeFileSync } from 'node:fs';
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

/**
 * How long the command may take to hear of a container that ended, before it hears of the signal that Compose sends to all
 * others for that: else a run that something broke would look like one that its user ended.
 */
const NEWS_WITHIN_MS = 1_000;

/** Exit codes of the command, for where it cannot say them itself. */
const INTERRUPTED = 130;
const BROKEN = 3;
const NOT_UNDERSTOOD = 2;

/** The command itself, with the lab around it; its exit code is this process's. */
async function beHarness({ arguments: usual, beside, lab, output }: HarnessRole): Promise<void> {
  mayWriteInto(output);
  const command = join(dirname(process.argv[1] ?? ''), '..', 'cli', 'main.js');
  const isBeside = beside !== undefined && (await isThere(beside.host));
  if (isBeside) await listening(beside.host, beside.port);
  const env = isBeside ? process.env : { ...process.env, BUSYHERE_LAB: JSON.stringify(lab) };
  const args = isBeside ? beside.arguments : usual;
  const child = spawn(process.execPath, [command, ...args], { stdio: 'inherit', env });
  let isToEnd = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isToEnd = true;
      void delay(new SystemClock(), NEWS_WITHIN_MS).then(() => child.kill(signal));
    });
  }
  child.on('error', (error) => fail(error));
  // One that had no time to learn of signals is ended by them.
  child.on('exit', (code) => process.exit(code ?? (isToEnd ? INTERRUPTED : BROKEN)));
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

/** @throws BusyhereError `environment` where this user may not write there, before anything is played in vain */
function mayWriteInto(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const what = `the folder of the reports, ${folder} in this container, cannot be written as user ${process.getuid?.()}: ${(cause as Error).message}`;
    throw new BusyhereError('environment', what, 'in a checkout it is ./reports: remove it, or chmod u+rwx it', { cause });
  }
}

function fail(error: unknown): void {
  const { message, hint, stack } = error as Partial<BusyhereError>;
  process.stderr.write(`busyhere: ${error instanceof BusyhereError ? message : stack}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  process.exit(error instanceof BusyhereError && error.code === 'configuration' ? NOT_UNDERSTOOD : BROKEN);
}

main().catch(fail);

import type { Clock } from '../../platform/clock.js';
import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import { socketAddressIn } from './message-view.js';
import type { Srf, SrfRequest, SrfResponse } from './srf-port.js';

/** A drachtio-server that runs, and what it wants to hear. */
export interface ControlAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

export interface ConnectOptions {
  readonly control: ControlAddress;
  readonly clock: Clock;
  /** Methods that requests outside dialogs are wanted of, in lower case. */
  readonly methods: readonly string[];
  readonly handle: (req: SrfRequest, res: SrfResponse) => void;
}

/** An application's connection to its server. */
export interface SrfConnection {
  readonly srf: Srf;
  /** Where the server takes SIP over UDP. */
  readonly sip: readonly SocketAddress[];
  /** Resolves when the connection is gone. */
  close(): Promise<void>;
}

export type ConnectSrf = (options: ConnectOptions) => Promise<SrfConnection>;

/** What the library has for connecting, besides what {@link Srf} says. */
interface SrfWithConnection extends Srf {
  connect(options: ControlAddress & { reconnect: { maxAttempts: number } }): unknown;
  disconnect(): void;
  on(event: 'connect', listener: (error: Error | null, hostports?: string) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

const CONNECT_WITHIN_MS = 5_000;
const CLOSE_WITHIN_MS = 1_000;

/**
 * Loads drachtio-srf, which nobody needs but who asks for this, and connects it to a server.
 *
 * @throws BusyhereError `environment` where nobody takes the connection or nothing comes back, `configuration` where the
 *   server does not accept the secret
 */
export const connectSrf: ConnectSrf = async ({ control, clock, methods, handle }) => {
  const { default: Library } = await import('drachtio-srf');
  const srf = new Library() as unknown as SrfWithConnection;
  for (const method of methods) srf.use(method, handle); // first of all: the server is told of them once, on connecting
  const close = closing(srf, clock);
  try {
    const hostports = await connected(srf, control, clock);
    return { srf, sip: hostports.split(',').flatMap(udpAddress), close };
  } catch (error) {
    void close();
    throw error;
  }
};

/** Gives the addresses that the server offers. */
function connected(srf: SrfWithConnection, control: ControlAddress, clock: Clock): Promise<string> {
  return new Promise((resolve, reject) => {
    const patience = clock.setTimer(CONNECT_WITHIN_MS, () => reject(unreachable(control, 'it does not answer')));
    const settle = (done: () => void): void => {
      patience.cancel();
      done();
    };
    srf.on('error', (error) => settle(() => reject(unreachable(control, error.message, error))));
    srf.on('connect', (error, offered = '') => settle(() => (error ? reject(wrongSecret(control)) : resolve(offered))));
    srf.connect({ ...control, reconnect: { maxAttempts: 1 } }); // a call does not outlive its connection, so none is taken up again
  });
}

/** Ends the connection from this side; a server that keeps its own side open is not waited for. */
function closing(srf: SrfWithConnection, clock: Clock): () => Promise<void> {
  let open = true;
  const gone = new Promise<void>((resolve) => {
    srf.on('close', () => {
      open = false;
      resolve();
    });
  });
  return async () => {
    if (!open) return;
    try {
      srf.disconnect();
    } catch {
      return; // the library has no connection
    }
    await new Promise<void>((resolve) => {
      const patience = clock.setTimer(CLOSE_WITHIN_MS, resolve);
      void gone.then(() => {
        patience.cancel();
        resolve();
      });
    });
  };
}

/** `udp/127.0.0.1:5060` */
function udpAddress(hostport: string): SocketAddress[] {
  const address = hostport.startsWith('udp/') ? socketAddressIn(hostport.slice('udp/'.length)) : undefined;
  return address ? [address] : [];
}

function unreachable({ host, port }: ControlAddress, why: string, cause?: Error): BusyhereError {
  const hint = 'does a drachtio-server run there, with its control port open to this machine?';
  return new BusyhereError('environment', `no drachtio-server at ${host}:${port}: ${why}`, hint, { cause });
}

function wrongSecret({ host, port }: ControlAddress): BusyhereError {
  return new BusyhereError('configuration', `the drachtio-server at ${host}:${port} does not accept the secret`, 'see --drachtio-secret');
}

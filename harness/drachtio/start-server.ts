import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import { BusyhereError } from '../platform/errors.js';
import { SeededRandom } from '../platform/random.js';
import { parseSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import { SystemClock } from '../platform/system-clock.js';
import { TcpNetwork } from '../platform/tcp-network.js';
import { UdpNetwork } from '../platform/udp-network.js';
import type { SipRequest } from '../sip/message.js';
import { RFC3261_TIMERS, type TimerValues } from '../transaction/timer-values.js';
import { DrachtioServer } from './drachtio-server.js';
import type { RequestHandler } from './request-handler.js';
import type { ServerCounters } from './server-counters.js';
import type { ServerLimits, SipListenerOptions } from './server-options.js';

export interface StartOptions {
  /** What applications have to know; `cymru` if left out, as the published image has it. */
  readonly secret?: string;
  /**
   * Where SIP is taken: `udp/127.0.0.1:5060`, or several listeners by name. Port 0 lets the system choose.
   * `udp/127.0.0.1:0` if left out.
   */
  readonly sip?: string | readonly SipListenerOptions[];
  /** Where applications connect. 127.0.0.1 and a port of the system's choice if left out. */
  readonly control?: { readonly host?: string; readonly port?: number };
  /** Connect to the application at `tcp://host:port` for every new request (`srf.listen`), or let a function choose for each. */
  readonly outbound?: string | RequestHandler;
  /** What the RFCs say instead of what the real server does, where the two differ. */
  readonly strict?: boolean;
  /** Of the SIP transactions; the RFC's if left out. */
  readonly timers?: TimerValues;
  /** See {@link DrachtioServerOptions.listenerFor}. */
  readonly listenerFor?: (destination: SocketAddress, request: SipRequest) => string | undefined;
  readonly limits?: Partial<ServerLimits>;
  /** For SIP; the machine's UDP if left out. */
  readonly network?: DatagramNetwork;
  readonly clock?: Clock;
  /** Of all that is drawn: tags, branches, Call-IDs. A new one each time if left out. */
  readonly seed?: number;
}

/** A server that runs. */
export interface RunningDrachtioServer {
  /** Where applications connect. */
  readonly control: { readonly host: string; readonly port: number };
  readonly secret: string;
  /** Where SIP is taken; of several listeners the first. */
  readonly sip: { readonly host: string; readonly port: number };
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** For `srf.connect`. */
  readonly connectOptions: { host: string; port: number; secret: string };
  /** What it holds and what it has seen. */
  readonly counters: ServerCounters;
  /** Resolves when so many applications (one, if left out) have connected and asked for requests, so that calls may come. */
  ready(applications?: number): Promise<void>;
  /** Ends everything without a word to SIP peers, closes the applications' connections and frees the addresses. */
  stop(): Promise<void>;
}

const DEFAULT_SECRET = 'cymru';
const DEFAULT_SIP = 'udp/127.0.0.1:0';
const LOOPBACK = '127.0.0.1';

/**
 * Starts a server on this machine.
 * @throws BusyhereError `usage` for settings that mean nothing; `address-in-use` or `address-unavailable`
 */
export async function startDrachtioServer(options: StartOptions = {}): Promise<RunningDrachtioServer> {
  const { secret = DEFAULT_SECRET, control, clock = new SystemClock(), network = new UdpNetwork() } = options;
  const listeners = sipListeners(options.sip ?? DEFAULT_SIP);
  const seed = options.seed ?? clock.wallTime() + clock.now() * 1000;
  const server = new DrachtioServer({
    clock,
    network,
    secret,
    listeners,
    random: new SeededRandom(seed),
    streams: new TcpNetwork(),
    timers: options.timers ?? RFC3261_TIMERS,
    control: { address: control?.host ?? LOOPBACK, port: control?.port ?? 0 },
    strict: options.strict ?? false,
    ...(options.outbound !== undefined && { requestHandler: requestHandler(options.outbound) }),
    ...(options.listenerFor && { listenerFor: options.listenerFor }),
    ...(options.limits && { limits: options.limits }),
  });
  await server.start();
  return running(server, secret);
}

function running(server: DrachtioServer, secret: string): RunningDrachtioServer {
  const control = hostAndPort(server.control ?? { address: LOOPBACK, port: 0 });
  const listeners = server.listeners.map(({ name, local }) => ({ name, ...hostAndPort(local) }));
  const [first] = listeners;
  return {
    control,
    secret,
    sip: { host: first?.host ?? '', port: first?.port ?? 0 },
    listeners,
    connectOptions: { ...control, secret },
    get counters() {
      return server.counters;
    },
    ready: (applications = 1) => server.ready(applications),
    stop: () => server.stop(),
  };
}

function requestHandler(outbound: string | RequestHandler): RequestHandler {
  if (typeof outbound !== 'string') return outbound;
  if (!/^tcp:\/\/[^/\s]+$/.test(outbound)) {
    throw new BusyhereError(
      'usage',
      `"${outbound}" is no application to connect to`,
      'write tcp://host:port, or give a function that chooses',
    );
  }
  return () => outbound;
}

function hostAndPort({ address, port }: SocketAddress): { host: string; port: number } {
  return { host: address, port };
}

function sipListeners(sip: string | readonly SipListenerOptions[]): readonly SipListenerOptions[] {
  if (typeof sip !== 'string') {
    if (sip.length === 0) throw new BusyhereError('usage', 'a server needs an address for SIP at least');
    return sip;
  }
  return sip.split(',').map((text, index) => {
    const address = parseSocketAddress(text.trim().replace(/^udp\//, ''));
    if (!address) throw new BusyhereError('usage', `"${text}" is no address for SIP`, 'write udp/127.0.0.1:5060');
    return { name: index === 0 ? 'default' : `listener-${index + 1}`, address };
  });
}

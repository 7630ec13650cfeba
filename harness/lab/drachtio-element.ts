import { DrachtioServer } from '../drachtio/drachtio-server.js';
import { BusyhereError } from '../platform/errors.js';
import { TcpNetwork } from '../platform/tcp-network.js';
import type { ControlAddress } from '../proxy/drachtio/connect-srf.js';
import { TrustB2bua } from '../proxy/drachtio/trust-b2bua.js';
import type { ProxyOptions } from '../proxy/proxy-options.js';
import { RFC3261_TIMERS } from '../transaction/timer-values.js';
import type { LabElement, MakeServer } from './make-server.js';

const SECRET_DIGITS = 16;

/** The trust B2BUA in place of every server, each on a control server of its own. */
export function drachtioServers(guardMs: number): MakeServer {
  return (options) => new DrachtioElement(options, guardMs);
}

/** The trust B2BUA on a drachtio-server that runs already. */
export function applicationsOn(control: ControlAddress, guardMs: number): MakeServer {
  // Beside what is not ours nobody repeats a 180 by scaled timers.
  return (options) => new TrustB2bua({ ...options, control, guardMs, ringMs: RFC3261_TIMERS.timerC });
}

/** A control server and the application that commands it, both in this process. */
class DrachtioElement implements LabElement {
  readonly #secret: string;
  readonly #server: DrachtioServer;
  #app: TrustB2bua | undefined;

  constructor(
    private readonly options: ProxyOptions,
    private readonly guardMs: number,
  ) {
    const { clock, random, network, timers, listeners } = options;
    this.#secret = random.fork('secret').token(SECRET_DIGITS);
    this.#server = new DrachtioServer({
      clock,
      random: random.fork('control server'),
      network,
      timers,
      listeners,
      streams: new TcpNetwork(),
      control: { address: '127.0.0.1', port: 0 },
      secret: this.#secret,
    });
  }

  async start(): Promise<void> {
    await this.#server.start();
    const { control } = this.#server;
    if (!control) throw new BusyhereError('internal', 'the control server has no address');
    this.#app = new TrustB2bua({
      ...this.options,
      control: { host: control.address, port: control.port, secret: this.#secret },
      guardMs: this.guardMs,
      ringMs: this.options.timers.timerC,
    });
    await this.#app.start();
  }

  async stop(): Promise<void> {
    await this.#app?.stop();
    await this.#server.stop();
  }
}

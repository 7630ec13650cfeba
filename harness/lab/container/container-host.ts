import { Telephone } from '../../endpoint/telephone.js';
import { UserAgent } from '../../endpoint/user-agent.js';
import type { Timer } from '../../platform/clock.js';
import { SeededRandom } from '../../platform/random.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import { RFC3261_TIMERS } from '../../transaction/timer-values.js';
import { ControlServer } from './control-server.js';
import type { ElementPorts } from './element-ports.js';
import { type HostRole, LOBBY_PORT } from './role.js';

export interface ContainerHostOptions extends ElementPorts {
  readonly streams: StreamNetwork;
  readonly role: HostRole;
  /** Its IP address in the lab's network. */
  readonly address: string;
  readonly token: string;
  /** Nobody needs the container any more. */
  leave(): void;
}

/** A host of the lab: a user agent in the lobby, which says that SIP gets here, and the door for the harness. */
export class ContainerHost {
  readonly #lobby: UserAgent;
  readonly #control: ControlServer;
  #waiting: Timer | undefined;

  constructor(private readonly options: ContainerHostOptions) {
    const { address, clock, network, role, token } = options;
    this.#lobby = new UserAgent(
      {
        name: role.name,
        address: { address, port: LOBBY_PORT },
        clock,
        network,
        random: new SeededRandom(clock.wallTime()),
        timers: RFC3261_TIMERS,
        domain: address,
      },
      new Telephone(),
    );
    const local = { address, port: role.control.port };
    this.#control = new ControlServer({ ...options, local, token, came: () => this.#waiting?.cancel(), left: () => this.#left() });
  }

  /** @throws BusyhereError `address-in-use` or `address-unavailable` */
  async start(): Promise<void> {
    await this.#control.start();
    await this.#lobby.start(); // last, since its answers say that all is ready
    const { clock, role, leave } = this.options;
    const { leaveAfterMs } = role.control;
    if (leaveAfterMs !== undefined) this.#waiting = clock.setTimer(leaveAfterMs, leave);
  }

  async stop(): Promise<void> {
    this.#waiting?.cancel();
    await Promise.all([this.#lobby.stop(), this.#control.stop()]);
  }

  #left(): void {
    if (this.options.role.control.leaveAfterMs !== undefined) this.options.leave();
  }
}

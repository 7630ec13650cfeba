import type Docker from 'dockerode';
import type { Clock } from '../../platform/clock.js';
import type { DatagramNetwork } from '../../platform/datagram-network.js';
import { BusyhereError } from '../../platform/errors.js';
import type { Random } from '../../platform/random.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import { CONTROL_PORT, LOBBY_PORT } from '../container/role.js';
import type { Seat } from '../container/seating.js';
import { Site } from '../container/site.js';
import { within } from '../within.js';
import { awaitSip } from './await-sip.js';
import { engineError } from './docker-engine.js';
import { type ContainerFrame, type LabImages, startCapture, startHost } from './lab-container.js';
import { createLabNetwork } from './lab-network.js';
import { labelsOf } from './labels.js';
import { newRunName, newToken, thisProcess } from './run-identity.js';
import { removeContainer, removeNetwork } from './sweep.js';

export interface DockerSiteOptions {
  readonly engine: Docker;
  readonly images: LabImages;
  readonly clock: Clock;
  readonly network: DatagramNetwork;
  readonly streams: StreamNetwork;
  readonly random: Random;
  /** The hosts to make; their addresses follow from their order. */
  readonly hosts: readonly Pick<Seat, 'name' | 'kind'>[];
  /** See {@link createLabNetwork}. */
  readonly prefix: string | undefined;
  readonly signal: AbortSignal;
}

const FIRST_HOST = 10;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 2_000;

/** A run's network and containers in a Docker engine, from their making to their end. */
export class DockerSite {
  readonly site: Site;
  /** What captures said besides their captures. */
  readonly #said = new Map<string, string>();
  #stopping = false;

  private constructor(
    private readonly options: DockerSiteOptions,
    private readonly frame: ContainerFrame,
    private readonly containers: readonly Docker.Container[],
    socket: Awaited<ReturnType<DatagramNetwork['bind']>>,
  ) {
    const { clock, streams } = options;
    this.site = new Site({ clock, streams, socket, run: frame.run, token: frame.token });
  }

  /**
   * Makes all of it, at once, and waits until every host answers OPTIONS and every capture shows what passes. Leaves nothing where that fails.
   * @throws BusyhereError `environment`
   */
  static async open(options: DockerSiteOptions): Promise<DockerSite> {
    const { engine, images, random, prefix } = options;
    const run = newRunName();
    const labels = labelsOf(run, thisProcess());
    const network = await createLabNetwork(engine, { name: `busyhere-${run}`, labels, prefix, random });
    const containers: Docker.Container[] = [];
    const made = (container: Docker.Container): void => void containers.push(container);
    const frame = { engine, run, labels, network, token: newToken(), images, made };
    try {
      const socket = await options.network.bind({ address: network.gateway, port: 0 }, { datagram: () => {} });
      const opened = new DockerSite(options, frame, containers, socket);
      try {
        await opened.#open();
        return opened;
      } catch (error) {
        await opened.#close();
        throw opened.site.failure.aborted ? opened.site.failure.reason : error;
      }
    } catch (error) {
      await removeNetwork(engine, network.id);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#close();
    await removeNetwork(this.options.engine, this.frame.network.id);
  }

  async #open(): Promise<void> {
    const { hosts } = this.options;
    const opening = hosts.map(({ name, kind }, index) =>
      this.#openHost({ name, kind, address: this.frame.network.address(FIRST_HOST + index) }),
    );
    const settled = await Promise.allSettled(opening); // all, so that what is to be removed is known
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    this.#throwIfOver();
    await Promise.race([this.site.caughtUp([]), aborted(this.site.failure)]);
  }

  async #openHost(seat: Seat): Promise<void> {
    const { clock, network, random } = this.options;
    const host = await startHost(this.frame, seat.name, seat.address);
    const capture = this.site.watch(seat);
    await startCapture(this.frame, seat.name, host, {
      piece: (bytes) => capture.push(bytes),
      said: (text) => this.#said.set(seat.name, (this.#said.get(seat.name) ?? '') + text),
    });
    const deadline = clock.now() + READY_WITHIN_MS;
    const waiting = { clock, network, random: random.fork(seat.name), local: this.frame.network.gateway };
    const goOn = (): boolean => clock.now() < deadline && !this.#isOver();
    if (!(await awaitSip(seat.address, LOBBY_PORT, goOn, waiting))) throw await this.#whyGone(seat.name, 'it does not answer OPTIONS');
    await this.site.reach({ ...seat, controlPort: CONTROL_PORT }, (why) => void this.#lost(seat.name, why));
  }

  #isOver(): boolean {
    return this.#stopping || this.options.signal.aborted || this.site.failure.aborted;
  }

  #throwIfOver(): void {
    if (this.site.failure.aborted) throw this.site.failure.reason;
    if (this.options.signal.aborted) throw new BusyhereError('interrupted', 'the run was interrupted while its lab was being made');
  }

  async #lost(name: string, why: string): Promise<void> {
    if (this.#stopping) return;
    this.site.fail(await this.#whyGone(name, why));
  }

  async #whyGone(name: string, why: string): Promise<BusyhereError> {
    return new BusyhereError('environment', `the container ${name} is gone: ${why}`);
  }

  async #close(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await within(this.options.clock, STOP_WITHIN_MS, this.site.stop());
    await Promise.all(this.containers.map(({ id }) => removeContainer(this.options.engine, id))).catch((error) => {
      throw engineError('not all containers could be removed', error, `docker ps -a --filter label=busyhere.run=${this.frame.run}`);
    });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

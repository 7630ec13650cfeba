import type Docker from 'dockerode';
import type { Clock } from '../../platform/clock.js';
import type { DatagramNetwork, DatagramSocket } from '../../platform/datagram-network.js';
import { BusyhereError, errorCode } from '../../platform/errors.js';
import type { Random } from '../../platform/random.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import { within } from '../../platform/within.js';
import { awaitSip } from '../container/await-sip.js';
import { captureFault } from '../container/capture-fault.js';
import type { Seat } from '../container/seating.js';
import { Site } from '../container/site.js';
import { CONTROL_PORT } from '../container/standing-lab.js';
import { CaptureProgram } from './capture-program.js';
import { type Death, lastWords, linesOf, watchDeaths } from './container-deaths.js';
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
const STOP_WITHIN_MS = 2_000;
/** How long the engine may take to tell why something else broke. */
const NEWS_WITHIN_MS = 1_000;

const ELSEWHERE =
  'Where containers are in a virtual machine, on another machine, or in a name space of their own (Docker Desktop, DOCKER_HOST, rootless): docker compose up';
const OUT_OF_REACH = `a firewall between this machine and the network of the containers? ${ELSEWHERE}`;

/** A run's network and containers in a Docker engine, from their making to their end. */
export class DockerSite {
  readonly site: Site;
  readonly #containers: Docker.Container[] = [];
  readonly #captures: CaptureProgram[] = [];
  readonly #frame: ContainerFrame;
  #endWatch: () => void = () => {};
  #stopping = false;

  private constructor(
    private readonly options: DockerSiteOptions,
    frame: Omit<ContainerFrame, 'made'>,
    socket: DatagramSocket,
  ) {
    const { clock, streams, signal } = options;
    this.#frame = { ...frame, made: (container) => this.#containers.push(container) };
    this.site = new Site({ clock, streams, socket, run: frame.run, signal });
  }

  /**
   * Makes all of it at once, and waits until every host answers OPTIONS and every capture shows what passes. Where that
   * fails, nothing is left.
   * @throws BusyhereError `environment`; `interrupted` where the signal came first
   */
  static async open(options: DockerSiteOptions): Promise<DockerSite> {
    const { engine, images, random, prefix } = options;
    const run = newRunName();
    const labels = labelsOf(run, thisProcess());
    const network = await createLabNetwork(engine, { name: `busyhere-${run}`, labels, prefix, random });
    try {
      const socket = await socketAt(network.gateway, options.network);
      const opened = new DockerSite(options, { engine, run, labels, network, token: newToken(), images }, socket);
      return await opened.#opened();
    } catch (error) {
      await removeNetwork(engine, network.id);
      throw error;
    }
  }

  /** @throws BusyhereError `environment` where something is left, or a capture was not complete or does not say whether it was */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const { clock, engine } = this.options;
    const isWhole = !this.site.ended.aborted; // else nothing rests on captures any more, and nobody waits for what hangs
    if (isWhole) await Promise.all(this.#captures.map((capture) => capture.end(clock)));
    await this.#remove();
    await removeNetwork(engine, this.#frame.network.id);
    if (isWhole) this.#checkCaptures();
  }

  #checkCaptures(): void {
    for (const { host, dropped } of this.#captures) {
      const fault = captureFault(host, dropped);
      if (fault) throw fault;
    }
  }

  async #opened(): Promise<this> {
    try {
      this.#endWatch = await watchDeaths(this.options.engine, this.#frame.run, (death) => void this.#died(death));
      await this.#openHosts();
      return this;
    } catch (error) {
      const { ended } = this.site;
      this.#stopping = true;
      await this.#remove();
      throw ended.aborted ? ended.reason : error;
    }
  }

  async #openHosts(): Promise<void> {
    const { hosts } = this.options;
    const address = (index: number): string => this.#frame.network.address(FIRST_HOST + index);
    const opening = hosts.map((host, index) => this.#openHost({ ...host, address: address(index) }));
    const settled = await Promise.allSettled(opening); // all, so that what is to be removed is known
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    await this.site.caughtUp([]);
  }

  async #openHost(seat: Seat): Promise<void> {
    const host = await startHost(this.#frame, seat);
    const pieces = this.site.watch(seat);
    const program = new CaptureProgram(seat.name);
    program.container = await startCapture(this.#frame, seat.name, host, {
      piece: (bytes) => pieces.push(bytes),
      said: (text) => program.hear(text),
    });
    this.#captures.push(program);
    await this.#awaitSip(seat);
    await this.site.reach({ ...seat, controlPort: CONTROL_PORT, token: this.#frame.token }, (why) => void this.#lost(seat.name, why));
  }

  #awaitSip(seat: Seat): Promise<void> {
    const { clock, network, random } = this.options;
    const { gateway: local } = this.#frame.network;
    return awaitSip(seat, { clock, network, random: random.fork(seat.name), local, ended: this.site.ended, hint: OUT_OF_REACH });
  }

  async #died({ id, container, exitCode }: Death): Promise<void> {
    if (this.#stopping) return;
    const capture = this.#captures.find((one) => one.container?.id === id);
    if (capture) await this.#awaitNews(); // it ends with its host, and then that is the news
    const said = capture ? linesOf(capture.said) : await lastWords(this.options.engine, id);
    this.site.fail(
      new BusyhereError(
        'environment',
        [
          `the container ${container} ended in the middle of the run, with exit code ${exitCode}`,
          ...said.map((line) => `  | ${line}`),
        ].join('\n'),
        exitCode === 137
          ? 'it was killed: by somebody, or for want of memory (dmesg tells)'
          : 'run it once more; if it ends again, please report it with what it said',
      ),
    );
  }

  /** Most often its container has ended, and the engine knows more of that. */
  async #lost(name: string, why: string): Promise<void> {
    if (this.#stopping) return;
    await this.#awaitNews();
    this.site.fail(new BusyhereError('environment', `the harness lost its connection to the container ${name}: ${why}`));
  }

  async #awaitNews(): Promise<void> {
    await within(this.options.clock, NEWS_WITHIN_MS, aborted(this.site.ended));
  }

  async #remove(): Promise<void> {
    this.#endWatch();
    await within(this.options.clock, STOP_WITHIN_MS, this.site.stop());
    try {
      await Promise.all(this.#containers.map(({ id }) => removeContainer(this.options.engine, id)));
    } catch (error) {
      throw engineError('not all containers could be removed', error, `docker ps -a --filter label=busyhere.run=${this.#frame.run}`);
    }
  }
}

/** @throws BusyhereError `environment` where the containers' network is not this machine's */
async function socketAt(gateway: string, network: DatagramNetwork): Promise<DatagramSocket> {
  try {
    return await network.bind({ address: gateway, port: 0 }, { datagram: () => {} });
  } catch (cause) {
    if (errorCode(cause) !== 'address-unavailable') throw cause;
    const what = `this machine does not reach the network of the containers: it has no address ${gateway} in it`;
    throw new BusyhereError('environment', what, ELSEWHERE, { cause });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

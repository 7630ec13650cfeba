import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, delay } from '../../platform/clock.js';
import type { DatagramNetwork } from '../../platform/datagram-network.js';
import { BusyhereError } from '../../platform/errors.js';
import { localAddressTowards } from '../../platform/local-address.js';
import type { Random } from '../../platform/random.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import { awaitSip, READY_WITHIN_MS } from './await-sip.js';
import { captureFault } from './capture-fault.js';
import { LOBBY_PORT } from './role.js';
import { type HostPlace, Site } from './site.js';
import { StandingCapture } from './standing-capture.js';
import type { StandingLab } from './standing-lab.js';

export interface StandingSiteOptions {
  readonly lab: StandingLab;
  readonly clock: Clock;
  readonly network: DatagramNetwork;
  readonly streams: StreamNetwork;
  readonly random: Random;
  readonly run: string;
  readonly signal: AbortSignal;
}

const TRY_AGAIN_MS = 100;
/** A capture comes to its own end when its host ends, and then that is the news: how long it may take to come. */
const NEWS_WITHIN_MS = 300;
const WRITABLE = 'make room there; where the right to write is missing, remove the files that are there already';
const ASK_COMPOSE = (service: string): string =>
  `with which exit code it ended, docker compose ps --all ${service} tells (137: it was killed, by somebody or for want of memory); why, docker compose logs ${service}`;

/** Containers that stand already: reached, watched, and left standing. */
export class StandingSite {
  readonly site: Site;
  readonly #captures: StandingCapture[] = [];
  readonly #kept: WriteStream[] = [];
  #stopping = false;

  private constructor(
    private readonly options: StandingSiteOptions,
    private readonly local: string,
    socket: Awaited<ReturnType<DatagramNetwork['bind']>>,
  ) {
    const { clock, streams, run, signal } = options;
    this.site = new Site({ clock, streams, socket, run, signal });
  }

  /** @throws BusyhereError `environment` where a host does not answer; `interrupted` where the signal came first */
  static async open(options: StandingSiteOptions): Promise<StandingSite> {
    const first = options.lab.hosts[0]?.address ?? '';
    const local = await localAddressTowards({ address: first, port: LOBBY_PORT });
    const socket = await options.network.bind({ address: local, port: 0 }, { datagram: () => {} });
    const opened = new StandingSite(options, local, socket);
    try {
      await Promise.all(options.lab.hosts.map((host) => opened.#reach(host)));
      await opened.site.caughtUp([]);
      return opened;
    } catch (error) {
      await opened.#release();
      throw opened.site.failure.aborted ? opened.site.failure.reason : error;
    }
  }

  /** @throws BusyhereError `environment` where a capture was not complete, or does not say whether it is */
  async stop(): Promise<void> {
    await this.#release();
    if (this.site.failure.aborted) return; // nothing rests on them any more
    for (const { name, dropped } of this.#captures) {
      const fault = captureFault(name, dropped);
      if (fault && (dropped !== undefined || !this.options.signal.aborted)) throw fault; // what ends at once need not count
    }
  }

  async #release(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#captures.map((capture) => capture.end()));
    await this.site.stop();
    await Promise.all(this.#kept.map((file) => new Promise<void>((resolve) => file.end(resolve))));
  }

  async #reach(host: StandingLab['hosts'][number]): Promise<void> {
    const { clock, network, random, lab } = this.options;
    this.#watch(host);
    const deadline = clock.now() + READY_WITHIN_MS;
    const { ended } = this.site;
    const goOn = (): boolean => clock.now() < deadline && !ended.aborted;
    const hint = `docker compose logs ${host.name} tells why`;
    await awaitSip(host, { clock, network, random: random.fork(host.name), local: this.local, ended, hint });
    await this.#connect({ ...host, controlPort: lab.controlPort }, goOn);
  }

  /** The token may still be that of the run before: its host writes a new one as it starts. */
  async #connect(place: HostPlace, goOn: () => boolean): Promise<void> {
    const { lab, clock } = this.options;
    const lost = (why: string): void =>
      this.site.fail(
        new BusyhereError('environment', `the container ${place.name} ended, or lost its connection: ${why}`, ASK_COMPOSE(place.name)),
      );
    for (;;) {
      try {
        const token = await readFile(join(lab.tokens, `${place.name}.token`), 'utf8');
        return await this.site.reach({ ...place, token: token.trim() }, lost);
      } catch (error) {
        if (!goOn()) throw error;
        await delay(clock, TRY_AGAIN_MS);
      }
    }
  }

  #watch({ name, kind, address }: StandingLab['hosts'][number]): void {
    const { lab, clock } = this.options;
    const capture = this.site.watch({ name, kind, address });
    const file = lab.keep === undefined ? undefined : this.#keep(join(lab.keep, `${name}.pcap`));
    const standing = new StandingCapture({
      folder: lab.captures,
      name,
      clock,
      piece: (bytes) => {
        file?.write(bytes);
        capture.push(bytes);
      },
      ended: () => void this.#captureEnded(standing),
    });
    this.#captures.push(standing);
  }

  async #captureEnded({ name, said, dropped }: StandingCapture): Promise<void> {
    if (dropped !== undefined) await delay(this.options.clock, NEWS_WITHIN_MS); // who is killed does not count any more
    if (this.#stopping) return;
    const lines = said.split('\n').filter((line) => line !== '');
    const what = `the capture beside ${name}, which verdicts rest on, ended in the middle of the run`;
    this.site.fail(
      new BusyhereError('environment', [what, ...lines.map((line) => `  | ${line}`)].join('\n'), ASK_COMPOSE(`${name}-capture`)),
    );
  }

  #keep(path: string): WriteStream {
    const file = createWriteStream(path);
    file.on('error', (cause) =>
      this.site.fail(new BusyhereError('environment', `the capture ${path} cannot be written: ${cause.message}`, WRITABLE, { cause })),
    );
    this.#kept.push(file);
    return file;
  }
}

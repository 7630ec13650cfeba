import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, delay } from '../../platform/clock.js';
import type { DatagramNetwork } from '../../platform/datagram-network.js';
import { BusyhereError } from '../../platform/errors.js';
import { localAddressTowards } from '../../platform/local-address.js';
import { NamedPipeReader } from '../../platform/named-pipe.js';
import type { Random } from '../../platform/random.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import { awaitSip, READY_WITHIN_MS } from './await-sip.js';
import { LOBBY_PORT } from './role.js';
import { type HostPlace, Site } from './site.js';
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

/** Containers that stand already: reached, watched, and left standing. */
export class StandingSite {
  readonly site: Site;
  readonly #pipes: NamedPipeReader[] = [];
  readonly #kept: WriteStream[] = [];

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
      await opened.stop();
      throw opened.site.failure.aborted ? opened.site.failure.reason : error;
    }
  }

  async stop(): Promise<void> {
    for (const pipe of this.#pipes) pipe.close();
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
      this.site.fail(new BusyhereError('environment', `the harness lost its connection to the container ${place.name}: ${why}`));
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
    const taken = (piece: Buffer): void => {
      file?.write(piece);
      capture.push(piece);
    };
    this.#pipes.push(new NamedPipeReader(join(lab.captures, name), clock, taken));
  }

  #keep(path: string): WriteStream {
    const file = createWriteStream(path);
    file.on('error', (cause) =>
      this.site.fail(
        new BusyhereError('environment', `the capture ${path} cannot be written: ${cause.message}`, 'make room there', { cause }),
      ),
    );
    this.#kept.push(file);
    return file;
  }
}

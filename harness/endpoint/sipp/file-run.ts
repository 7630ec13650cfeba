import { join } from 'node:path';
import { type Clock, delay } from '../../platform/clock.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import { programPath } from '../program/program-path.js';
import { readIfThere } from '../program/read-if-there.js';
import type { ProgramEnd } from '../program/supervised-program.js';
import { START_MS, startFailure } from './sipp-errors.js';
import { SippProcess } from './sipp-process.js';
import { callsCounted, statisticsOf } from './statistics.js';
import { SIPP } from './traits.js';
import { untilHeld } from './udp-holder.js';

export interface FileRunOptions {
  readonly name: string;
  readonly address: SocketAddress;
  readonly remote: SocketAddress;
  readonly folder: string;
  readonly clock: Clock;
  /** The user's scenario, and his data or null; absolute paths. */
  readonly file: string;
  readonly inject: string | null;
  /** Whatever else sipp is to know. */
  readonly args: readonly string[];
}

const STATISTICS = 'statistics.csv';
/** What was sent to it just now, the last ACK for one, it takes within this time, ms; asked to end, it looks at nothing any more. */
const LAST_LOOK_MS = 20;
/** How long sipp may take to write its statistics when it is asked to end, ms. */
const FAREWELL_MS = 500;

/** sipp's exit codes from here on are for what went wrong with itself; below they tell of its calls. */
const FIRST_FATAL_CODE = 253;

/** One run of sipp with a scenario of the user's. */
export class FileRun {
  readonly #sipp: SippProcess;
  #isAsked = false;

  /** Starts it. @throws BusyhereError `environment` where there is no sipp */
  constructor(private readonly options: FileRunOptions) {
    const { address, remote, folder, file, inject, args } = options;
    const data = inject === null ? [] : ['-inf', inject];
    const statistics = ['-trace_stat', '-stf', join(folder, STATISTICS), '-fd', '1'];
    this.#sipp = new SippProcess({
      path: programPath(SIPP),
      address,
      remote,
      folder,
      args: ['-sf', file, ...data, ...statistics, ...args],
    });
  }

  /** Undefined while it runs. */
  get end(): ProgramEnd | undefined {
    return this.#sipp.end;
  }

  get ended(): Promise<ProgramEnd> {
    return this.#sipp.ended;
  }

  /**
   * Whether it ended unasked and that is no result of its scenario's: by a signal, by an error of sipp's own, or before there
   * was any call. A scenario may well end sipp, or a call of its fail: the verdict and the exit code then say what came of it.
   */
  get broke(): boolean {
    const { end } = this;
    if (!end || this.#isAsked) return false;
    return end.code === null || end.code >= FIRST_FATAL_CODE || callsCounted(this.#counted) === 0;
  }

  /** What it complained of, and counted. */
  get remarks(): string[] {
    return [...statisticsOf(this.#counted), ...this.#sipp.complaints];
  }

  get #counted(): string {
    return readIfThere(join(this.options.folder, STATISTICS));
  }

  /** Resolves when it listens. @throws BusyhereError `scenario`, `address-in-use` or `environment` where it never does */
  async listening(): Promise<void> {
    const { name, address, clock, file } = this.options;
    const deadline = clock.now() + START_MS;
    const isHeld = await untilHeld(address, clock, () => this.end === undefined && clock.now() < deadline);
    const { end } = this;
    if (isHeld && !end) return;
    await this.#sipp.kill();
    throw startFailure(name, address, end, this.#sipp.output, file);
  }

  /** Lets it write its statistics, but no longer than that. */
  async stop(): Promise<ProgramEnd> {
    this.#isAsked = true;
    if (!this.end) await delay(this.options.clock, LAST_LOOK_MS);
    const bound = this.options.clock.setTimer(FAREWELL_MS, () => this.#sipp.kill());
    this.#sipp.terminate();
    const end = await this.ended;
    bound.cancel();
    return end;
  }
}

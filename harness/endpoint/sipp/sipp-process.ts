import { join } from 'node:path';
import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import { readIfThere } from '../program/read-if-there.js';
import { type ProgramEnd, SupervisedProgram } from '../program/supervised-program.js';
import { remarksOf } from './sipp-errors.js';

export interface SippOptions {
  readonly path: string;
  readonly address: SocketAddress;
  /** Where all that it sends goes, unless it answers. */
  readonly remote: SocketAddress;
  /** For its files. */
  readonly folder: string;
  /** Its scenario and whatever else it is to know. */
  readonly args: readonly string[];
}

/**
 * Where sipp's sockets for media lie. Unless told it takes them from 6000 on, and ends where 50 sipps have an address in
 * common. Below where those lie who share an address (20000 and up), and what systems give out; it moves on where one is taken.
 */
const MEDIA = { first: 10_000, sipps: 2_500, portsEach: 4 };

/**
 * It wakes up every millisecond, for nothing mostly, and a hundred sipps would keep a processor busy: this halves it. More
 * would make it slow, since it takes several such turns for each thing that it does.
 */
const TIMER_SLACK_MS = 1;

const ERRORS = 'errors.log';

/** One running sipp. It is ended by us; its own -timeout was seen not to. */
export class SippProcess {
  readonly #program: SupervisedProgram;

  constructor(private readonly options: SippOptions) {
    const { path, address, remote, folder, args } = options;
    const own = ['-i', address.address, '-bind_local', '-p', String(address.port), '-ci', address.address, '-nostdin'];
    const media = ['-mp', String(mediaPortOf(address))];
    const files = ['-trace_err', '-error_file', join(folder, ERRORS)];
    this.#program = new SupervisedProgram(path, [...args, ...own, ...media, ...files, formatSocketAddress(remote)], {
      folder,
      timerSlackMs: TIMER_SLACK_MS,
    });
  }

  /** Undefined while it runs. */
  get end(): ProgramEnd | undefined {
    return this.#program.end;
  }

  get ended(): Promise<ProgramEnd> {
    return this.#program.ended;
  }

  /** All that it wrote. */
  get output(): string {
    return readIfThere(join(this.options.folder, ERRORS)) + this.#program.output;
  }

  /** What it complained of. */
  get complaints(): string[] {
    return remarksOf(readIfThere(join(this.options.folder, ERRORS)));
  }

  /** Asks it to end: it writes its statistics then. */
  terminate(): void {
    this.#program.terminate();
  }

  kill(): Promise<ProgramEnd> {
    return this.#program.kill();
  }
}

/** Participants who share an address have every other port of it. */
function mediaPortOf({ port }: SocketAddress): number {
  return MEDIA.first + (Math.floor(port / 2) % MEDIA.sipps) * MEDIA.portsEach;
}

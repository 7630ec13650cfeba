import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.js';
import { NamedPipeReader } from '../../platform/named-pipe.js';
import { within } from '../../platform/within.js';
import { packetsDropped } from './capture-fault.js';

/** How long the program beside a host may take to write what it still has, and to count. */
const COUNTED_WITHIN_MS = 10_000;

export interface StandingCaptureOptions {
  /** Where the program writes into a pipe of that name. It says the rest in NAME.said, and ends when NAME.end is written to. */
  readonly folder: string;
  readonly name: string;
  readonly clock: Clock;
  piece(bytes: Buffer): void;
  /** Nothing more comes, and nobody here had asked for that. */
  ended(): void;
}

/** The capture beside a host that stands already, read from a pipe. */
export class StandingCapture {
  readonly #pipe: NamedPipeReader;
  readonly #path: string;
  readonly #over: Promise<void>;
  #heard = false;
  #lastWords: string | undefined;
  #asked = false;

  constructor(private readonly options: StandingCaptureOptions) {
    const { folder, name, clock, piece, ended } = options;
    this.#path = join(folder, name);
    let over = (): void => {};
    this.#over = new Promise((resolve) => {
      over = resolve;
    });
    this.#pipe = new NamedPipeReader(this.#path, clock, {
      data: (bytes) => {
        this.#heard = true;
        piece(bytes);
      },
      ended: () => {
        this.#lastWords = this.said; // it may begin anew, for somebody else
        over();
        if (!this.#asked) ended();
      },
    });
  }

  get name(): string {
    return this.options.name;
  }

  /** What the program has said besides the capture. */
  get said(): string {
    if (this.#lastWords !== undefined) return this.#lastWords;
    try {
      return readFileSync(`${this.#path}.said`, 'utf8');
    } catch {
      return ''; // it has not begun, or does not say anything there
    }
  }

  /** Packets that never got into the capture, as the program counts them at its end; undefined before. */
  get dropped(): number | undefined {
    return packetsDropped(this.said);
  }

  /** Has the program end and count, if it has begun; all that it had captured has come when this resolves. */
  async end(): Promise<void> {
    this.#asked = true;
    if (this.#heard && this.#ask()) await within(this.options.clock, COUNTED_WITHIN_MS, this.#over);
    this.#pipe.close();
  }

  #ask(): boolean {
    try {
      const pipe = openSync(`${this.#path}.end`, constants.O_WRONLY | constants.O_NONBLOCK);
      writeSync(pipe, 'end\n');
      closeSync(pipe);
      return true;
    } catch {
      return false; // nobody is there to be asked
    }
  }
}

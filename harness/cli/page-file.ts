import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { BusyhereError } from '../platform/errors.js';
import type { Sink } from '../report/reporter.js';

/** A file that is written piece by piece. */
export class PageFile implements Sink {
  readonly #file: number;

  /** @throws BusyhereError `environment` where it cannot be written: found out now, not after all the work */
  constructor(path: string) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw new BusyhereError('environment', `${path} cannot be written: ${(error as Error).message}`, undefined, { cause: error });
    }
  }

  write(text: string): void {
    writeSync(this.#file, text);
  }

  close(): void {
    closeSync(this.#file);
  }
}

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BusyhereError } from '../platform/errors.js';
import type { TraceEvent } from './event.js';
import { pcapngOfTrace, type TraceFileOptions } from './pcapng-writer.js';

/**
 * Writes a trace as a pcapng file; folders are made where they are missing.
 * @throws BusyhereError `environment` where the file cannot be written
 */
export async function writeTraceFile(path: string, events: readonly TraceEvent[], options: TraceFileOptions): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(pcapngOfTrace(events, options)), createWriteStream(path));
  } catch (error) {
    throw new BusyhereError('environment', `the capture ${path} cannot be written: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

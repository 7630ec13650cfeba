import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BusyhereError, errorCode } from '../platform/errors.js';
import { CaptureDecoder, type CapturedMessage } from './capture-decoder.js';
import type { CaptureInterface, CaptureParser } from './capture-packet.js';
import { isPcapMagic, PcapReader } from './pcap-reader.js';
import { PCAPNG_MAGIC, PcapngReader } from './pcapng-reader.js';

const PIECE = 1024 * 1024;
const GZIP_MAGIC = 0x1f8b;
const MAGIC_LENGTH = 4;

export interface CaptureSource {
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  open(): Promise<Readable>;
  /** Octets; undefined for a pipe. */
  size(): Promise<number | undefined>;
}

/** A file, a pipe, or standard input where the path is `-`. */
export function captureSource(path: string, standardInput: Readable): CaptureSource {
  if (path === '-') return { name: '-', open: async () => standardInput, size: async () => undefined };
  return {
    name: path,
    open: async () => {
      await statCapture(path);
      return createReadStream(path, { highWaterMark: PIECE });
    },
    size: async () => {
      const stats = await statCapture(path);
      return stats.isFile() ? stats.size : undefined;
    },
  };
}

async function statCapture(path: string): Promise<Stats> {
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw new BusyhereError(
      'capture',
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
    );
  }
  if (stats.isDirectory())
    throw new BusyhereError('capture', `${path} is a directory, not a capture`, `name the files in it: ${path}/*.pcapng`);
  return stats;
}

/** Reads one capture from its beginning, piece by piece. */
export class CaptureFile {
  readonly decoder = new CaptureDecoder();
  /** What kept the rest of the file from being read; undefined where all of it was. */
  problem: string | undefined;
  /** Octets of the file read so far, before any gunzipping. */
  octetsRead = 0;
  #parser: CaptureParser | undefined;

  constructor(readonly source: CaptureSource) {}

  get interfaces(): readonly CaptureInterface[] {
    return this.#parser?.interfaces ?? [];
  }

  /**
   * The messages in it, in batches, each in order of time. A damaged place ends the reading, and is told in {@link problem}.
   * @throws BusyhereError `capture` where it is no capture at all
   */
  async *batches(): AsyncGenerator<CapturedMessage[]> {
    for await (const piece of this.#pieces()) {
      const batch: CapturedMessage[] = [];
      const whole = this.#parse(piece, batch);
      if (batch.length > 0) yield inOrder(batch);
      if (!whole) return;
    }
    this.#close();
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    const { name } = this.source;
    const file = await this.source.open();
    try {
      yield* unzipped(this.#counted(file));
    } catch (error) {
      if (errorCode(error)) throw error;
      const { offset } = this.#parser ?? { offset: 0 };
      this.problem = `${name}: reading ended at byte ${offset}: ${(error as Error).message}`;
    } finally {
      file.destroy();
    }
  }

  async *#counted(file: Readable): AsyncGenerator<Buffer> {
    for await (const piece of file) {
      this.octetsRead += (piece as Buffer).length;
      yield piece as Buffer;
    }
  }

  /** False when the rest cannot be read. */
  #parse(piece: Buffer, batch: CapturedMessage[]): boolean {
    const { name } = this.source;
    this.#parser ??= parserFor(piece, name);
    try {
      this.#parser.push(piece, (packet) => this.decoder.decode(packet, (message) => batch.push(message)));
      return true;
    } catch (error) {
      if (errorCode(error) !== 'capture') throw error;
      this.problem = `${name}: ${(error as Error).message}. What came before it, ${this.decoder.packets} packets, was read`;
      return false;
    }
  }

  #close(): void {
    const { name } = this.source;
    if (!this.#parser) {
      if (this.problem === undefined) throw new BusyhereError('capture', `${name} is empty`);
      return;
    }
    if (this.problem === undefined && this.#parser.unread > 0) {
      this.problem = `${name}: byte ${this.#parser.offset}: the file ends within a record; it was cut off, or is still being written`;
    }
  }
}

async function* unzipped(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let plain: AsyncIterable<Buffer> | undefined;
  const recognisable = startingWhole(pieces);
  const first = await recognisable.next();
  if (first.done) return;
  const whole = startingWith(first.value, recognisable);
  if (first.value.length >= 2 && first.value.readUInt16BE(0) === GZIP_MAGIC) {
    const gunzip = createGunzip({ chunkSize: PIECE / 4 });
    pipeline(whole, gunzip, () => undefined); // its error comes out of the iteration below
    plain = gunzip;
  }
  yield* plain ? startingWhole(plain) : whole;
}

/** The same pieces, the first ones joined until formats can be told apart by them. */
async function* startingWhole(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (first === undefined) {
      yield piece;
      continue;
    }
    first = Buffer.concat([first, piece]);
    if (first.length < MAGIC_LENGTH) continue;
    yield first;
    first = undefined;
  }
  if (first && first.length > 0) yield first;
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function parserFor(piece: Buffer, name: string): CaptureParser {
  const magic = piece.length >= 4 ? piece.readUInt32BE(0) : 0;
  if (magic === PCAPNG_MAGIC) return new PcapngReader();
  if (isPcapMagic(magic)) return new PcapReader();
  throw new BusyhereError(
    'capture',
    `${name} is no capture: byte 0 begins neither pcap nor pcapng, gzipped or not`,
    'editcap -F pcapng turns other formats of capture programs into it',
  );
}

/** Interfaces of one file are written as their packets come in, which is nearly in order. */
function inOrder(batch: CapturedMessage[]): CapturedMessage[] {
  for (let index = 1; index < batch.length; index++) {
    if ((batch[index] as CapturedMessage).time < (batch[index - 1] as CapturedMessage).time)
      return batch.sort((one, other) => one.time - other.time);
  }
  return batch;
}

import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { BusyhereError, errorCode } from '../platform/errors.js';
import { CaptureDecoder, type CapturedMessage } from './capture-decoder.js';
import type { CaptureInterface, CapturePacket, CaptureParser } from './capture-packet.js';
import { gunzipped } from './gunzip.js';
import { isPcapMagic, PcapReader } from './pcap-reader.js';
import { PCAPNG_MAGIC, PcapngReader } from './pcapng-reader.js';

const PIECE = 1024 * 1024;
const GZIP_MAGIC = 0x1f8b;
const MAGIC_LENGTH = 4;
const MOST_HOLES = 1000;

/** When packets are missing, since a part of the file could not be read: from the packet before to the one after, ms since 1970. */
export interface Hole {
  readonly from: number;
  readonly until: number;
}

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
  /** Octets of the file read so far, before any gunzipping. */
  octetsRead = 0;
  #parser: CaptureParser | undefined;
  /** Of very many the last ones are one. */
  readonly holes: Hole[] = [];
  #damages = 0;
  #broken: string | undefined;
  #unfinished: string | undefined;

  constructor(readonly source: CaptureSource) {}

  get interfaces(): readonly CaptureInterface[] {
    return this.#parser?.interfaces ?? [];
  }

  /** What of the file could not be read, with the places; undefined where all of it was. */
  get problem(): string | undefined {
    const places = [this.#parser?.damages.text, this.#broken].filter((text) => text !== undefined);
    return places.length === 0 ? undefined : `${this.source.name}: ${places.join('. ')}. Packets read elsewhere: ${this.decoder.packets}`;
  }

  /** Where the file ends in the middle of a record, as one does that is still being written. */
  get unfinished(): string | undefined {
    return this.#unfinished;
  }

  /**
   * The messages in it, in batches, each in order of time. Damaged places are left out, and told in {@link problem}.
   * @throws BusyhereError `capture` where it is no capture at all
   */
  async *batches(): AsyncGenerator<CapturedMessage[]> {
    for await (const piece of this.#pieces()) {
      this.#parser ??= parserFor(piece, this.source.name);
      const batch: CapturedMessage[] = [];
      this.#parser.push(piece, (packet) => this.#decode(packet, batch));
      if (batch.length > 0) yield inOrder(batch);
    }
    const rest = this.#close();
    if (rest.length > 0) yield inOrder(rest);
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    const file = await this.source.open();
    try {
      yield* unzipped(this.#counted(file), () => this.#endWithin('gzip data', this.octetsRead));
    } catch (error) {
      if (errorCode(error)) throw error;
      if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return; // the user stopped reading: what came is whole
      this.#broken = `byte ${this.octetsRead}: reading ended near here: ${(error as Error).message}`;
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

  #decode(packet: CapturePacket, batch: CapturedMessage[]): void {
    if (this.#parser) this.#noteHole(this.#parser, packet.time);
    this.decoder.decode(packet, (message) => batch.push(message));
  }

  #noteHole({ damages }: CaptureParser, until: number): void {
    const isBroken = this.#broken !== undefined && until === Number.POSITIVE_INFINITY;
    if (damages.count === this.#damages && !isBroken) return;
    this.#damages = damages.count;
    const last = this.holes.length >= MOST_HOLES ? this.holes.pop() : undefined;
    const { lastPacketTime } = this.decoder;
    this.holes.push({ from: last?.from ?? lastPacketTime, until: until > lastPacketTime ? until : lastPacketTime });
  }

  /** What the end of the file completes. */
  #close(): CapturedMessage[] {
    const parser = this.#parser;
    if (!parser) {
      if (this.problem === undefined && this.#unfinished === undefined) throw new BusyhereError('capture', `${this.source.name} is empty`);
      return [];
    }
    const rest: CapturedMessage[] = [];
    parser.end((packet) => this.#decode(packet, rest));
    this.#noteHole(parser, Number.POSITIVE_INFINITY);
    if (parser.unread > 0) this.#endWithin('a record', parser.offset);
    return rest;
  }

  #endWithin(what: string, offset: number): void {
    this.#unfinished ??= `${this.source.name}: byte ${offset}: the file ends within ${what}; it was cut off, or is still being written`;
  }
}

async function* unzipped(pieces: AsyncIterable<Buffer>, endsEarly: () => void): AsyncGenerator<Buffer> {
  const recognisable = startingWhole(pieces);
  const first = await recognisable.next();
  if (first.done) return;
  const whole = startingWith(first.value, recognisable);
  const isGzip = first.value.length >= 2 && first.value.readUInt16BE(0) === GZIP_MAGIC;
  yield* isGzip ? startingWhole(gunzipped(whole, endsEarly)) : whole;
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

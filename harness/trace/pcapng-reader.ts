import { ByteQueue } from './byte-queue.js';
import {
  type CaptureInterface,
  type CapturePacket,
  type CaptureParser,
  DIRECTION,
  LONGEST_PACKET,
  SOCKETS_OF_A_HOST,
} from './capture-packet.js';
import { DamageLog } from './damage-log.js';
import type { Sighting } from './event.js';
import { type Plausibility, Salvage } from './salvage.js';

/** Block types of draft-ietf-opsawg-pcapng. */
const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 2, simplePacket: 3, interfaceStatistics: 5, enhancedPacket: 6 } as const;
/** The shortest that a block of a type can be, in octets. */
const SHORTEST: ReadonlyMap<number, number> = new Map([
  [BLOCK.section, 28],
  [BLOCK.interface, 20],
  [BLOCK.packet, 32],
  [BLOCK.simplePacket, 16],
  [BLOCK.interfaceStatistics, 24],
  [BLOCK.enhancedPacket, 32],
]);
const OPTION = {
  end: 0,
  interfaceName: 2,
  interfaceDescription: 3,
  packetFlags: 2,
  timeResolution: 9,
  timeOffset: 14,
  statisticsEnd: 3,
  statisticsDropped: 5,
} as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LONGEST_BLOCK = LONGEST_PACKET + 64 * 1024;
const LONGEST_SILENCE_MS = 30 * 24 * 3600 * 1000;
const MAX_INTERFACES = 65_536;

interface Interface extends CaptureInterface {
  readonly index: number;
  readonly snapLength: number;
  /** Timestamp units in a millisecond. */
  readonly unitsPerMs: number;
  /** ms to be added. */
  readonly timeOffset: number;
  /** Of its latest packet, ms since 1970. */
  lastTime: number;
  /** It shows what a host's sockets sent and received. */
  readonly isSockets: boolean;
}

export const PCAPNG_MAGIC = BLOCK.section;

/** Reads pcapng files: several sections and interfaces, any time resolution; blocks of no use here are left out, and damaged places. */
export class PcapngReader implements CaptureParser {
  readonly damages = new DamageLog();
  readonly #all: Interface[] = [];
  readonly #queue = new ByteQueue();
  readonly #salvage = new Salvage(this.#queue, this.damages, (at, isEnd) => this.#plausible(at, isEnd));
  /** Of the current section; interface numbers begin anew with each. */
  #section: Interface[] = [];
  #littleEndian = true;
  #frame = 0;

  get interfaces(): readonly CaptureInterface[] {
    return this.#all;
  }

  get unread(): number {
    return this.#queue.length;
  }

  get offset(): number {
    return this.#queue.offset;
  }

  push(piece: Buffer, emit: (packet: CapturePacket) => void): void {
    this.#queue.add(piece);
    while (this.#readBlock(false, emit));
  }

  end(emit: (packet: CapturePacket) => void): void {
    while (this.#readBlock(true, emit));
  }

  /** False when the pieces so far hold no whole block. */
  #readBlock(isEnd: boolean, emit: (packet: CapturePacket) => void): boolean {
    const queue = this.#queue;
    if (!this.#salvage.search(isEnd) || queue.length < 12) return false;
    const type = queue.uint32(0, this.#littleEndian);
    const order = type === BLOCK.section ? this.#byteOrderAt(0) : this.#littleEndian;
    const length = order === undefined ? 0 : queue.uint32(4, order);
    const fault = order === undefined ? 'no byte-order magic in a section header' : faultOfLength(length);
    if (order === undefined || fault !== null) {
      this.#salvage.begin(fault ?? '', SHORTEST.has(type) ? undefined : length);
      return true;
    }
    if (queue.length < length) return isEnd && this.#skipToBlockWithin(length);
    if (queue.uint32(length - 4, order) !== length) {
      this.#salvage.begin(`a block says ${length} octets at its beginning and ${queue.uint32(length - 4, order)} at its end`);
      return true;
    }
    this.#littleEndian = order;
    const start = queue.offset;
    const body = queue.take(length).subarray(8, length - 4);
    const inside = this.#take(type, body, emit);
    if (inside !== null) this.damages.add({ offset: start, end: start + length, what: inside });
    return true;
  }

  /** The file ends before this block does. Where others begin within it its length is wrong; else the file is not whole yet. */
  #skipToBlockWithin(length: number): boolean {
    const queue = this.#queue;
    const found = this.#salvage.find(1, queue.length, true);
    if (found === -1) return false;
    this.damages.add({ offset: queue.offset, end: queue.offset + found, what: `a block of ${length} octets holds others` });
    queue.take(found);
    return true;
  }

  /** Whether a section's numbers are little-endian; undefined where nothing says so. */
  #byteOrderAt(at: number): boolean | undefined {
    if (this.#queue.uint32(at + 8, true) === BYTE_ORDER_MAGIC) return true;
    return this.#queue.uint32(at + 8, false) === BYTE_ORDER_MAGIC ? false : undefined;
  }

  #plausible(at: number, isEnd: boolean): Plausibility {
    const queue = this.#queue;
    if (at + 12 > queue.length) return isEnd ? 'no' : 'later';
    const type = queue.uint32(at, this.#littleEndian);
    const shortest = SHORTEST.get(type);
    if (shortest === undefined) return 'no';
    const order = type === BLOCK.section ? this.#byteOrderAt(at) : this.#littleEndian;
    const length = order === undefined ? 0 : queue.uint32(at + 4, order);
    if (order === undefined || length < shortest || faultOfLength(length) !== null) return 'no';
    if (at + length > queue.length) return isEnd ? 'no' : 'later';
    return queue.uint32(at + length - 4, order) === length ? 'yes' : 'no';
  }

  /** Takes a block; returns what of its inside cannot be. */
  #take(type: number, body: Buffer, emit: (packet: CapturePacket) => void): string | null {
    const shortest = (SHORTEST.get(type) ?? 12) - 12;
    if (body.length < shortest) return `a block of this type needs ${shortest + 12} octets and has ${body.length + 12}`;
    switch (type) {
      case BLOCK.section:
        this.#section = [];
        return null;
      case BLOCK.interface:
        return this.#takeInterface(body);
      case BLOCK.enhancedPacket:
        return this.#takePacket(body, emit, this.#uint32(body, 0));
      case BLOCK.packet: // the enhanced one's forerunner: two octets of interface number, two of a drop count
        return this.#takePacket(body, emit, this.#uint16(body, 0));
      case BLOCK.simplePacket:
        return this.#takeSimplePacket(body, emit);
      case BLOCK.interfaceStatistics:
        return this.#takeStatistics(body);
      default:
        return null;
    }
  }

  #takeInterface(body: Buffer): string | null {
    if (this.#all.length >= MAX_INTERFACES) return `more than ${MAX_INTERFACES} interfaces`;
    let name: string | undefined;
    let isSockets = false;
    let unitsPerMs = 1000;
    let timeOffset = 0;
    for (const [code, value] of this.#options(body, 8)) {
      if (code === OPTION.interfaceName) name = value.toString('utf8');
      if (code === OPTION.interfaceDescription) isSockets = value.toString('utf8') === SOCKETS_OF_A_HOST;
      if (code === OPTION.timeResolution && value.length >= 1) unitsPerMs = unitsPerMsOf(value[0] as number);
      if (code === OPTION.timeOffset && value.length >= 8) timeOffset = Number(this.#int64(value)) * 1000;
    }
    const one: Interface = {
      index: this.#all.length,
      linkType: this.#uint16(body, 0),
      name,
      snapLength: this.#uint32(body, 4),
      unitsPerMs,
      timeOffset,
      lastTime: Number.NEGATIVE_INFINITY,
      isSockets,
    };
    this.#all.push(one);
    this.#section.push(one);
    return null;
  }

  #takePacket(body: Buffer, emit: (packet: CapturePacket) => void, interfaceNumber: number): string | null {
    const one = this.#section[interfaceNumber];
    if (!one) return `a packet of interface ${interfaceNumber}, which the file does not describe`;
    const length = this.#uint32(body, 12);
    if (length > body.length - 20) return `a packet of ${length} octets in a block of ${body.length + 12}`;
    const units = this.#uint32(body, 4) * 0x1_0000_0000 + this.#uint32(body, 8);
    const sighting = one.isSockets ? this.#sighting(body, length) : 'passing';
    this.#emit(one, units / one.unitsPerMs + one.timeOffset, body.subarray(20, 20 + length), this.#uint32(body, 16), sighting, emit);
    return null;
  }

  #sighting(body: Buffer, length: number): Sighting {
    for (const [code, value] of this.#options(body, 20 + length + ((4 - (length % 4)) % 4))) {
      if (code !== OPTION.packetFlags || value.length !== 4) continue;
      const direction = this.#uint32(value, 0) & 3;
      return direction === DIRECTION.sent ? 'sent' : direction === DIRECTION.received ? 'received' : 'passing';
    }
    return 'passing';
  }

  /** Such packets have no time; they count as seen when the one before was. */
  #takeSimplePacket(body: Buffer, emit: (packet: CapturePacket) => void): string | null {
    const one = this.#section[0];
    if (!one) return 'a packet before any interface';
    const originalLength = this.#uint32(body, 0);
    const length = Math.min(originalLength, one.snapLength || originalLength, body.length - 4);
    this.#emit(one, Number.NaN, body.subarray(4, 4 + length), originalLength, 'passing', emit);
    return null;
  }

  #emit(
    one: Interface,
    time: number,
    data: Buffer,
    originalLength: number,
    sighting: Sighting,
    emit: (packet: CapturePacket) => void,
  ): void {
    if (time > one.lastTime) one.lastTime = time;
    const { index: interfaceId, linkType } = one;
    emit({ time, interfaceId, linkType, data, originalLength: Math.max(originalLength, data.length), frame: ++this.#frame, sighting });
  }

  #takeStatistics(body: Buffer): null {
    const one = this.#section[this.#uint32(body, 0)];
    if (!one) return null;
    for (const [code, value] of this.#options(body, 12)) {
      if (value.length < 8) continue;
      if (code === OPTION.statisticsEnd) one.endTime = this.#endTime(one, this.#uint32(value, 0) * 0x1_0000_0000 + this.#uint32(value, 4));
      if (code === OPTION.statisticsDropped) one.dropped = Number(this.#int64(value));
    }
    return null;
  }

  /** dumpcap 4.0 writes microseconds here, whatever if_tsresol says: an end before the last packet tells. */
  #endTime(one: Interface, units: number): number {
    const stated = units / one.unitsPerMs + one.timeOffset;
    const inMicroseconds = units / 1000 + one.timeOffset;
    return [stated, inMicroseconds].find((time) => time >= one.lastTime && time < one.lastTime + LONGEST_SILENCE_MS) ?? one.lastTime;
  }

  *#options(body: Buffer, from: number): Generator<[code: number, value: Buffer]> {
    let at = from;
    while (at + 4 <= body.length) {
      const code = this.#uint16(body, at);
      const length = this.#uint16(body, at + 2);
      if (code === OPTION.end || at + 4 + length > body.length) return;
      yield [code, body.subarray(at + 4, at + 4 + length)];
      at += 4 + length + ((4 - (length % 4)) % 4);
    }
  }

  #uint16(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  #uint32(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  #int64(bytes: Buffer): bigint {
    return this.#littleEndian ? bytes.readBigInt64LE(0) : bytes.readBigInt64BE(0);
  }
}

function faultOfLength(length: number): string | null {
  if (length < 12 || length % 4 !== 0) return `a block of ${length} octets cannot be`;
  return length > LONGEST_BLOCK ? `a block of ${length} octets is more than any packet needs` : null;
}

/** if_tsresol: a negative power of ten, or of two where the highest bit is set. */
function unitsPerMsOf(resolution: number): number {
  return (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
}

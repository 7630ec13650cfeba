import { BusyhereError } from '../platform/errors.js';
import { ByteQueue } from './byte-queue.js';
import { type CaptureInterface, type CapturePacket, type CaptureParser, LONGEST_PACKET } from './capture-packet.js';

/** Block types of draft-ietf-opsawg-pcapng. */
const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 2, simplePacket: 3, interfaceStatistics: 5, enhancedPacket: 6 } as const;
const OPTION = { end: 0, interfaceName: 2, timeResolution: 9, timeOffset: 14, statisticsEnd: 3, statisticsDropped: 5 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LONGEST_READ_BLOCK = LONGEST_PACKET + 64 * 1024;
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
}

export const PCAPNG_MAGIC = BLOCK.section;

/** Reads pcapng files: several sections and interfaces, any time resolution; comments and blocks of no use here are left out. */
export class PcapngReader implements CaptureParser {
  readonly #all: Interface[] = [];
  readonly #queue = new ByteQueue();
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
    while (this.#readBlock(emit));
  }

  /** False when the pieces so far hold no whole block. */
  #readBlock(emit: (packet: CapturePacket) => void): boolean {
    const queue = this.#queue;
    if (queue.length < 12) return false;
    const start = queue.offset;
    const type = queue.uint32(0, this.#littleEndian);
    if (type === BLOCK.section) this.#readByteOrder(start);
    const length = queue.uint32(4, this.#littleEndian);
    if (length < 12 || length % 4 !== 0) throw damaged(start, `a block of ${length} octets cannot be`);
    if (!isRead(type)) {
      queue.skip(length);
      return true;
    }
    if (length > LONGEST_READ_BLOCK) throw damaged(start, `a block of ${length} octets is more than any packet needs`);
    if (queue.length < length) return false;
    if (queue.uint32(length - 4, this.#littleEndian) !== length) {
      throw damaged(start + length - 4, 'the length at the end of a block is not the one at its beginning');
    }
    queue.skip(8);
    const body = queue.take(length - 12);
    queue.skip(4);
    this.#take(type, body, start, emit);
    return true;
  }

  #readByteOrder(start: number): void {
    const magic = this.#queue.uint32(8, true);
    if (magic === BYTE_ORDER_MAGIC) this.#littleEndian = true;
    else if (this.#queue.uint32(8, false) === BYTE_ORDER_MAGIC) this.#littleEndian = false;
    else throw damaged(start + 8, 'no byte-order magic in a section header');
  }

  #take(type: number, body: Buffer, start: number, emit: (packet: CapturePacket) => void): void {
    switch (type) {
      case BLOCK.section:
        this.#section = [];
        return;
      case BLOCK.interface:
        return this.#takeInterface(body, start);
      case BLOCK.enhancedPacket:
        return this.#takePacket(body, start, emit, this.#fits(body, 20, start) ? this.#uint32(body, 0) : 0);
      case BLOCK.packet: // the enhanced one's forerunner: two octets of interface number, two of a drop count
        return this.#takePacket(body, start, emit, this.#fits(body, 20, start) ? this.#uint16(body, 0) : 0);
      case BLOCK.simplePacket:
        return this.#takeSimplePacket(body, start, emit);
      default:
        return this.#takeStatistics(body);
    }
  }

  #fits(body: Buffer, length: number, start: number): boolean {
    if (body.length < length) throw damaged(start, `a block of this type needs ${length} octets and has ${body.length}`);
    return true;
  }

  #takeInterface(body: Buffer, start: number): void {
    this.#fits(body, 8, start);
    if (this.#all.length >= MAX_INTERFACES) throw damaged(start, `more than ${MAX_INTERFACES} interfaces`);
    let name: string | undefined;
    let unitsPerMs = 1000;
    let timeOffset = 0;
    for (const [code, value] of this.#options(body, 8)) {
      if (code === OPTION.interfaceName) name = value.toString('utf8');
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
    };
    this.#all.push(one);
    this.#section.push(one);
  }

  #takePacket(body: Buffer, start: number, emit: (packet: CapturePacket) => void, interfaceNumber: number): void {
    const one = this.#section[interfaceNumber];
    if (!one) throw damaged(start, `a packet of interface ${interfaceNumber}, which the file does not describe`);
    const length = this.#uint32(body, 12);
    if (length > body.length - 20) throw damaged(start, `a packet of ${length} octets in a block of ${body.length + 12}`);
    const units = this.#uint32(body, 4) * 0x1_0000_0000 + this.#uint32(body, 8);
    this.#emit(one, units / one.unitsPerMs + one.timeOffset, body.subarray(20, 20 + length), this.#uint32(body, 16), emit);
  }

  /** Such packets have no time; they count as seen when the one before was. */
  #takeSimplePacket(body: Buffer, start: number, emit: (packet: CapturePacket) => void): void {
    this.#fits(body, 4, start);
    const one = this.#section[0];
    if (!one) throw damaged(start, 'a packet before any interface');
    const originalLength = this.#uint32(body, 0);
    const length = Math.min(originalLength, one.snapLength || originalLength, body.length - 4);
    this.#emit(one, Number.NaN, body.subarray(4, 4 + length), originalLength, emit);
  }

  #emit(one: Interface, time: number, data: Buffer, originalLength: number, emit: (packet: CapturePacket) => void): void {
    if (time > one.lastTime) one.lastTime = time;
    emit({
      time,
      interfaceId: one.index,
      linkType: one.linkType,
      data,
      originalLength: Math.max(originalLength, data.length),
      frame: ++this.#frame,
    });
  }

  #takeStatistics(body: Buffer): void {
    const one = body.length >= 12 ? this.#section[this.#uint32(body, 0)] : undefined;
    if (!one) return;
    for (const [code, value] of this.#options(body, 12)) {
      if (value.length < 8) continue;
      if (code === OPTION.statisticsEnd) one.endTime = this.#endTime(one, this.#uint32(value, 0) * 0x1_0000_0000 + this.#uint32(value, 4));
      if (code === OPTION.statisticsDropped) one.dropped = Number(this.#int64(value));
    }
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

function isRead(type: number): boolean {
  return (
    (type >= BLOCK.interface && type <= BLOCK.simplePacket) ||
    type === BLOCK.section ||
    type === BLOCK.interfaceStatistics ||
    type === BLOCK.enhancedPacket
  );
}

/** if_tsresol: a negative power of ten, or of two where the highest bit is set. */
function unitsPerMsOf(resolution: number): number {
  return (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
}

function damaged(offset: number, what: string): BusyhereError {
  return new BusyhereError('capture', `byte ${offset}: ${what}; the file is damaged here`);
}

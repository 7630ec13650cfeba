import { type CaptureInterface, type CapturePacket, DIRECTION, SOCKETS_OF_A_HOST } from './capture-packet.js';
import type { Sighting } from './event.js';

/** Block types of draft-ietf-opsawg-pcapng. */
export const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 2, simplePacket: 3, interfaceStatistics: 5, enhancedPacket: 6 } as const;
/** The shortest that a block of a type can be, in octets. */
export const SHORTEST: ReadonlyMap<number, number> = new Map([
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

/** Takes the blocks of pcapng sections, as they are cut out of the file, and knows the interfaces that they describe. */
export class PcapngSections {
  readonly #all: Interface[] = [];
  /** Of the current section; interface numbers begin anew with each. */
  #section: Interface[] = [];
  #littleEndian = true;
  #frame = 0;

  get interfaces(): readonly CaptureInterface[] {
    return this.#all;
  }

  /** Takes a block; returns what of its inside cannot be. */
  take(type: number, body: Buffer, littleEndian: boolean, emit: (packet: CapturePacket) => void): string | null {
    this.#littleEndian = littleEndian;
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

/** if_tsresol: a negative power of ten, or of two where the highest bit is set. */
function unitsPerMsOf(resolution: number): number {
  return (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
}

import { BusyhereError } from '../platform/errors.js';
import { ByteQueue } from './byte-queue.js';
import { type CaptureInterface, type CapturePacket, type CaptureParser, LONGEST_PACKET } from './capture-packet.js';
import { DamageLog } from './damage-log.js';
import { type Plausibility, Salvage } from './salvage.js';

const HEADER = 24;
const LONGEST_SILENCE_S = 30 * 24 * 3600;

interface Variant {
  readonly littleEndian: boolean;
  /** Parts of a second that the second timestamp field counts. */
  readonly fractions: number;
  readonly recordHeader: number;
}

/** The magic numbers of draft-ietf-opsawg-pcap, as the first four octets read in big-endian order; and Kuznetzov's variant. */
const VARIANTS: ReadonlyMap<number, Variant> = new Map([
  [0xa1b2c3d4, { littleEndian: false, fractions: 1e6, recordHeader: 16 }],
  [0xd4c3b2a1, { littleEndian: true, fractions: 1e6, recordHeader: 16 }],
  [0xa1b23c4d, { littleEndian: false, fractions: 1e9, recordHeader: 16 }],
  [0x4d3cb2a1, { littleEndian: true, fractions: 1e9, recordHeader: 16 }],
  [0xa1b2cd34, { littleEndian: false, fractions: 1e6, recordHeader: 24 }],
  [0x34cdb2a1, { littleEndian: true, fractions: 1e6, recordHeader: 24 }],
]);

export function isPcapMagic(magic: number): boolean {
  return VARIANTS.has(magic);
}

/** Reads pcap files of both byte orders, with micro- or nanoseconds; goes on behind damaged places. */
export class PcapReader implements CaptureParser {
  readonly interfaces: CaptureInterface[] = [];
  readonly damages = new DamageLog();
  readonly #queue = new ByteQueue();
  readonly #salvage = new Salvage(this.#queue, this.damages, (at, isEnd) => this.#plausible(at, isEnd));
  #variant: Variant | undefined;
  #linkType = 0;
  #frame = 0;
  #lastSeconds: number | undefined;

  get unread(): number {
    return this.#queue.length;
  }

  get offset(): number {
    return this.#queue.offset;
  }

  push(piece: Buffer, emit: (packet: CapturePacket) => void): void {
    this.#queue.add(piece);
    this.#variant ??= this.#readHeader();
    while (this.#readRecord(false, emit));
  }

  end(emit: (packet: CapturePacket) => void): void {
    while (this.#readRecord(true, emit));
  }

  #readHeader(): Variant | undefined {
    if (this.#queue.length < HEADER) return undefined;
    const header = this.#queue.take(HEADER);
    const variant = VARIANTS.get(header.readUInt32BE(0));
    if (!variant) throw new BusyhereError('capture', 'no pcap file: byte 0 begins no magic number of it');
    const network = variant.littleEndian ? header.readUInt32LE(20) : header.readUInt32BE(20);
    this.#linkType = network & 0x0fff_ffff; // the upper bits tell of frame check sequences
    this.interfaces.push({ linkType: this.#linkType, name: undefined });
    return variant;
  }

  /** False when the pieces so far hold no whole record. */
  #readRecord(isEnd: boolean, emit: (packet: CapturePacket) => void): boolean {
    const [queue, variant] = [this.#queue, this.#variant];
    if (!variant || !this.#salvage.search(isEnd) || queue.length < variant.recordHeader) return false;
    const fault = this.#faultAt(0, variant);
    if (fault !== null) {
      this.#salvage.begin(fault);
      return true;
    }
    const length = queue.uint32(8, variant.littleEndian);
    const whole = variant.recordHeader + length;
    const isWhole = queue.length >= whole;
    if (!isWhole && !isEnd) return false;
    const next = isWhole ? whole : queue.length;
    const isDoubtful = !isWhole || (queue.length >= whole + variant.recordHeader && this.#faultAt(whole, variant) !== null);
    // What follows is no record: this one's length is wrong where others begin within it.
    const found = isDoubtful ? this.#salvage.find(variant.recordHeader, next, isEnd) : -1;
    if (found === -1 && !isWhole) return false;
    if (found !== -1)
      this.damages.add({ offset: queue.offset, end: queue.offset + found, what: `a record of ${length} octets holds others` });
    this.#emit(variant, found === -1 ? whole : found, emit);
    return true;
  }

  #emit({ littleEndian, fractions, recordHeader }: Variant, size: number, emit: (packet: CapturePacket) => void): void {
    const queue = this.#queue;
    const seconds = queue.uint32(0, littleEndian);
    const fraction = queue.uint32(4, littleEndian);
    const originalLength = queue.uint32(12, littleEndian);
    queue.take(recordHeader);
    const data = queue.take(size - recordHeader);
    this.#lastSeconds = seconds;
    emit({
      time: seconds * 1000 + (fraction * 1000) / fractions,
      interfaceId: 0,
      linkType: this.#linkType,
      data,
      originalLength: Math.max(originalLength, data.length),
      frame: ++this.#frame,
      sighting: 'passing',
    });
  }

  /** What keeps this from being the header of a record. */
  #faultAt(at: number, { littleEndian, fractions }: Variant): string | null {
    const length = this.#queue.uint32(at + 8, littleEndian);
    if (length > LONGEST_PACKET) return `a packet of ${length} octets is more than any capture holds`;
    const fraction = this.#queue.uint32(at + 4, littleEndian);
    if (fraction >= fractions && this.#lastSeconds !== undefined) return `no time has ${fraction} parts of a second in ${fractions}`;
    if (length === 0 && this.#queue.uint32(at, littleEndian) === 0) return 'there are zeros where a record should be';
    return null;
  }

  /** Stricter than what is asked of a record in its place: it may be anything. */
  #plausible(at: number, isEnd: boolean): Plausibility {
    const [queue, variant] = [this.#queue, this.#variant as Variant];
    const { littleEndian, fractions, recordHeader } = variant;
    if (at + recordHeader > queue.length) return isEnd ? 'no' : 'later';
    if (!this.#looksLikeHeader(at, littleEndian, fractions)) return 'no';
    const next = at + recordHeader + queue.uint32(at + 8, littleEndian);
    if (next === queue.length && isEnd) return 'yes';
    if (next + recordHeader > queue.length) return isEnd ? 'no' : 'later';
    return this.#looksLikeHeader(next, littleEndian, fractions) ? 'yes' : 'no';
  }

  #looksLikeHeader(at: number, littleEndian: boolean, fractions: number): boolean {
    const queue = this.#queue;
    const length = queue.uint32(at + 8, littleEndian);
    if (length === 0 || length > LONGEST_PACKET || queue.uint32(at + 4, littleEndian) >= fractions) return false;
    const originalLength = queue.uint32(at + 12, littleEndian);
    if (originalLength < length || originalLength > LONGEST_PACKET) return false;
    return (
      Math.abs(queue.uint32(at, littleEndian) - (this.#lastSeconds ?? 0)) <
      (this.#lastSeconds === undefined ? Number.POSITIVE_INFINITY : LONGEST_SILENCE_S)
    );
  }
}

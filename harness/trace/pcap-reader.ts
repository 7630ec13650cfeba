import { BusyhereError } from '../platform/errors.js';
import { ByteQueue } from './byte-queue.js';
import { type CaptureInterface, type CapturePacket, type CaptureParser, LONGEST_PACKET } from './capture-packet.js';

const HEADER = 24;

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

/** Reads pcap files of both byte orders, with micro- or nanoseconds. */
export class PcapReader implements CaptureParser {
  readonly interfaces: CaptureInterface[] = [];
  readonly #queue = new ByteQueue();
  #variant: Variant | undefined;
  #linkType = 0;
  #frame = 0;

  get unread(): number {
    return this.#queue.length;
  }

  get offset(): number {
    return this.#queue.offset;
  }

  push(piece: Buffer, emit: (packet: CapturePacket) => void): void {
    this.#queue.add(piece);
    const variant = (this.#variant ??= this.#readHeader());
    if (!variant) return;
    for (let packet = this.#readRecord(variant); packet; packet = this.#readRecord(variant)) emit(packet);
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

  #readRecord({ littleEndian, fractions, recordHeader }: Variant): CapturePacket | undefined {
    const queue = this.#queue;
    if (queue.length < recordHeader) return undefined;
    const length = queue.uint32(8, littleEndian);
    if (length > LONGEST_PACKET) {
      throw new BusyhereError(
        'capture',
        `byte ${queue.offset}: a packet of ${length} octets is more than any capture holds; the file is damaged here`,
      );
    }
    if (queue.length < recordHeader + length) return undefined;
    const seconds = queue.uint32(0, littleEndian);
    const fraction = queue.uint32(4, littleEndian);
    const originalLength = queue.uint32(12, littleEndian);
    queue.take(recordHeader);
    return {
      time: seconds * 1000 + (fraction * 1000) / fractions,
      interfaceId: 0,
      linkType: this.#linkType,
      data: queue.take(length),
      originalLength: Math.max(originalLength, length),
      frame: ++this.#frame,
    };
  }
}

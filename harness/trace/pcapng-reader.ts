import { ByteQueue } from './byte-queue.js';
import { type CaptureInterface, type CapturePacket, type CaptureParser, LONGEST_PACKET } from './capture-packet.js';
import { DamageLog } from './damage-log.js';
import { BLOCK, PcapngSections, SHORTEST } from './pcapng-sections.js';
import { type Plausibility, Salvage } from './salvage.js';

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LONGEST_BLOCK = LONGEST_PACKET + 64 * 1024;

export const PCAPNG_MAGIC = BLOCK.section;

/** Reads pcapng files: several sections and interfaces, any time resolution; blocks of no use here are left out, and damaged places. */
export class PcapngReader implements CaptureParser {
  readonly damages = new DamageLog();
  readonly #sections = new PcapngSections();
  readonly #queue = new ByteQueue();
  readonly #salvage = new Salvage(this.#queue, this.damages, (at, isEnd) => this.#plausible(at, isEnd));
  #littleEndian = true;

  get interfaces(): readonly CaptureInterface[] {
    return this.#sections.interfaces;
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
    const inside = this.#sections.take(type, body, order, emit);
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
    const initial = queue.octet(at); // nearly all octets of noise end here
    if (initial > 0x0a || (this.#littleEndian && initial === 0)) return 'no';
    const type = queue.uint32(at, this.#littleEndian);
    const shortest = SHORTEST.get(type);
    if (shortest === undefined) return 'no';
    const order = type === BLOCK.section ? this.#byteOrderAt(at) : this.#littleEndian;
    const length = order === undefined ? 0 : queue.uint32(at + 4, order);
    if (order === undefined || length < shortest || faultOfLength(length) !== null) return 'no';
    if (at + length > queue.length) return isEnd ? 'no' : 'later';
    return queue.uint32(at + length - 4, order) === length ? 'yes' : 'no';
  }
}

function faultOfLength(length: number): string | null {
  if (length < 12 || length % 4 !== 0) return `a block of ${length} octets cannot be`;
  return length > LONGEST_BLOCK ? `a block of ${length} octets is more than any packet needs` : null;
}

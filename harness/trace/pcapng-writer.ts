import { DIRECTION, SOCKETS_OF_A_HOST } from './capture-packet.js';
import type { Sighting, TraceEvent } from './event.js';
import { udpPacket } from './udp-packet.js';

const BLOCK = { section: 0x0a0d0d0a, interface: 1, interfaceStatistics: 5, enhancedPacket: 6 } as const;
const OPTION = {
  end: 0,
  comment: 1,
  interfaceName: 2,
  interfaceDescription: 3,
  packetFlags: 2,
  application: 4,
  statisticsEnd: 3,
  timeResolution: 9,
} as const;
const LINK_TYPE_RAW_IP = 101;
const MICROSECONDS = 6; // if_tsresol: 10^-6 s

/** Makes the blocks of a pcapng file (draft-ietf-opsawg-pcapng), one after another. */
export class PcapngWriter {
  #interfaces = 0;

  /** The section header: the file's first block. */
  section(application: string, comment?: string): Buffer {
    const fixed = Buffer.alloc(16);
    fixed.writeUInt32LE(0x1a2b3c4d, 0);
    fixed.writeUInt16LE(1, 4); // version 1.0
    fixed.writeBigInt64LE(-1n, 8); // length not given
    return block(BLOCK.section, fixed, [text(OPTION.application, application), ...comments(comment)]);
  }

  /** Describes the next interface; they are numbered from 0. */
  interface(name: string, description?: string): Buffer {
    this.#interfaces += 1;
    const fixed = Buffer.alloc(8);
    fixed.writeUInt16LE(LINK_TYPE_RAW_IP, 0);
    return block(BLOCK.interface, fixed, [
      text(OPTION.interfaceName, name),
      ...(description === undefined ? [] : [text(OPTION.interfaceDescription, description)]),
      option(OPTION.timeResolution, Buffer.from([MICROSECONDS])),
    ]);
  }

  /** @param startedAt wall time of the trace's beginning, ms since 1970 */
  datagram(interfaceId: number, startedAt: number, event: TraceEvent, comment?: string): Buffer {
    const packet = udpPacket(event.source, event.destination, event.bytes);
    const fixed = Buffer.alloc(20);
    fixed.writeUInt32LE(interfaceId, 0);
    writeTime(fixed, 4, startedAt + event.time);
    fixed.writeUInt32LE(packet.length, 12);
    fixed.writeUInt32LE(packet.length, 16);
    return block(BLOCK.enhancedPacket, Buffer.concat([fixed, padded(packet)]), [...directionFlags(event.sighting), ...comments(comment)]);
  }

  /** Says of every interface until when it was watched, so that silence can be told from a capture's end. */
  *watchedUntil(time: number): Generator<Buffer> {
    for (let interfaceId = 0; interfaceId < this.#interfaces; interfaceId++) {
      const fixed = Buffer.alloc(12);
      fixed.writeUInt32LE(interfaceId, 0);
      writeTime(fixed, 4, time);
      const end = Buffer.alloc(8);
      writeTime(end, 0, time);
      yield block(BLOCK.interfaceStatistics, fixed, [option(OPTION.statisticsEnd, end)]);
    }
  }
}

export interface TraceFileOptions {
  /** The writing program, with its version. */
  readonly application: string;
  /** Wall time of the trace's beginning, ms since 1970. */
  readonly startedAt: number;
  /** Until when it was watched, ms of the trace. */
  readonly end: number;
  /** Stands at the head of the file: which case, which verdict. */
  readonly comment?: string;
  /** Stands with the datagram, as where a response ended. */
  commentOf?(event: TraceEvent): string | undefined;
}

/**
 * A trace as a pcapng file, in pieces: an interface for each point, so a datagram seen at both ends stands in it twice.
 * Events on streams are left out: their segments are not known any more.
 */
export function* pcapngOfTrace(events: readonly TraceEvent[], options: TraceFileOptions): Generator<Buffer> {
  const writer = new PcapngWriter();
  yield writer.section(options.application, options.comment);
  const numbers = new Map<string, number>();
  for (const { point, sighting } of events) {
    if (numbers.has(point)) continue;
    numbers.set(point, numbers.size);
    yield writer.interface(point, sighting === 'passing' ? undefined : SOCKETS_OF_A_HOST);
  }
  for (const event of events) {
    if (event.transport !== 'udp') continue;
    yield writer.datagram(numbers.get(event.point) ?? 0, options.startedAt, event, options.commentOf?.(event));
  }
  yield* writer.watchedUntil(options.startedAt + options.end);
}

function block(type: number, fixed: Buffer, options: readonly Buffer[]): Buffer {
  const end = options.length > 0 ? [Buffer.alloc(4)] : [];
  const length = 12 + fixed.length + options.reduce((sum, one) => sum + one.length, 0) + (end.length > 0 ? 4 : 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(length, 0);
  return Buffer.concat([head, fixed, ...options, ...end, tail]);
}

function option(code: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

const LONGEST_TEXT = 60_000; // an option's length has 16 bits

function text(code: number, value: string): Buffer {
  return option(code, Buffer.from(value, 'utf8').subarray(0, LONGEST_TEXT));
}

function comments(comment: string | undefined): Buffer[] {
  return comment === undefined ? [] : [text(OPTION.comment, comment)];
}

function directionFlags(sighting: Sighting): Buffer[] {
  if (sighting === 'passing') return [];
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(DIRECTION[sighting], 0);
  return [option(OPTION.packetFlags, flags)];
}

function padded(bytes: Buffer): Buffer {
  const missing = (4 - (bytes.length % 4)) % 4;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

function writeTime(into: Buffer, at: number, ms: number): void {
  const units = Math.round(ms * 1000);
  into.writeUInt32LE(Math.floor(units / 0x1_0000_0000), at);
  into.writeUInt32LE(units % 0x1_0000_0000, at + 4);
}

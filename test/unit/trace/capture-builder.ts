import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import { udpPacket } from '../../../harness/trace/udp-packet.js';

/** Builds capture files octet by octet, apart from the reader's and the writer's own code. */

export interface Frame {
  /** ms since 1970 */
  readonly time: number;
  readonly data: Buffer;
  readonly originalLength?: number;
}

export const EPOCH = Date.UTC(2024, 0, 1);

export function pcap(linkType: number, frames: readonly Frame[], { big = false, nanoseconds = false, kuznetzov = false } = {}): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (big) bytes.writeUInt32BE(value >>> 0);
    else bytes.writeUInt32LE(value >>> 0);
    return bytes;
  };
  const magic = kuznetzov ? 0xa1b2cd34 : nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const parts = [u32(magic), big ? Buffer.from([0, 2, 0, 4]) : Buffer.from([2, 0, 4, 0]), u32(0), u32(0), u32(262144), u32(linkType)];
  for (const { time, data, originalLength } of frames) {
    const seconds = Math.floor(time / 1000);
    const fraction = Math.round((time - seconds * 1000) * (nanoseconds ? 1e6 : 1e3));
    parts.push(u32(seconds), u32(fraction), u32(data.length), u32(originalLength ?? data.length));
    if (kuznetzov) parts.push(Buffer.alloc(8));
    parts.push(data);
  }
  return Buffer.concat(parts);
}

export interface PcapngInterface {
  readonly linkType: number;
  readonly name?: string;
  /** The octet of if_tsresol; 6 when left out. */
  readonly resolution?: number;
  readonly offsetSeconds?: number;
}

export type PcapngFrame = Frame & { readonly interfaceId?: number; readonly comment?: string };

export function pcapng(interfaces: readonly PcapngInterface[], frames: readonly PcapngFrame[], { big = false } = {}): Buffer {
  const make = new PcapngBlocks(big);
  return Buffer.concat([
    make.section(),
    ...interfaces.map((one) => make.interface(one)),
    make.block(0x0bad, Buffer.alloc(12)), // a block that nobody knows
    ...frames.map((frame) => make.packet(frame, interfaces[frame.interfaceId ?? 0] as PcapngInterface)),
  ]);
}

export class PcapngBlocks {
  constructor(private readonly big: boolean) {}

  number(value: number, size: 2 | 4): Buffer {
    const bytes = Buffer.alloc(size);
    if (this.big) bytes.writeUIntBE(value, 0, size);
    else bytes.writeUIntLE(value, 0, size);
    return bytes;
  }

  block(type: number, body: Buffer): Buffer {
    const padding = Buffer.alloc((4 - (body.length % 4)) % 4);
    const length = this.number(12 + body.length + padding.length, 4);
    return Buffer.concat([this.number(type, 4), length, body, padding, length]);
  }

  section(): Buffer {
    return this.block(0x0a0d0d0a, Buffer.concat([this.number(0x1a2b3c4d, 4), this.number(1, 2), this.number(0, 2), Buffer.alloc(8, 0xff)]));
  }

  interface({ linkType, name, resolution, offsetSeconds }: PcapngInterface): Buffer {
    const offset = Buffer.alloc(8);
    if (this.big) offset.writeBigInt64BE(BigInt(offsetSeconds ?? 0));
    else offset.writeBigInt64LE(BigInt(offsetSeconds ?? 0));
    const options = [
      ...(name === undefined ? [] : [this.option(2, Buffer.from(name))]),
      ...(resolution === undefined ? [] : [this.option(9, Buffer.from([resolution]))]),
      ...(offsetSeconds === undefined ? [] : [this.option(14, offset)]),
      this.option(0, Buffer.alloc(0)),
    ];
    return this.block(1, Buffer.concat([this.number(linkType, 2), this.number(0, 2), this.number(0, 4), ...options]));
  }

  packet(
    { time, data, originalLength, interfaceId = 0, comment }: PcapngFrame,
    { resolution = 6, offsetSeconds = 0 }: PcapngInterface,
  ): Buffer {
    const perSecond = resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
    const units = (BigInt(Math.round((time - offsetSeconds * 1000) * 1000)) * perSecond) / 1_000_000n;
    const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
    const body = [
      this.number(interfaceId, 4),
      this.number(Number(units >> 32n), 4),
      this.number(Number(units & 0xffff_ffffn), 4),
      this.number(data.length, 4),
      this.number(originalLength ?? data.length, 4),
      data,
      padding,
      ...(comment === undefined ? [] : [this.option(1, Buffer.from(comment)), this.option(0, Buffer.alloc(0))]),
    ];
    return this.block(6, Buffer.concat(body));
  }

  option(code: number, value: Buffer): Buffer {
    return Buffer.concat([this.number(code, 2), this.number(value.length, 2), value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
  }
}

export function ethernet(ip: Buffer, tags: readonly number[] = []): Buffer {
  const type = (ip[0] as number) >> 4 === 4 ? 0x0800 : 0x86dd;
  const types = [...tags, type];
  const parts: Buffer[] = [Buffer.alloc(12, 2)];
  for (const [index, one] of types.entries()) parts.push(uint16(one), ...(index < types.length - 1 ? [uint16(100 + index)] : []));
  return Buffer.concat([...parts, ip]);
}

export function linuxCooked(ip: Buffer, packetType = 0): Buffer {
  return Buffer.concat([
    uint16(packetType),
    uint16(1),
    uint16(6),
    Buffer.alloc(8),
    uint16((ip[0] as number) >> 4 === 4 ? 0x0800 : 0x86dd),
    ip,
  ]);
}

export function linuxCooked2(ip: Buffer): Buffer {
  return Buffer.concat([uint16((ip[0] as number) >> 4 === 4 ? 0x0800 : 0x86dd), Buffer.alloc(18), ip]);
}

export function bsdLoopback(ip: Buffer): Buffer {
  return Buffer.concat([Buffer.from([2, 0, 0, 0]), ip]);
}

export function udp(source: SocketAddress, destination: SocketAddress, text: string): Buffer {
  return udpPacket(source, destination, Buffer.from(text, 'latin1'));
}

/** The same IPv4 packet in parts of at most `size` octets of payload. */
export function fragments(ip: Buffer, size: number, id = 7): Buffer[] {
  const payload = ip.subarray(20);
  const parts: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size);
    const header = Buffer.from(ip.subarray(0, 20));
    header.writeUInt16BE(20 + part.length, 2);
    header.writeUInt16BE(id, 4);
    header.writeUInt16BE((at + size < payload.length ? 0x2000 : 0) | (at / 8), 6);
    parts.push(Buffer.concat([header, part]));
  }
  return parts;
}

export interface Segment {
  readonly sequence: number;
  readonly text?: string;
  readonly bytes?: Buffer;
  readonly flags?: number;
  readonly acknowledged?: number;
}

export const TCP = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

export function tcp(
  source: SocketAddress,
  destination: SocketAddress,
  { sequence, text = '', bytes, flags = TCP.ack, acknowledged = 0 }: Segment,
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(source.port, 0);
  header.writeUInt16BE(destination.port, 2);
  header.writeUInt32BE(sequence >>> 0, 4);
  header.writeUInt32BE(acknowledged >>> 0, 8);
  header[12] = 0x50;
  header[13] = flags;
  const packet = udpPacket(source, destination, Buffer.concat([header, bytes ?? Buffer.from(text, 'latin1')]));
  const headerLength = (packet[0] as number) >> 4 === 4 ? 20 : 40;
  packet[headerLength === 20 ? 9 : 6] = 6;
  const whole = Buffer.concat([packet.subarray(0, headerLength), packet.subarray(headerLength + 8)]);
  if (headerLength === 20) whole.writeUInt16BE(whole.length, 2);
  else whole.writeUInt16BE(whole.length - 40, 4);
  return whole;
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

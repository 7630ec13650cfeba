import { isIPv6 } from 'node:net';
import type { SocketAddress } from '../platform/socket-address.js';

const UDP = 17;
const HOP_LIMIT = 64;

/** The IP packet of a datagram, with right lengths and checksums (RFC 791, RFC 8200, RFC 768), for capture files. */
export function udpPacket(source: SocketAddress, destination: SocketAddress, payload: Buffer): Buffer {
  const datagram = Buffer.alloc(8 + payload.length);
  datagram.writeUInt16BE(source.port, 0);
  datagram.writeUInt16BE(destination.port, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  payload.copy(datagram, 8);
  const isV6 = isIPv6(source.address);
  const from = isV6 ? ipv6Octets(source.address) : ipv4Octets(source.address);
  const to = isV6 ? ipv6Octets(destination.address) : ipv4Octets(destination.address);
  const pseudoHeader = Buffer.concat([from, to, Buffer.from([0, UDP]), datagram.subarray(4, 6)]);
  datagram.writeUInt16BE(checksum([pseudoHeader, datagram]) || 0xffff, 6); // RFC 768: zero means none
  return Buffer.concat([isV6 ? ipv6Header(from, to, datagram.length) : ipv4Header(from, to, datagram.length), datagram]);
}

function ipv4Header(from: Buffer, to: Buffer, length: number): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + length, 2);
  header.writeUInt16BE(0x4000, 6); // do not fragment
  header[8] = HOP_LIMIT;
  header[9] = UDP;
  from.copy(header, 12);
  to.copy(header, 16);
  header.writeUInt16BE(checksum([header]), 10);
  return header;
}

function ipv6Header(from: Buffer, to: Buffer, length: number): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(length, 4);
  header[6] = UDP;
  header[7] = HOP_LIMIT;
  from.copy(header, 8);
  to.copy(header, 24);
  return header;
}

/** RFC 1071. */
function checksum(parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] as number) << 8) | (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function ipv4Octets(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** RFC 4291 §2.2; a zone (`fe80::1%eth0`) is no part of the address on the wire. */
function ipv6Octets(address: string): Buffer {
  const [bare = ''] = address.split('%');
  const [before = '', after] = bare.split('::');
  const head = groupsOf(before);
  const tail = after === undefined ? [] : groupsOf(after);
  const groups = [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  const octets = Buffer.alloc(16);
  for (let index = 0; index < 8; index++) octets.writeUInt16BE(groups[index] ?? 0, index * 2);
  return octets;
}

function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const octets = ipv4Octets(group);
    return [octets.readUInt16BE(0), octets.readUInt16BE(2)];
  });
}

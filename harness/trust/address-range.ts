import { isIP } from 'node:net';
import { BusyhereError } from '../platform/errors.js';

/** The addresses that share their first bits: one address, or a CIDR block. */
export interface AddressRange {
  /** 4 octets for IPv4, 16 for IPv6. */
  readonly octets: readonly number[];
  /** How many leading bits must agree: 32 or 128 for a single address. */
  readonly prefixLength: number;
}

/** IPv4 addresses mapped into IPv6 (RFC 4291 §2.5.5.2) are the IPv4 address: a dual-stack socket shows them so. */
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1` or `2001:db8::/32`. Bits behind the prefix are ignored.
 * @throws BusyhereError `configuration`
 */
export function parseAddressRange(text: string): AddressRange {
  const slash = text.indexOf('/');
  const octets = addressOctets(slash < 0 ? text : text.slice(0, slash));
  if (!octets) throw new BusyhereError('configuration', `"${text}" is neither an IP address nor a CIDR block`);
  const bits = octets.length * 8;
  const length = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) {
    throw new BusyhereError('configuration', `"${text}": the prefix length is a number from 0 to ${bits}`);
  }
  return { octets, prefixLength: Number(length) };
}

export function rangeContains(range: AddressRange, octets: readonly number[]): boolean {
  if (octets.length !== range.octets.length) return false;
  let bits = range.prefixLength;
  for (let index = 0; bits > 0; index++, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
    if (((octets[index] ?? 0) & mask) !== ((range.octets[index] ?? 0) & mask)) return false;
  }
  return true;
}

/** The octets of an IP address (IPv6 with or without brackets or zone); undefined where the text is none. */
export function addressOctets(text: string): readonly number[] | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const zone = bare.indexOf('%');
  const address = zone < 0 ? bare : bare.slice(0, zone);
  switch (isIP(address)) {
    case 4:
      return ipv4Octets(address);
    case 6:
      return unmapped(ipv6Octets(address));
    default:
      return undefined;
  }
}

function ipv4Octets(address: string): number[] {
  return address.split('.').map(Number);
}

function ipv6Octets(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const front = groupOctets(head);
  if (tail === undefined) return front;
  const back = groupOctets(tail);
  return [...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back];
}

/** `2001:db8`, also with a dotted IPv4 address as its last group. */
function groupOctets(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return ipv4Octets(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function unmapped(octets: number[]): number[] {
  return MAPPED_PREFIX.every((octet, index) => octets[index] === octet) ? octets.slice(12) : octets;
}

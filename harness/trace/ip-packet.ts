/** An IP packet's transport part, or a fragment of one. */
export interface IpPayload {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly payload: Buffer;
  /** Octets of payload that the packet had on the wire; more than `payload` where the capture cut it off. */
  readonly length: number;
  /** Set for a part of a fragmented packet. */
  readonly fragment: { readonly id: number; readonly offset: number; readonly more: boolean } | undefined;
}

/** The octets of an address, as a key; {@link formatIpAddress} makes them readable. */
export type IpAddress = string;

const HEADERS_BEFORE_PAYLOAD = new Set([0, 43, 60, 135, 139, 140]); // RFC 8200 §4, RFC 6275, RFC 7401, RFC 5533
const FRAGMENT_HEADER = 44;
const AUTHENTICATION_HEADER = 51;
const MOST_EXTENSION_HEADERS = 16;

/** Reads an IPv4 or IPv6 packet; undefined where it is damaged or cut off before its payload. */
export function readIpPacket(frame: Buffer, at: number): IpPayload | undefined {
  return (frame[at] as number) >> 4 === 4 ? readIpv4(frame, at) : readIpv6(frame, at);
}

/** RFC 791 §3.1. */
function readIpv4(frame: Buffer, at: number): IpPayload | undefined {
  if (frame.length < at + 20) return undefined;
  const headerLength = ((frame[at] as number) & 0x0f) * 4;
  let totalLength = frame.readUInt16BE(at + 2);
  if (totalLength === 0) totalLength = frame.length - at; // segmentation offload: the length did not fit
  if (headerLength < 20 || totalLength < headerLength || frame.length < at + headerLength) return undefined;
  const flags = frame.readUInt16BE(at + 6);
  const offset = (flags & 0x1fff) * 8;
  const more = (flags & 0x2000) !== 0;
  const protocol = frame[at + 9] as number;
  return {
    source: addressAt(frame, at + 12, 4),
    destination: addressAt(frame, at + 16, 4),
    protocol,
    payload: frame.subarray(at + headerLength, Math.min(at + totalLength, frame.length)),
    length: totalLength - headerLength,
    fragment: offset > 0 || more ? { id: frame.readUInt16BE(at + 4), offset, more } : undefined,
  };
}

/** RFC 8200 §3 and §4. */
function readIpv6(frame: Buffer, at: number): IpPayload | undefined {
  if (frame.length < at + 40) return undefined;
  const length = frame.readUInt16BE(at + 4) || frame.length - at - 40;
  const end = at + 40 + length;
  let protocol = frame[at + 6] as number;
  let position = at + 40;
  let fragment: IpPayload['fragment'];
  for (let headers = 0; headers < MOST_EXTENSION_HEADERS; headers++) {
    const isPlain = HEADERS_BEFORE_PAYLOAD.has(protocol);
    if (!isPlain && protocol !== FRAGMENT_HEADER && protocol !== AUTHENTICATION_HEADER) break;
    if (position + 8 > frame.length) return undefined;
    if (protocol === FRAGMENT_HEADER) {
      const field = frame.readUInt16BE(position + 2);
      fragment = { id: frame.readUInt32BE(position + 4), offset: field & 0xfff8, more: (field & 1) === 1 };
    }
    const size = frame[position + 1] as number;
    const next = frame[position] as number;
    position += protocol === FRAGMENT_HEADER ? 8 : protocol === AUTHENTICATION_HEADER ? (size + 2) * 4 : (size + 1) * 8;
    protocol = next;
    if (fragment && fragment.offset > 0) break; // what follows is in the middle of the payload
  }
  if (position > frame.length || position > end) return undefined;
  const whole = fragment && fragment.offset === 0 && !fragment.more ? undefined : fragment; // RFC 6946: a fragment that is all
  return {
    source: addressAt(frame, at + 8, 16),
    destination: addressAt(frame, at + 24, 16),
    protocol,
    payload: frame.subarray(position, Math.min(end, frame.length)),
    length: end - position,
    fragment: whole,
  };
}

/** `192.0.2.1`, or IPv6 in the form of RFC 5952. */
export function formatIpAddress(address: IpAddress): string {
  if (address.length === 4) return `${address.charCodeAt(0)}.${address.charCodeAt(1)}.${address.charCodeAt(2)}.${address.charCodeAt(3)}`;
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((address.charCodeAt(at) << 8) | address.charCodeAt(at + 1));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return formatIpAddress(address.slice(12)); // IPv4-mapped
  const gap = longestZeroRun(groups);
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (gap.length < 2) return text(groups);
  return `${text(groups.slice(0, gap.start))}::${text(groups.slice(gap.start + gap.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let run = 0;
  groups.forEach((group, index) => {
    run = group === 0 ? run + 1 : 0;
    if (run > best.length) best = { start: index - run + 1, length: run };
  });
  return best;
}

function addressAt(frame: Buffer, at: number, length: number): IpAddress {
  return frame.toString('latin1', at, at + length);
}

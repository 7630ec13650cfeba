/** Link types of draft-ietf-opsawg-pcaplinktype that carry IP and that we read. */
const LINK = {
  bsdLoopback: 0,
  ethernet: 1,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  openBsdLoopback: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const ETHER = { ipv4: 0x0800, ipv6: 0x86dd, pppoe: 0x8864, mpls: 0x8847 } as const;
const VLAN_TAGS = new Set([0x8100, 0x88a8, 0x9100, 0x9200]); // IEEE 802.1Q, 802.1ad, and what came before it
const DEEPEST_STACK = 8;

/** Where the IP packet begins in a frame; -1 where there is none; undefined where the link type is not one that we read. */
export function ipOffset(linkType: number, frame: Buffer): number | undefined {
  switch (linkType) {
    case LINK.ethernet:
      return frame.length < 14 ? -1 : etherPayload(frame, frame.readUInt16BE(12), 14);
    case LINK.linuxCooked:
      return frame.length < 16 ? -1 : etherPayload(frame, frame.readUInt16BE(14), 16);
    case LINK.linuxCooked2:
      return frame.length < 20 ? -1 : etherPayload(frame, frame.readUInt16BE(0), 20);
    case LINK.bsdLoopback:
    case LINK.openBsdLoopback:
      return ipVersionAt(frame, 4); // four octets of address family, in whichever byte order, with a number per system
    case LINK.raw:
    case LINK.rawBsd:
    case LINK.rawOpenBsd:
    case LINK.ipv4:
    case LINK.ipv6:
      return ipVersionAt(frame, 0);
    default:
      return undefined;
  }
}

function etherPayload(frame: Buffer, firstType: number, firstAt: number): number {
  let type = firstType;
  let at = firstAt;
  for (let depth = 0; VLAN_TAGS.has(type) && depth < DEEPEST_STACK && at + 4 <= frame.length; depth++) {
    type = frame.readUInt16BE(at + 2);
    at += 4;
  }
  if (type === ETHER.ipv4 || type === ETHER.ipv6) return ipVersionAt(frame, at);
  if (type === ETHER.pppoe) return ipVersionAt(frame, at + 8); // RFC 2516 §4, and two octets of PPP protocol
  if (type === ETHER.mpls) return ipVersionAt(frame, bottomOfStack(frame, at));
  return -1;
}

/** RFC 3032 §2.1: labels of four octets, the last one marked. */
function bottomOfStack(frame: Buffer, from: number): number {
  let at = from;
  for (let depth = 0; depth < DEEPEST_STACK && at + 4 <= frame.length; depth++, at += 4) {
    if ((frame.readUInt8(at + 2) & 1) === 1) return at + 4;
  }
  return frame.length;
}

function ipVersionAt(frame: Buffer, at: number): number {
  if (at >= frame.length) return -1;
  const version = (frame[at] as number) >> 4;
  return version === 4 || version === 6 ? at : -1;
}

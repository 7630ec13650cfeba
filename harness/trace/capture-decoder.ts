import type { SocketAddress } from '../platform/socket-address.js';
import type { CapturePacket } from './capture-packet.js';
import type { Sighting } from './event.js';
import { FragmentStore } from './ip-fragments.js';
import { formatIpAddress, type IpAddress, type IpPayload, readIpPacket } from './ip-packet.js';
import { ipOffset } from './link-layer.js';
import { looksLikeSip } from './looks-like-sip.js';
import { readTcpSegment, TcpStreams } from './tcp-streams.js';

/** A SIP message as a capture shows it. */
export interface CapturedMessage {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly interfaceId: number;
  readonly transport: 'udp' | 'tcp';
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly bytes: Buffer;
  /** More than `bytes` where the capture cut it off. */
  readonly originalLength: number;
  readonly frame: number;
  readonly sighting: Sighting;
}

const PROTOCOL = { tcp: 6, udp: 17 } as const;
const MOST_ADDRESSES = 50_000;

/** Finds the SIP messages in captured packets, on any port, by their content. */
export class CaptureDecoder {
  readonly fragments = new FragmentStore();
  readonly streams = new TcpStreams();
  packets = 0;
  messages = 0;
  /** SIP messages that the capture cut off. */
  truncated = 0;
  /** Packets by link types that are not read. */
  readonly unreadLinkTypes = new Map<number, number>();
  readonly #addresses = new Map<string, Map<number, SocketAddress>>();
  /** Time of the latest packet of any kind, ms since 1970. */
  lastPacketTime = Number.NEGATIVE_INFINITY;
  #lastTime = 0;

  /** Gives what a packet holds or completes to `emit`. */
  decode(packet: CapturePacket, emit: (message: CapturedMessage) => void): void {
    this.packets += 1;
    if (!Number.isNaN(packet.time)) this.#lastTime = packet.time; // simple packets of pcapng have none
    if (this.#lastTime > this.lastPacketTime) this.lastPacketTime = this.#lastTime;
    const at = ipOffset(packet.linkType, packet.data);
    if (at === undefined) {
      this.unreadLinkTypes.set(packet.linkType, (this.unreadLinkTypes.get(packet.linkType) ?? 0) + 1);
      return;
    }
    const part = at === -1 ? undefined : readIpPacket(packet.data, at);
    const ip = part?.fragment ? this.fragments.add(String(packet.interfaceId), part, this.#lastTime) : part;
    if (ip?.protocol === PROTOCOL.udp) this.#udp(packet, ip, emit);
    else if (ip?.protocol === PROTOCOL.tcp) this.#tcp(packet, ip, emit);
  }

  /** RFC 768. */
  #udp(packet: CapturePacket, ip: IpPayload, emit: (message: CapturedMessage) => void): void {
    const { payload } = ip;
    if (payload.length < 8) return;
    const stated = payload.readUInt16BE(4);
    const length = (stated >= 8 && stated <= ip.length ? stated : ip.length) - 8;
    const bytes = payload.subarray(8, Math.min(8 + length, payload.length));
    if (!looksLikeSip(bytes)) return;
    this.#emit(packet, 'udp', ip, payload.readUInt16BE(0), payload.readUInt16BE(2), bytes, length, emit);
  }

  #tcp(packet: CapturePacket, ip: IpPayload, emit: (message: CapturedMessage) => void): void {
    const read = readTcpSegment(ip.payload, ip.length);
    if (!read) return;
    const { sourcePort, destinationPort, segment } = read;
    const one = `${packet.interfaceId} ${ip.source}${sourcePort} ${ip.destination}${destinationPort}`;
    const other = `${packet.interfaceId} ${ip.destination}${destinationPort} ${ip.source}${sourcePort}`;
    const { own, reverse } = this.streams.push(one, other, segment);
    const back = { ...ip, source: ip.destination, destination: ip.source };
    for (const bytes of reverse) this.#emit(packet, 'tcp', back, destinationPort, sourcePort, bytes, bytes.length, emit);
    for (const bytes of own) this.#emit(packet, 'tcp', ip, sourcePort, destinationPort, bytes, bytes.length, emit);
  }

  #emit(
    packet: CapturePacket,
    transport: 'udp' | 'tcp',
    ip: Pick<IpPayload, 'source' | 'destination'>,
    sourcePort: number,
    destinationPort: number,
    bytes: Buffer,
    originalLength: number,
    emit: (message: CapturedMessage) => void,
  ): void {
    this.messages += 1;
    if (originalLength > bytes.length) this.truncated += 1;
    emit({
      time: this.#lastTime,
      interfaceId: packet.interfaceId,
      transport,
      source: this.#address(ip.source, sourcePort),
      destination: this.#address(ip.destination, destinationPort),
      bytes,
      originalLength,
      frame: packet.frame,
      sighting: packet.sighting,
    });
  }

  /** One object for one address: captures repeat few of them many times. */
  #address(ip: IpAddress, port: number): SocketAddress {
    let ports = this.#addresses.get(ip);
    if (!ports) {
      if (this.#addresses.size >= MOST_ADDRESSES) this.#addresses.clear();
      ports = new Map();
      this.#addresses.set(ip, ports);
    }
    let address = ports.get(port);
    if (!address) {
      if (ports.size >= MOST_ADDRESSES) ports.clear();
      address = { address: ports.values().next().value?.address ?? formatIpAddress(ip), port };
      ports.set(port, address);
    }
    return address;
  }
}

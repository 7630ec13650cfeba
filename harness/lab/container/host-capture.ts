import { BusyhereError } from '../../platform/errors.js';
import { CaptureDecoder, type CapturedMessage } from '../../trace/capture-decoder.js';
import type { CapturePacket } from '../../trace/capture-packet.js';
import { readIpPacket } from '../../trace/ip-packet.js';
import { ipOffset } from '../../trace/link-layer.js';
import { PcapReader } from '../../trace/pcap-reader.js';
import { MARKER_PORT, markerRound } from './marker.js';

export interface HostCaptureHandlers {
  message(message: CapturedMessage): void;
  /** A marker was seen at that time, ms since 1970. */
  marker(round: number, time: number): void;
}

const UDP = 17;
const UDP_HEADER = 8;

/** What the capture beside one host shows, as it comes in. */
export class HostCapture {
  readonly #reader = new PcapReader();
  readonly #decoder = new CaptureDecoder();

  /** @param run tells the markers of this run from those of others */
  constructor(
    private readonly run: string,
    private readonly handlers: HostCaptureHandlers,
  ) {}

  /** Takes the next piece of the capture. @throws BusyhereError `environment` where it is none */
  push(piece: Buffer): void {
    try {
      this.#reader.push(piece, (packet) => this.#packet(packet));
    } catch (cause) {
      throw new BusyhereError('environment', `the capture cannot be read: ${(cause as Error).message}`, undefined, { cause });
    }
  }

  #packet(packet: CapturePacket): void {
    const round = this.#roundOf(packet);
    if (round === undefined) this.#decoder.decode(packet, (message) => this.handlers.message(message));
    else this.handlers.marker(round, packet.time);
  }

  #roundOf({ linkType, data }: CapturePacket): number | undefined {
    const at = ipOffset(linkType, data);
    if (at === undefined || at < 0) return undefined;
    const ip = readIpPacket(data, at);
    if (ip?.protocol !== UDP || ip.fragment || ip.payload.length < UDP_HEADER) return undefined;
    return ip.payload.readUInt16BE(2) === MARKER_PORT ? markerRound(ip.payload.subarray(UDP_HEADER), this.run) : undefined;
  }
}

import type { Random } from '../../../../harness/platform/random.js';
import { EPOCH, ethernet, linuxCooked, linuxCooked2, pcap, pcapng, udp } from '../../trace/capture-builder.js';
import type { Datagram, Machine } from './wire-log.js';

/** Where a capture is taken: in the middle of everything, or at some machines. */
export interface CapturePoint {
  readonly name: string;
  readonly at: 'switch' | ((machine: Machine) => boolean);
  /** How often `-i any` or a mirrored port shows each packet. */
  readonly copies?: number;
}

interface Seen {
  readonly time: number;
  readonly data: Buffer;
  readonly originalLength?: number;
}

export interface CaptureOptions {
  /** ms of the story between which is captured. Default: all of it. */
  readonly from?: number;
  readonly until?: number;
  /** Octets kept of each packet, link layer included. */
  readonly snapLength?: number;
}

const ON_THE_WAY_MS = 0.4;

/** The capture file that a point would have written, its clock being `clockError` ms ahead. */
export function captureAt(
  point: CapturePoint,
  datagrams: readonly Datagram[],
  { from = 0, until = 0, snapLength = 65_536 }: CaptureOptions,
  clockError: number,
  random: Random,
): Buffer {
  const link = random.below(4);
  const framed = (ip: Buffer): Buffer =>
    link === 0 ? ethernet(ip) : link === 1 ? ethernet(ip, [0x88a8, 0x8100]) : link === 2 ? linuxCooked(ip) : linuxCooked2(ip);
  const frames: Seen[] = [];
  for (const datagram of datagrams) {
    for (const time of sightings(point, datagram)) {
      if (time < from || time > until) continue;
      const data = framed(udp(datagram.source, datagram.destination, datagram.text));
      for (let copy = 0; copy < (point.copies ?? 1); copy++) {
        const kept = data.subarray(0, snapLength);
        frames.push({ time: EPOCH + time + copy * 0.03 + clockError, data: kept, originalLength: data.length });
      }
    }
  }
  frames.push(...noise(framed, from, until, clockError, random));
  frames.sort((one, other) => one.time - other.time);
  const linkType = link < 2 ? 1 : link === 2 ? 113 : 276;
  return random.below(2) === 0
    ? pcap(linkType, frames, { nanoseconds: true })
    : pcapng([{ linkType, name: point.name, resolution: 9 }], frames);
}

function sightings({ at }: CapturePoint, { from, to, lost, time }: Datagram): number[] {
  if (at === 'switch') return [time + ON_THE_WAY_MS / 2];
  const times = at(from) ? [time] : [];
  if (to !== null && to !== from && !lost && at(to)) times.push(time + ON_THE_WAY_MS);
  return times;
}

/** Media and the like: what else goes over a wire, to the end of the capture. */
function noise(framed: (ip: Buffer) => Buffer, from: number, until: number, clockError: number, random: Random): Seen[] {
  const [one, other] = [
    { address: '10.9.0.1', port: 40_000 },
    { address: '10.9.0.2', port: 40_002 },
  ];
  return Array.from({ length: 50 }, (_, index) => ({
    time: EPOCH + from + ((until - from) * (index + 1)) / 50 + clockError,
    data: framed(udp(one, other, `\u0080\u0000${random.token(160)}`)),
  }));
}

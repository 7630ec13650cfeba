import type { DamageLog } from './damage-log.js';
import type { Sighting } from './event.js';

/** One record of a capture file: a frame as the link carried it. */
export interface CapturePacket {
  /** Milliseconds since 1970, with fractions. */
  readonly time: number;
  readonly interfaceId: number;
  readonly linkType: number;
  readonly data: Buffer;
  /** Octets on the wire; more than `data` where the capture cut it off. */
  readonly originalLength: number;
  /** From 1. */
  readonly frame: number;
  /** `passing`, but for interfaces that are a host's own sockets. */
  readonly sighting: Sighting;
}

/** What a capture file says of one of its interfaces. */
export interface CaptureInterface {
  readonly linkType: number;
  readonly name: string | undefined;
  /** Milliseconds since 1970 at which capturing ended, where the file says so. */
  endTime?: number;
  /** Packets that the capturing program says it lost. */
  dropped?: number;
}

/** Stands as description of an interface that shows what a host's sockets sent and received; the packets' flags tell which. */
export const SOCKETS_OF_A_HOST = 'sockets of a host, watched by busyhere';
/** epb_flags of draft-ietf-opsawg-pcapng: the two lowest bits. */
export const DIRECTION = { received: 1, sent: 2 } as const;

/** Takes a capture file piece by piece. */
export interface CaptureParser {
  /** Reads as far as the pieces so far allow; leaves out damaged places, which are told in {@link damages}. */
  push(piece: Buffer, emit: (packet: CapturePacket) => void): void;
  /** No more pieces come: reads what is left, as far as it makes records. */
  end(emit: (packet: CapturePacket) => void): void;
  readonly damages: DamageLog;
  /** Octets of a record that had begun when the file ended: it was cut off, or is still being written. */
  readonly unread: number;
  /** Where in the file reading has come to. */
  readonly offset: number;
  readonly interfaces: readonly CaptureInterface[];
}

/** No capture program writes longer packets than this; what claims to be longer is damaged. */
export const LONGEST_PACKET = 1024 * 1024;

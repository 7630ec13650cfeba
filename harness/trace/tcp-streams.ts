import { looksLikeSip } from './looks-like-sip.js';
import { SipFraming } from './sip-framing.js';

/** One direction of a connection. */
interface Stream {
  framing: SipFraming;
  /** Sequence number that comes next; undefined before anything was seen. */
  next: number | undefined;
  /** Segments beyond a gap, by sequence number. */
  readonly early: Map<number, Buffer>;
  earlyOctets: number;
  /** Where a message should begin, none did: nothing is read before a segment begins with one. */
  foreign: boolean;
}

export interface TcpSegment {
  readonly sequence: number;
  /** What its sender has received of the other direction; undefined where the segment does not say. */
  readonly acknowledged: number | undefined;
  readonly begins: boolean;
  readonly ends: boolean;
  readonly payload: Buffer;
  /** Octets on the wire beyond `payload`, where the capture cut the packet off. */
  readonly missing: number;
}

const MOST_STREAMS = 10_000;
const MOST_ENCRYPTED = 100;
const MOST_EARLY_OCTETS = 512 * 1024;
const MOST_EARLY_SEGMENTS = 512;

/** RFC 9293 §3.1. Undefined where the header is damaged or cut off. */
export function readTcpSegment(
  payload: Buffer,
  length: number,
): { sourcePort: number; destinationPort: number; segment: TcpSegment } | undefined {
  if (payload.length < 20) return undefined;
  const headerLength = ((payload[12] as number) >> 4) * 4;
  if (headerLength < 20 || headerLength > length) return undefined;
  const flags = payload[13] as number;
  const data = payload.subarray(Math.min(headerLength, payload.length));
  return {
    sourcePort: payload.readUInt16BE(0),
    destinationPort: payload.readUInt16BE(2),
    segment: {
      sequence: payload.readUInt32BE(4),
      acknowledged: (flags & 0x10) === 0 ? undefined : payload.readUInt32BE(8),
      begins: (flags & 0x02) !== 0,
      ends: (flags & 0x05) !== 0,
      payload: data,
      missing: length - headerLength - data.length,
    },
  };
}

/** Puts the segments of TCP connections in order, each octet once, and cuts SIP messages out of them. */
export class TcpStreams {
  readonly #streams = new Map<string, Stream>();
  #gaps = 0;
  /** Streams that began as TLS does. */
  readonly encrypted = new Set<string>();

  /** Gaps that the capture never filled, or has not filled yet. */
  get gaps(): number {
    return [...this.#streams.values()].reduce((sum, { early }) => sum + (early.size > 0 ? 1 : 0), this.#gaps);
  }

  /**
   * Gives the messages that this segment completes, in its own direction; and in the other, where it acknowledges octets
   * that the capture missed, so that nobody will send them again.
   */
  push(key: string, reverseKey: string, segment: TcpSegment): { own: Buffer[]; reverse: Buffer[] } {
    if (segment.begins) this.#streams.delete(key);
    const reverse = segment.acknowledged === undefined ? [] : this.#acknowledge(reverseKey, segment.acknowledged);
    if (segment.payload.length === 0 && !segment.begins && !segment.ends && segment.missing === 0) return { own: [], reverse };
    const stream = this.#streams.get(key) ?? this.#open(key);
    if (segment.begins) stream.next = (segment.sequence + 1) >>> 0; // RFC 9293 §3.4: SYN takes a sequence number
    if (beginsAsTls(segment.payload) && this.encrypted.size < MOST_ENCRYPTED) this.encrypted.add(key);
    const own = segment.payload.length === 0 ? [] : this.#take(stream, segment);
    if (segment.ends) this.#streams.delete(key);
    return { own, reverse };
  }

  #acknowledge(key: string, acknowledged: number): Buffer[] {
    const stream = this.#streams.get(key);
    const messages: Buffer[] = [];
    if (!stream || stream.early.size === 0) return messages;
    const nearest = nearestOf(stream);
    if (nearest === undefined || distance(nearest, acknowledged) < 0) return messages;
    this.#jump(stream, messages);
    this.#takeEarly(stream, messages);
    return messages;
  }

  #open(key: string): Stream {
    if (this.#streams.size >= MOST_STREAMS) {
      const oldest = this.#streams.keys().next().value;
      if (oldest !== undefined) this.#streams.delete(oldest);
    }
    const stream: Stream = { framing: new SipFraming(), next: undefined, early: new Map(), earlyOctets: 0, foreign: false };
    this.#streams.set(key, stream);
    return stream;
  }

  #take(stream: Stream, { sequence, payload, missing }: TcpSegment): Buffer[] {
    if (stream.foreign) {
      if (!looksLikeSip(payload)) return [];
      Object.assign(stream, { foreign: false, framing: new SipFraming(), next: sequence, earlyOctets: 0 });
      stream.early.clear();
    }
    stream.next ??= sequence;
    const messages: Buffer[] = [];
    const ahead = distance(stream.next, sequence);
    if (ahead > 0) {
      this.#keep(stream, sequence, payload);
      if (stream.earlyOctets <= MOST_EARLY_OCTETS && stream.early.size <= MOST_EARLY_SEGMENTS) return messages;
      this.#jump(stream, messages);
    } else {
      this.#advance(stream, payload.subarray(Math.min(-ahead, payload.length)), messages);
      if (missing > 0) this.#gap(stream, missing, messages);
    }
    this.#takeEarly(stream, messages);
    if (stream.framing.lost) stream.foreign = true;
    return messages;
  }

  #keep(stream: Stream, sequence: number, payload: Buffer): void {
    const known = stream.early.get(sequence);
    if (known && known.length >= payload.length) return;
    stream.earlyOctets += payload.length - (known?.length ?? 0);
    stream.early.set(sequence, Buffer.from(payload)); // a copy: the piece of file is not to be held
  }

  #advance(stream: Stream, octets: Buffer, messages: Buffer[]): void {
    if (octets.length === 0) return;
    stream.next = ((stream.next ?? 0) + octets.length) >>> 0;
    messages.push(...stream.framing.push(octets));
  }

  #takeEarly(stream: Stream, messages: Buffer[]): void {
    for (let found = true; found && stream.early.size > 0; ) {
      found = false;
      for (const [sequence, payload] of stream.early) {
        const ahead = distance(stream.next ?? 0, sequence);
        if (ahead > 0) continue;
        stream.early.delete(sequence);
        stream.earlyOctets -= payload.length;
        this.#advance(stream, payload.subarray(Math.min(-ahead, payload.length)), messages);
        found = true;
      }
    }
  }

  /** The packet was captured in part only: the rest of its octets are gone. */
  #gap(stream: Stream, missing: number, messages: Buffer[]): void {
    this.#gaps += 1;
    stream.next = ((stream.next ?? 0) + missing) >>> 0;
    const rest = stream.framing.restart();
    if (rest) messages.push(rest);
  }

  /** The gap will not be filled any more: goes on at the earliest octets beyond it. */
  #jump(stream: Stream, messages: Buffer[]): void {
    this.#gaps += 1;
    const rest = stream.framing.restart();
    if (rest) messages.push(rest);
    const nearest = nearestOf(stream);
    if (nearest !== undefined) stream.next = nearest;
  }
}

function nearestOf({ early }: Stream): number | undefined {
  let nearest: number | undefined;
  for (const sequence of early.keys()) {
    if (nearest === undefined || distance(nearest, sequence) < 0) nearest = sequence;
  }
  return nearest;
}

/** RFC 8446 §5.1, RFC 5246 §6.2.1: a handshake record of any version. */
function beginsAsTls(payload: Buffer): boolean {
  return (
    payload.length >= 6 &&
    payload[0] === 0x16 &&
    payload[1] === 0x03 &&
    (payload[2] as number) <= 4 &&
    (payload[5] === 1 || payload[5] === 2)
  );
}

/** How far `to` lies beyond `from` in sequence space, which wraps around (RFC 9293 §3.4). */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

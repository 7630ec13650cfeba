import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import type { AttemptEventKind } from './attempt.js';

/** One sending of a message, as far as it was seen. */
export interface Transmission {
  readonly time: number;
  lastTime: number;
  sent: boolean;
  received: boolean;
  /** Capture points that saw it pass. */
  readonly points: string[];
}

/** Sightings of one datagram at one point lie closer than this (`-i any`, mirrored ports); retransmissions do not (T1 of 10 ms, the shortest we know of). */
const SAME_POINT_MS = 5;
/** Sightings of one datagram at two points lie closer than this, clocks being set right. */
const OTHER_POINT_MS = 400;
const MAX_TRANSMISSIONS = 24; // 11 are what RFC 3261's timers make; more tell nothing new

/** A message from one address to another with its retransmissions: one arrow of a ladder. */
export class Arrow {
  readonly transmissions: Transmission[] = [];
  /** How often it was sent; may exceed the transmissions that are kept. */
  count = 0;
  /** When the last transmission was first seen. */
  lastTime: number;
  readonly firstTime: number;
  readonly sequence: number;
  /** Number of the packet in its capture, where it comes from one. */
  readonly frame: number | undefined;
  readonly bytes: Buffer | undefined;
  /** Where it was seen first. */
  readonly point: string;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly transport: 'udp' | 'tcp';

  constructor(
    readonly kind: AttemptEventKind,
    /** 0 for a request. */
    readonly status: number,
    readonly reason: string,
    readonly toTag: string | undefined,
    /** In which header a response differs from the request that it answers; null where it fits. */
    readonly fault: string | null,
    first: TraceEvent,
    keepsBytes = false,
  ) {
    // A copy: the piece of file that it came in is not to be held.
    this.bytes = keepsBytes && (kind === 'invite' || kind === 'final') ? Buffer.from(first.bytes) : undefined;
    this.firstTime = first.time;
    this.lastTime = first.time;
    this.sequence = first.sequence;
    this.frame = first.frame;
    this.point = first.point;
    this.source = first.source;
    this.destination = first.destination;
    this.transport = first.transport;
    this.see(first);
  }

  /** Whether an event may be one more sighting of this message. */
  matches(kind: AttemptEventKind, status: number, toTag: string | undefined, fault: string | null, event: TraceEvent): boolean {
    return (
      this.kind === kind &&
      this.status === status &&
      this.fault === fault &&
      (this.toTag === toTag || (kind !== 'ack' && (status < 200 || status > 299))) &&
      sameSocketAddress(this.source, event.source) &&
      sameSocketAddress(this.destination, event.destination)
    );
  }

  /** Adds a sighting: to the transmission that it belongs to, or as one more. */
  see(event: TraceEvent): void {
    const known = this.#transmissionOf(event);
    if (known) {
      known.lastTime = Math.max(known.lastTime, event.time);
      known.sent ||= event.sighting === 'sent';
      known.received ||= event.sighting === 'received';
      if (event.sighting === 'passing' && !known.points.includes(event.point)) known.points.push(event.point);
      return;
    }
    this.count += 1;
    this.lastTime = Math.max(this.lastTime, event.time);
    if (this.transmissions.length >= MAX_TRANSMISSIONS) return;
    this.transmissions.push({
      time: event.time,
      lastTime: event.time,
      sent: event.sighting === 'sent',
      received: event.sighting === 'received',
      points: event.sighting === 'passing' ? [event.point] : [],
    });
  }

  /** The newest transmission that this sighting fits: not seen there yet, or at that very moment. */
  #transmissionOf(event: TraceEvent): Transmission | undefined {
    return this.transmissions.findLast((candidate) => fits(candidate, event));
  }

  /** Whether any transmission was seen at its destination's socket. */
  get received(): boolean {
    return this.transmissions.some((transmission) => transmission.received);
  }

  /** Whether any transmission was seen at a capture point. */
  passed(point: string): boolean {
    return this.transmissions.some((transmission) => transmission.points.includes(point));
  }

  get points(): Set<string> {
    return new Set(this.transmissions.flatMap((transmission) => transmission.points));
  }
}

function fits(known: Transmission, { sighting, point, time }: TraceEvent): boolean {
  const isNear = Math.abs(time - known.time) <= OTHER_POINT_MS;
  if (sighting === 'passing')
    return known.points.includes(point) ? time - known.lastTime <= SAME_POINT_MS : time - known.time <= OTHER_POINT_MS;
  const passedOnly = !known.sent && !known.received && known.points.length > 0; // on a wire, before its socket's own record
  if (sighting === 'sent') return passedOnly && isNear;
  return !known.received && (known.sent || (passedOnly && isNear));
}

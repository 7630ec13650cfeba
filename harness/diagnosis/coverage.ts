import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import type { Arrow } from './arrow.js';
import type { Leg } from './leg.js';

/** 64·T1 of RFC 3261: so long a final is repeated, and what comes of it may be awaited. */
const AFTERMATH_MS = 32_000;
const MAX_SOCKETS = 20_000; // beyond that (a scan, a flood) a socket counts as not watched

/** What the trace can show: which sockets were watched, and until when each capture point was. */
export class Coverage {
  readonly #sockets = new Set<string>();
  readonly #lastAt = new Map<string, number>();
  readonly #holes: { readonly from: number; readonly until: number }[] = [];

  add(event: TraceEvent): void {
    if (event.sighting === 'passing') {
      this.watchedUntil(event.point, event.time);
      return;
    }
    const own = event.sighting === 'sent' ? event.source : event.destination;
    if (this.#sockets.size < MAX_SOCKETS) this.#sockets.add(formatSocketAddress(own));
  }

  watchedUntil(point: string, time: number): void {
    if (time > (this.#lastAt.get(point) ?? Number.NEGATIVE_INFINITY)) this.#lastAt.set(point, time);
  }

  /** A part of a capture could not be read. */
  addHole(from: number, until: number): void {
    this.#holes.push({ from, until });
  }

  /** Whether what came of a message of that time may stand where a capture could not be read. */
  isBrokenAfter(time: number): boolean {
    return this.#holes.some(({ from, until }) => until >= time && from <= time + AFTERMATH_MS);
  }

  /** Whether all that arrives at this socket is in the trace. */
  watches(socket: SocketAddress): boolean {
    return this.#sockets.size > 0 && this.#sockets.has(formatSocketAddress(socket));
  }

  /** Whether a point is known to have watched at that time. */
  watchedAt(point: string, time: number): boolean {
    return (this.#lastAt.get(point) ?? Number.NEGATIVE_INFINITY) >= time;
  }

  /**
   * Whether a message was seen at its destination: at the socket, or at all of several points that see its leg. False: it
   * did not arrive, as far as the trace shows. Null: nothing there is watched, or where on the way the one point is, nobody knows.
   */
  arrived(arrow: Arrow, leg: Leg): boolean | null {
    if (arrow.received) return true;
    if (this.watches(arrow.destination)) return false;
    const points = leg.pointsSeeing(arrow);
    if (points.length < 2) return null;
    return points.every((point) => arrow.passed(point));
  }
}

/** Capture points that see this leg, and saw nothing of this message. */
export function pointsMissing(arrow: Arrow, leg: Leg): string[] {
  return leg.pointsSeeing(arrow).filter((point) => !arrow.passed(point));
}

import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import type { Arrow } from './arrow.js';

const MAX_PAIRS = 20_000; // of hosts; beyond that (a scan, a flood) nothing new is learned about what a point can see
const MAX_SOCKETS = 20_000;

/** What the trace can show: which sockets were watched, and which hosts' traffic each capture point sees. */
export class Coverage {
  readonly #sockets = new Set<string>();
  readonly #points = new Map<string, Set<string>>();
  readonly #lastAt = new Map<string, number>();

  add(event: TraceEvent): void {
    if (event.sighting !== 'passing') {
      const own = event.sighting === 'sent' ? event.source : event.destination;
      if (this.#sockets.size < MAX_SOCKETS) this.#sockets.add(formatSocketAddress(own));
      return;
    }
    this.watchedUntil(event.point, event.time);
    const pair = pairOf(event.source, event.destination);
    const points = this.#points.get(pair);
    if (points) points.add(event.point);
    else if (this.#points.size < MAX_PAIRS) this.#points.set(pair, new Set([event.point]));
  }

  watchedUntil(point: string, time: number): void {
    if (time > (this.#lastAt.get(point) ?? Number.NEGATIVE_INFINITY)) this.#lastAt.set(point, time);
  }

  /** Whether all that arrives at this socket is in the trace. */
  watches(socket: SocketAddress): boolean {
    return this.#sockets.has(formatSocketAddress(socket));
  }

  /** Whether traffic between these two hosts was ever seen. */
  sees(one: SocketAddress, other: SocketAddress): boolean {
    return this.#points.has(pairOf(one, other)) || this.watches(one) || this.watches(other);
  }

  /** Capture points that see these two hosts' traffic, and saw nothing of this message. */
  pointsMissing(arrow: Arrow): string[] {
    const points = this.#points.get(pairOf(arrow.source, arrow.destination));
    return points ? [...points].filter((point) => !arrow.passed(point)) : [];
  }

  /** Whether a point is known to have watched at that time. */
  watchedAt(point: string, time: number): boolean {
    return (this.#lastAt.get(point) ?? Number.NEGATIVE_INFINITY) >= time;
  }

  /**
   * Whether a message was seen at its destination: at the socket, or at every point that can see it. False: it did not
   * arrive, as far as the trace shows. Null: nothing there is watched, or nobody knows where on the way the one point is.
   */
  arrived(arrow: Arrow): boolean | null {
    if (arrow.received) return true;
    if (this.watches(arrow.destination)) return false;
    if (arrow.isAtOnePoint) return this.#othersSee(arrow) ? false : null;
    const points = arrow.points.size;
    if (points > 0 && this.pointsMissing(arrow).length > 0) return false;
    return points > 1 ? true : null;
  }

  #othersSee(arrow: Arrow): boolean {
    return (this.#points.get(pairOf(arrow.source, arrow.destination))?.size ?? 0) > 1;
  }
}

/** Two hosts, or two sockets where they share an address, as in a lab on 127.0.0.1. */
function pairOf(one: SocketAddress, other: SocketAddress): string {
  if (one.address === other.address) return `${one.address} ${Math.min(one.port, other.port)} ${Math.max(one.port, other.port)}`;
  return one.address < other.address ? `${one.address} ${other.address}` : `${other.address} ${one.address}`;
}

import type { SocketAddress } from '../platform/socket-address.js';

/** Where a datagram was seen: at its source's socket, at its destination's socket, or somewhere on the wire between them. */
export type Sighting = 'sent' | 'received' | 'passing';

/** One sighting of one datagram, or of one SIP message on a stream. One datagram may be seen several times, at several points. */
export interface TraceEvent {
  /** Rises by one with every event of a trace, from 0. */
  readonly sequence: number;
  /** Milliseconds since the trace began, with fractions. */
  readonly time: number;
  /** The host or the capture interface where it was seen. */
  readonly point: string;
  readonly sighting: Sighting;
  readonly transport: 'udp' | 'tcp';
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  /** What was seen of it; not to be changed by anybody. */
  readonly bytes: Buffer;
  /** Octets that it had on the wire, where the capture kept fewer. */
  readonly originalLength?: number;
  /** Number of the packet in its capture, from 1, where it comes from one. */
  readonly frame?: number;
}

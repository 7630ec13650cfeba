import type { Clock } from '../platform/clock.js';
import type { DatagramHandlers, DatagramNetwork, DatagramSocket } from '../platform/datagram-network.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from './event.js';

export type TraceListener = (event: TraceEvent) => void;

export interface RecorderOptions {
  /** Keep at most so many events: when full, the oldest quarter goes. 0 keeps none, and only listeners see them. Default: all. */
  readonly maxEvents?: number;
}

/**
 * Writes down every datagram at the sockets of the networks that it wraps: a received one before its handler runs,
 * a sent one before it leaves. So the order of events is the order of causes, and no endpoint has a say in it.
 */
export class Recorder {
  /** Wall time of the trace's beginning, in ms since 1970. */
  readonly startedAt: number;
  readonly #began: number;
  readonly #maxEvents: number;
  readonly #listeners = new Set<TraceListener>();
  readonly #events: TraceEvent[] = [];
  #sequence = 0;

  constructor(
    private readonly clock: Clock,
    options: RecorderOptions = {},
  ) {
    this.#began = clock.now();
    this.startedAt = clock.wallTime(this.#began);
    this.#maxEvents = options.maxEvents ?? Number.POSITIVE_INFINITY;
  }

  /** What was seen, in order; the beginning is missing when {@link dropped} is not 0. */
  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  /** Events that were recorded and are no longer kept. */
  get dropped(): number {
    return this.#sequence - this.#events.length;
  }

  /** Milliseconds since the trace began: the time that an event recorded now would get. */
  get elapsed(): number {
    return this.clock.now() - this.#began;
  }

  /** Calls back for every event from now on, in order. Returns the way to end it. */
  subscribe(listener: TraceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A network like `inner`, at whose sockets everything is recorded under the name of `point`. */
  network(point: string, inner: DatagramNetwork): DatagramNetwork {
    return {
      bind: async (local, handlers) => {
        const socket: { local: SocketAddress } = { local };
        const bound = await inner.bind(local, this.#listening(point, socket, handlers));
        socket.local = bound.local;
        return this.#sending(point, bound);
      },
    };
  }

  #listening(point: string, socket: { local: SocketAddress }, handlers: DatagramHandlers): DatagramHandlers {
    return {
      datagram: (payload, source) => {
        this.#record({ point, sighting: 'received', source, destination: socket.local, bytes: payload });
        handlers.datagram(payload, source);
      },
      error: (error) => handlers.error?.(error),
    };
  }

  #sending(point: string, socket: DatagramSocket): DatagramSocket {
    let open = true;
    return {
      local: socket.local,
      send: (payload, destination, failed) => {
        if (open) this.#record({ point, sighting: 'sent', source: socket.local, destination, bytes: payload });
        socket.send(payload, destination, failed);
      },
      close: () => {
        open = false; // what is sent after closing goes nowhere, so it is no evidence
        return socket.close();
      },
    };
  }

  /** Writes down what was recorded elsewhere; to be handed in in order of time. */
  take(seen: Omit<TraceEvent, 'sequence'>): void {
    this.#write({ ...seen, sequence: this.#sequence++ });
  }

  #record(seen: Omit<TraceEvent, 'sequence' | 'time' | 'transport'>): void {
    this.#write({ ...seen, sequence: this.#sequence++, time: this.elapsed, transport: 'udp' });
  }

  #write(event: TraceEvent): void {
    if (this.#events.length >= this.#maxEvents) this.#events.splice(0, Math.max(1, this.#maxEvents >> 2));
    if (this.#maxEvents > 0) this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

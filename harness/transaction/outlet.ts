import type { SocketAddress } from '../platform/socket-address.js';
import type { LayerCounters } from './counters.js';
import type { Listener } from './listener.js';

/** The way out for the messages of one element; counts those that found none. */
export class Outlet {
  constructor(private readonly counters: LayerCounters) {}

  /** @param destination undefined where a Via names nobody who could be reached */
  send(payload: Buffer, listener: Listener, destination: SocketAddress | undefined, failed?: (error: Error) => void): void {
    if (!destination) {
      this.counters.unsendable += 1;
      return;
    }
    listener.send(payload, destination, (error) => {
      this.counters.unsendable += 1;
      failed?.(error);
    });
  }
}

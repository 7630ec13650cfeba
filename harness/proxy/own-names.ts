import { sameSocketAddress } from '../platform/socket-address.js';
import type { Uri } from '../sip/uri.js';
import type { Listener, ListeningPoint } from '../transaction/listener.js';
import { uriAddress } from './uri-address.js';

/** Which URIs and Vias mean this proxy. */
export class OwnNames<Point extends ListeningPoint = Listener> {
  readonly #domain: string;

  /** @param listeners read at every question, since ports may be chosen only when the proxy starts */
  constructor(
    domain: string,
    private readonly listeners: () => readonly Point[],
  ) {
    this.#domain = domain.toLowerCase();
  }

  /** The URI's host is the domain that we are responsible for, or an address of ours (RFC 3261 §16.4, §16.5). */
  owns(uri: Uri): boolean {
    return uri.host.toLowerCase() === this.#domain || this.listenerOf(uri) !== undefined;
  }

  /** The listener whose address stands in the URI. */
  listenerOf(uri: Uri): Point | undefined {
    const address = uriAddress(uri);
    return address && this.listeners().find((listener) => sameSocketAddress(listener.local, address));
  }

  /** A Via that we put on. */
  isSentBy(sentBy: string): boolean {
    return this.listeners().some((listener) => listener.sentBy === sentBy);
  }
}

import type { Clock } from '../platform/clock.js';
import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { Uri } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener, ListeningPoint } from '../transaction/listener.js';

/** A contact under which a user can be reached (RFC 3261 §10). */
export interface Binding<Point extends ListeningPoint = Listener> {
  readonly user: string;
  /** As the client wrote it, for the Contact of answers and for the Request-URI. */
  readonly contact: string;
  readonly uri: Uri;
  /** The listener on which the client registered, and where it is reached: requests to the client leave from there. */
  readonly flow: Flow<Point>;
  /** 0 to 1 (RFC 3261 §20.10). */
  readonly q: number;
  readonly callId: string;
  readonly sequence: number;
  /** On the proxy's clock, ms. */
  readonly expiresAt: number;
}

/** The location service: bindings by user. They expire by themselves, without a timer. */
export class Location<Point extends ListeningPoint = Listener> {
  readonly #users = new Map<string, readonly Binding<Point>[]>();
  readonly #byAddress = new Map<string, Binding<Point>>();
  #size = 0;

  constructor(private readonly clock: Clock) {}

  /** All bindings, those that expired and were not asked for since included. */
  get size(): number {
    return this.#size;
  }

  bindingsOf(user: string): readonly Binding<Point>[] {
    const all = this.#users.get(user) ?? [];
    const current = all.filter((binding) => binding.expiresAt > this.clock.now());
    if (current.length < all.length) this.replace(user, current);
    return current;
  }

  /** The binding that is reached at an address: tells from which listener a request within a dialog leaves. */
  reachedAt(address: SocketAddress): Binding<Point> | undefined {
    const binding = this.#byAddress.get(formatSocketAddress(address));
    return binding && binding.expiresAt > this.clock.now() ? binding : undefined;
  }

  /** Puts these in the place of all that the user has. */
  replace(user: string, bindings: readonly Binding<Point>[]): void {
    const before = this.#users.get(user) ?? [];
    this.#size += bindings.length - before.length;
    for (const binding of before) this.#byAddress.delete(formatSocketAddress(binding.flow.remote));
    for (const binding of bindings) this.#byAddress.set(formatSocketAddress(binding.flow.remote), binding);
    if (bindings.length > 0) this.#users.set(user, bindings);
    else this.#users.delete(user);
  }

  /** Forgets what has expired, whoever's it is. */
  sweep(): void {
    for (const user of [...this.#users.keys()]) this.bindingsOf(user);
  }
}

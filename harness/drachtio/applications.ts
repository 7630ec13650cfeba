import type { ControlConnection } from './control-connection.js';

/** The applications that are connected, and whose turn it is. */
export class Applications {
  readonly #all = new Set<ControlConnection>();
  /** How many were chosen for a route so far. */
  readonly #turns = new Map<string, number>();

  get size(): number {
    return this.#all.size;
  }

  get authenticated(): number {
    return [...this.#all].filter((one) => one.authenticated).length;
  }

  add(connection: ControlConnection): void {
    this.#all.add(connection);
  }

  remove(connection: ControlConnection): void {
    this.#all.delete(connection);
    for (const route of this.#turns.keys()) if (!this.#wanting(route).length) this.#turns.delete(route);
  }

  /** Those that have asked for requests. */
  get listening(): number {
    return [...this.#all].filter((one) => one.routes.size > 0).length;
  }

  values(): ControlConnection[] {
    return [...this.#all];
  }

  /**
   * The next of those that asked for a method or a cdr event; undefined where there is none.
   * @param tag only those that have it
   */
  next(route: string, tag?: string): ControlConnection | undefined {
    const key = route.toLowerCase();
    const wanting = this.#wanting(key).filter((one) => one.ready && (tag === undefined || one.tags.includes(tag)));
    if (wanting.length === 0) return undefined;
    const turn = this.#turns.get(key) ?? 0;
    this.#turns.set(key, turn + 1);
    return wanting[turn % wanting.length];
  }

  #wanting(route: string): ControlConnection[] {
    return [...this.#all].filter((one) => one.routes.has(route));
  }
}

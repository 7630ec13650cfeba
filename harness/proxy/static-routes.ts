import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { Route } from './proxy-options.js';

/** RFC 3966 §5.1.1: separators for the eye, which are no part of the number. */
const VISUAL_SEPARATORS = /[-.()]/g;

/** The static next hops, by number, by domain, and by their own address. */
export class StaticRoutes {
  readonly #exact = new Map<string, Route>();
  /** Longest prefix first; equals keep the order of the configuration. */
  readonly #prefixes: { readonly prefix: string; readonly route: Route }[] = [];
  readonly #domains = new Map<string, Route>();
  readonly #nextHops = new Map<string, Route>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.kind === 'domain') setOnce(this.#domains, route.pattern.toLowerCase(), route);
      else if (route.pattern.endsWith('*')) this.#prefixes.push({ prefix: plainNumber(route.pattern.slice(0, -1)), route });
      else setOnce(this.#exact, plainNumber(route.pattern), route);
      setOnce(this.#nextHops, formatSocketAddress(route.nextHop), route);
    }
    this.#prefixes.sort((one, other) => other.prefix.length - one.prefix.length);
  }

  /** The route with the longest pattern that the number of a URI's user part matches. Names are no numbers. */
  forNumber(user: string): Route | undefined {
    const number = plainNumber(user);
    if (!/^\+?\d+$/.test(number)) return undefined;
    return this.#exact.get(number) ?? this.#prefixes.find(({ prefix }) => number.startsWith(prefix))?.route;
  }

  forDomain(host: string): Route | undefined {
    return this.#domains.get(host.toLowerCase());
  }

  /** The route whose next hop has this address. */
  to(address: SocketAddress): Route | undefined {
    return this.#nextHops.get(formatSocketAddress(address));
  }
}

/** `+1-555-0100;phone-context=x` is `+15550100`. */
function plainNumber(user: string): string {
  return user.replace(/;.*$/s, '').replace(VISUAL_SEPARATORS, '');
}

function setOnce(map: Map<string, Route>, key: string, route: Route): void {
  if (!map.has(key)) map.set(key, route);
}

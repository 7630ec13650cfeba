import type { SipRequest } from '../sip/message.js';
import { formatUri, type Uri, userOf } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener, ListeningPoint } from '../transaction/listener.js';
import type { Binding, Location } from './location.js';
import type { OwnNames } from './own-names.js';
import type { Route } from './proxy-options.js';
import type { Rejection } from './rejection.js';
import type { PreparedRequest } from './route-preprocessing.js';
import type { StaticRoutes } from './static-routes.js';
import { uriAddress } from './uri-address.js';

/** Where one branch goes. */
export interface Target<Point extends ListeningPoint = Listener> {
  readonly requestUri: string;
  /** Undefined where the next hop's name cannot be resolved: the branch fails as if nobody could be reached. */
  readonly flow: Flow<Point> | undefined;
  /** Targets of the same preference are tried at the same time, the highest first (RFC 3261 §16.6). */
  readonly q: number;
}

export interface TargetSources<Point extends ListeningPoint> {
  readonly own: OwnNames<Point>;
  readonly routes: StaticRoutes;
  readonly location: Location<Point>;
  readonly hasUser: (user: string) => boolean;
  readonly listener: (name: string) => Point | undefined;
  /** The most targets of one request. */
  readonly most: number;
}

/** RFC 3261 §16.5: where a request goes, or why nowhere. */
export class TargetSet<Point extends ListeningPoint = Listener> {
  constructor(private readonly sources: TargetSources<Point>) {}

  /** @param incoming the listener that the request arrived on */
  of({ request, outgoing }: PreparedRequest<Point>, incoming: Point): readonly Target<Point>[] | Rejection {
    const from = outgoing ?? incoming;
    const { uri } = request;
    if (!uri) return { status: 400 };
    const route = request.routes[0];
    // §16.5: with a Route left, or for a domain that is not ours, the Request-URI is the one target.
    if (route) return [this.#single(request, this.resolve(route.uri, from))];
    const user = userOf(uri);
    const isOurs = this.sources.own.owns(uri);
    const domain = this.sources.routes.forDomain(uri.host);
    const number = user !== undefined && (isOurs || domain) ? this.sources.routes.forNumber(user) : undefined;
    if (number) return [this.#single(request, this.#flowTo(number, from))];
    if (!isOurs) return [this.#single(request, this.resolve(uri, from))];
    return user === undefined ? { status: 404 } : this.#local(request, user, domain, from);
  }

  /** The flow for a next hop's URI: by a static route, else by address from the listener that suits it. */
  resolve(uri: Uri, from: Point): Flow<Point> | undefined {
    const { routes, location, listener } = this.sources;
    const domain = routes.forDomain(uri.host);
    if (domain) return this.#flowTo(domain, from);
    const remote = uriAddress(uri);
    if (!remote) return undefined;
    const route = routes.to(remote);
    const known = route ? listener(route.listener) : location.reachedAt(remote)?.flow.listener;
    return { listener: known ?? from, remote };
  }

  /** A user of our domain: the registered contacts, else where a static route for our own domain leads. */
  #local(request: SipRequest, user: string, domain: Route | undefined, from: Point): readonly Target<Point>[] | Rejection {
    const bindings = this.sources.location.bindingsOf(user);
    if (bindings.length > 0) return bindings.map(contactTarget).sort(byPreference).slice(0, this.sources.most);
    if (domain) return [this.#single(request, this.#flowTo(domain, from))];
    return { status: this.sources.hasUser(user) ? 480 : 404 }; // §21.4.18, §21.4.5
  }

  #single(request: SipRequest, flow: Flow<Point> | undefined): Target<Point> {
    return { requestUri: request.requestUri, flow, q: 1 };
  }

  #flowTo(route: Route, from: Point): Flow<Point> {
    return { listener: this.sources.listener(route.listener) ?? from, remote: route.nextHop };
  }
}

/** RFC 3261 §19.1.1, table 1: headers and a method have no place in a Request-URI. */
function contactTarget<Point extends ListeningPoint>({ uri, flow, q }: Binding<Point>): Target<Point> {
  const params = uri.params.copy();
  params.delete('method');
  return { requestUri: formatUri({ ...uri, params, headers: undefined }), flow, q };
}

function byPreference(one: Target<ListeningPoint>, other: Target<ListeningPoint>): number {
  return other.q - one.q;
}

import type { SipRequest } from '../sip/message.js';
import { formatUri } from '../sip/uri.js';
import type { Listener, ListeningPoint } from '../transaction/listener.js';
import { loopHash } from './loop-detection.js';
import type { OwnNames } from './own-names.js';

/** A request with what concerned only ourselves taken out of its route. */
export interface PreparedRequest<Point extends ListeningPoint = Listener> {
  readonly received: SipRequest;
  /** Of the request as received (see `loop-detection.ts`). */
  readonly loopHash: string;
  /** A copy, for changing. */
  readonly request: SipRequest;
  /** The listener that the last Route value of ours named: the request leaves from there. */
  readonly outgoing: Point | undefined;
}

/** RFC 3261 §16.4. */
export function prepareRequest<Point extends ListeningPoint>(received: SipRequest, own: OwnNames<Point>): PreparedRequest<Point> {
  const request = received.clone();
  undoStrictRouting(request, own);
  dropOwnMaddr(request, own);
  return { received, loopHash: loopHash(received), request, outgoing: popOwnRoutes(request, own) };
}

/** What we put into Record-Route: our address, `lr`, no user. A strict router has made it the Request-URI. */
function undoStrictRouting(request: SipRequest, own: OwnNames<ListeningPoint>): void {
  const { uri, routes } = request;
  const last = routes.at(-1);
  if (!uri || !last || uri.user !== undefined || !uri.params.has('lr') || !own.listenerOf(uri)) return;
  request.requestUri = last.uriText;
  removeLastRoute(request);
}

function removeLastRoute(request: SipRequest): void {
  const values = request.headers.list('Route').slice(0, -1);
  request.headers.delete('Route');
  for (const value of values) request.headers.append('Route', value);
}

/** A `maddr` that is one of our addresses has done its work. */
function dropOwnMaddr(request: SipRequest, own: OwnNames<ListeningPoint>): void {
  const { uri } = request;
  const maddr = uri?.params.get('maddr');
  if (!uri || maddr == null || !own.listenerOf(uri)) return;
  uri.params.delete('maddr');
  uri.params.delete('transport');
  const { port: _ours, ...rest } = uri;
  request.requestUri = formatUri(rest);
}

/**
 * Takes our own values off the top: one where we recorded one, two where the dialog crosses from one listener to another.
 * The last of them is the listener on the far side.
 */
function popOwnRoutes<Point extends ListeningPoint>(request: SipRequest, own: OwnNames<Point>): Point | undefined {
  let outgoing: Point | undefined;
  for (const route of request.routes) {
    if (!own.owns(route.uri)) break;
    request.headers.removeFirst('Route');
    outgoing = own.listenerOf(route.uri) ?? outgoing;
  }
  return outgoing;
}

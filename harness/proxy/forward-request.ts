import type { SipRequest } from '../sip/message.js';
import type { Listener } from '../transaction/listener.js';
import { setBreadth } from './breadth.js';

const MAX_FORWARDS = 70;

/** Ways through us: where a request came in and where it leaves. */
export interface Passage {
  readonly incoming: Listener;
  readonly outgoing: Listener;
}

export interface ForwardOptions {
  /** Put ourselves into Record-Route. */
  readonly recordRoute: boolean;
  /** What the copy gets of the request's breadth (RFC 5393 §5.3.3). */
  readonly breadth: number;
}

/**
 * RFC 3261 §16.6 items 1 to 6: the copy that goes to one target; the Via is put on by the transaction layer.
 * @param prepared is left as it is
 */
export function forwardedRequest(prepared: SipRequest, requestUri: string, passage: Passage, options: ForwardOptions): SipRequest {
  const request = prepared.clone();
  request.requestUri = requestUri; // item 2
  const { maxForwards } = request;
  request.headers.set('Max-Forwards', String(maxForwards === undefined ? MAX_FORWARDS : maxForwards - 1)); // item 3
  setBreadth(request, options.breadth);
  if (options.recordRoute) for (const value of recordRoutes(passage)) request.headers.prepend('Record-Route', value); // item 4
  routeStrictly(request);
  return request;
}

/**
 * The value that goes on top last. Two where the passage crosses from one listener to another: each side's requests come
 * in at the listener that side knows and, by the second value, leave from the other.
 */
function recordRoutes({ incoming, outgoing }: Passage): string[] {
  const values = [`<sip:${incoming.sentBy};lr>`];
  if (outgoing !== incoming) values.push(`<sip:${outgoing.sentBy};lr>`);
  return values;
}

/** Item 6: a next hop without `lr` is a strict router of RFC 2543, which wants itself in the Request-URI. */
function routeStrictly(request: SipRequest): void {
  const [next] = request.routes;
  if (!next || next.uri.params.has('lr')) return;
  request.headers.removeFirst('Route');
  request.headers.append('Route', `<${request.requestUri}>`);
  request.requestUri = next.uriText;
}

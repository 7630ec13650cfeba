import { SipRequest } from '../sip/message.js';
import type { Listener } from '../transaction/listener.js';
import { inServerOrder } from './header-order.js';

const MAX_FORWARDS = 70;

export interface Forwarding {
  readonly requestUri: string;
  readonly incoming: Listener;
  readonly outgoing: Listener;
  readonly remainInDialog: boolean;
  /** The top Route is this server's own. */
  readonly dropRoute: boolean;
  /** What the application adds. */
  readonly extra: readonly (readonly [name: string, value: string])[];
}

/** The copy of a request that goes to one target (RFC 3261 §16.6), less our Via. */
export function forwardedRequest(request: SipRequest, forwarding: Forwarding): SipRequest {
  const { method, maxForwards, body } = request;
  const copy = request.clone();
  if (forwarding.dropRoute) copy.headers.removeFirst('Route');
  copy.headers.set('Max-Forwards', String(maxForwards === undefined ? MAX_FORWARDS : maxForwards - 1));
  copy.headers.set('Content-Length', String(body.length));
  if (forwarding.remainInDialog) {
    const isRegister = method === 'REGISTER';
    for (const value of ownRoutes(forwarding)) copy.headers.prepend(isRegister ? 'Path' : 'Record-Route', value);
    if (isRegister) copy.headers.append('Require', 'path'); // RFC 3327 §5.2: the registrar must know of it
  }
  const fields = inServerOrder([...copy.headers.entries(), ...forwarding.extra]);
  return SipRequest.create(method, forwarding.requestUri, fields, body);
}

/** The one that goes on top last. Two where the request leaves from another listener than it came in on (RFC 5658 §5). */
function ownRoutes({ incoming, outgoing }: Forwarding): string[] {
  const routes = [`<sip:${incoming.sentBy};lr>`];
  if (outgoing !== incoming) routes.push(`<sip:${outgoing.sentBy};lr>`);
  return routes;
}

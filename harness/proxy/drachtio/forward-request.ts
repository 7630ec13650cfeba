import { formatSocketAddress } from '../../platform/socket-address.js';
import type { SipRequest } from '../../sip/message.js';
import { decodeUtf8 } from '../../sip/octets.js';
import type { ListeningPoint } from '../../transaction/listener.js';
import type { Target } from '../target-set.js';
import { answer, sendStatus } from './answer.js';
import { relayedFields, requestFields } from './fields.js';
import { responseIn } from './message-view.js';
import type { Srf, SrfRequest, SrfResponse } from './srf-port.js';

/** A request that is to be sent on, and the response to it. */
export interface Exchange {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  /** As prepared for forwarding. */
  readonly request: SipRequest;
}

/**
 * Sends a request other than INVITE on to one target, and its final response back: an instant message, a query.
 * @param usual the point from which the server sends where nothing else is said
 */
export function forwardRequest(srf: Srf, { req, res, request }: Exchange, target: Target<ListeningPoint>, usual: ListeningPoint): void {
  const { flow } = target;
  if (!flow) return sendStatus(res, 500);
  // RFC 3428 §4 wants no Contact in a MESSAGE; but nothing else tells a server which of its listeners is meant.
  const from = flow.listener === usual ? undefined : flow.listener;
  const options = {
    method: req.method,
    headers: requestFields(request, from),
    ...(req.body ? { body: req.body } : {}),
    proxy: `sip:${formatSocketAddress(flow.remote)}`,
  };
  srf.request(decodeUtf8(target.requestUri), options, (error, sent) => {
    if (error || !sent) return sendStatus(res, 500);
    sent.on('response', (reply) => {
      const response = responseIn(reply);
      // RFC 4320 §4.2: no 408 answers a request other than INVITE, and §4.1: no provisional response does.
      if (response && response.status >= 200 && response.status !== 408) answer(res, response, relayedFields(response));
    });
  });
}

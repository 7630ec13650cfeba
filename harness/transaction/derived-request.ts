import { SipRequest, type SipResponse } from '../sip/message.js';

const MAX_FORWARDS = '70';

/** The ACK for a final response other than 2xx, which belongs to the INVITE's own transaction (RFC 3261 §17.1.1.3). */
export function ackForFailure(invite: SipRequest, response: SipResponse): SipRequest {
  return derive('ACK', invite, response.headers.get('To') ?? invite.headers.get('To') ?? '', []);
}

/** The CANCEL of a request that went out (RFC 3261 §9.1); `extra` may carry a Reason (RFC 3326). */
export function cancelOf(request: SipRequest, extra: Iterable<readonly [string, string]> = []): SipRequest {
  return derive('CANCEL', request, request.headers.get('To') ?? '', extra);
}

/** Request-URI, Call-ID, From, CSeq number, Route and the one top Via are the original request's. */
function derive(method: string, original: SipRequest, to: string, extra: Iterable<readonly [string, string]>): SipRequest {
  const { headers } = original;
  return SipRequest.create(method, original.requestUri, [
    ['Via', headers.list('Via')[0] ?? ''],
    ...headers.all('Route').map((route): [string, string] => ['Route', route]),
    ['Max-Forwards', MAX_FORWARDS],
    ['From', headers.get('From') ?? ''],
    ['To', to],
    ['Call-ID', headers.get('Call-ID') ?? ''],
    ['CSeq', `${original.cseq?.sequence ?? 0} ${method}`],
    ...extra,
  ]);
}

import { checkMessage } from '../sip/check-message.js';
import type { ResponseOptions } from '../sip/create-response.js';
import type { SipRequest } from '../sip/message.js';
import { ALLOW } from './agent-core.js';
import { mediaTypeOf, SDP, sdpOf } from './sdp-body.js';

/** A response that a request gets before anybody asks what it wants. */
export interface Rejection extends ResponseOptions {
  readonly status: number;
}

const SUPPORTED_METHODS: ReadonlySet<string> = new Set(ALLOW.split(', '));
/** Methods of RFC 3261 and its extensions that we know and do not serve. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(['REGISTER', 'INFO', 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'UPDATE', 'REFER', 'PUBLISH']);
const SCHEMES: ReadonlySet<string> = new Set(['sip', 'sips', 'tel']);

/**
 * The checks of a user agent server, in the order of RFC 3261 §8.2; undefined where a request passes.
 * @param merged the same request came before by another way
 */
export function screen(request: SipRequest, merged: boolean): Rejection | undefined {
  return malformed(request) ?? wrongMethod(request) ?? wrongTarget(request) ?? (merged ? { status: 482 } : undefined) ?? missing(request);
}

function malformed(request: SipRequest): Rejection | undefined {
  const fault = checkMessage(request);
  if (fault) return { status: fault.status, reason: `Bad ${fault.header}` };
  // RFC 3261 §8.1.1.8: without a Contact the dialog of an INVITE would have no remote target.
  return request.method === 'INVITE' && request.contacts.length !== 1 ? { status: 400, reason: 'INVITE needs one Contact' } : undefined;
}

/** RFC 3261 §8.2.1 and §21.5.2: a method that we know gets 405, one that we do not 501. */
function wrongMethod({ method }: SipRequest): Rejection | undefined {
  if (SUPPORTED_METHODS.has(method)) return undefined;
  return { status: KNOWN_METHODS.has(method) ? 405 : 501, headers: [['Allow', ALLOW]] };
}

/** RFC 3261 §8.2.2.1. The user part is not looked at: whoever knows our address may call us as he likes. */
function wrongTarget({ uri }: SipRequest): Rejection | undefined {
  return uri && SCHEMES.has(uri.scheme.toLowerCase()) ? undefined : { status: 416 };
}

/** RFC 3261 §8.2.2.3: we know no extension that could be required. */
function missing(request: SipRequest): Rejection | undefined {
  const required = request.headers.list('Require');
  return required.length > 0
    ? { status: 420, headers: [['Unsupported', required.join(', ')]] }
    : (wrongBody(request) ?? unacceptable(request));
}

/** RFC 3261 §8.2.3. */
function wrongBody(request: SipRequest): Rejection | undefined {
  const { headers, method } = request;
  if (request.body.length === 0 || isOptional(headers.get('Content-Disposition'))) return undefined;
  if (headers.list('Content-Encoding').some((coding) => coding.toLowerCase() !== 'identity')) {
    return { status: 415, headers: [['Accept-Encoding', 'identity']] };
  }
  const type = mediaTypeOf(request);
  if (method === 'MESSAGE') return type?.startsWith('text/') ? undefined : { status: 415, headers: [['Accept', 'text/plain']] };
  // Only an INVITE's body means anything to us; with other methods one is passed over.
  return method !== 'INVITE' || sdpOf(request) !== undefined
    ? undefined
    : { status: 415, headers: [['Accept', `${SDP}, multipart/mixed`]] };
}

function unacceptable(request: SipRequest): Rejection | undefined {
  return refusesSdp(request) ? { status: 406, headers: [['Warning', `399 busyhere "only ${SDP} can be given"`]] } : undefined;
}

/** RFC 3261 §20.1, §21.4.7: the 2xx to an INVITE carries SDP, so who does not take that cannot be answered with one. */
function refusesSdp({ method, headers }: SipRequest): boolean {
  if (method !== 'INVITE' || !headers.has('Accept')) return false;
  const types = headers.list('Accept').map((range) => range.split(';')[0]?.replace(/\s/g, '').toLowerCase());
  return !types.some((type) => type === SDP || type === 'application/*' || type === '*/*');
}

/** RFC 3261 §20.11: `handling=optional` lets us pass a body over that we do not understand. */
function isOptional(disposition: string | undefined): boolean {
  return disposition !== undefined && /;\s*handling\s*=\s*"?optional"?\s*(;|$)/i.test(disposition);
}

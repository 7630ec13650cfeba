import { checkMessage } from '../sip/check-message.js';
import type { SipRequest } from '../sip/message.js';
import type { Rejection } from './rejection.js';

/** Option tags that a proxy must understand to forward; we have none. */
const SUPPORTED_BY_PROXY: ReadonlySet<string> = new Set();

/** RFC 3261 §16.3, items 1 and 2: what every request must be. Loops and credentials have files of their own. */
export function validateRequest(request: SipRequest): Rejection | undefined {
  const fault = checkMessage(request); // item 1
  if (fault) return { status: fault.status };
  // Item 2. No listener speaks TLS, so sips is a scheme that we do not understand.
  return request.uri?.scheme === 'sip' ? undefined : { status: 416 };
}

/** RFC 3261 §16.3, items 3 and 5: what a request must be to be forwarded. They say nothing of one that the proxy answers itself. */
export function validateForwarding(request: SipRequest): Rejection | undefined {
  if (request.maxForwards === 0) return { status: 483 }; // item 3
  const unsupported = request.headers.list('Proxy-Require').filter((option) => !SUPPORTED_BY_PROXY.has(option));
  if (unsupported.length > 0) return { status: 420, headers: unsupported.map((option) => ['Unsupported', option] as const) }; // item 5
  return undefined;
}

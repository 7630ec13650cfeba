import { checkMessage } from '../sip/check-message.js';
import type { SipRequest } from '../sip/message.js';
import type { Rejection } from './rejection.js';

/** Option tags that a proxy must understand to forward; we have none. */
const SUPPORTED_BY_PROXY: ReadonlySet<string> = new Set();

/** RFC 3261 §16.3, items 1 to 3 and 5. Loops and credentials have files of their own. */
export function validateRequest(request: SipRequest): Rejection | undefined {
  const fault = checkMessage(request); // item 1
  if (fault) return { status: fault.status };
  // Item 2. No listener speaks TLS, so sips is a scheme that we do not understand.
  if (request.uri?.scheme !== 'sip') return { status: 416 };
  if (request.maxForwards === 0) return { status: 483 }; // item 3
  const unsupported = request.headers.list('Proxy-Require').filter((option) => !SUPPORTED_BY_PROXY.has(option));
  if (unsupported.length > 0) return { status: 420, headers: unsupported.map((option) => ['Unsupported', option] as const) }; // item 5
  return undefined;
}

import type { FieldLine } from './field-line.js';
import { GRAMMARS, MAY_BE_EMPTY } from './header-grammar.js';
import { splitList } from './list.js';
import type { SipMessage, SipRequest } from './message.js';
import { parseUri } from './uri.js';

/** What is wrong with a message, and the response that a server gives to such a request. */
export interface HeaderFault {
  /** In the RFC's spelling, or `Request-URI`. */
  readonly header: string;
  readonly reason: string;
  readonly status: number;
}

/** RFC 3261 §8.1.1, without Max-Forwards: proxies are to forward requests that lack it (§16.3). */
const MANDATORY = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
/** Headers without lists that may stand several times all the same (RFC 3261 §7.3.1, RFC 8224 §4). */
const MAY_REPEAT = new Set(['authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate', 'identity']);

/**
 * Checks what `parseMessage` leaves for later: the headers that must be there, those that may stand once, and the grammar of
 * every header we know. Requests after RFC 2543 pass: no tag in From, no branch, no Max-Forwards (RFC 4475 §3.4.1).
 *
 * @returns the first fault, or null. A server answers the fault's status; a response with a fault is dropped.
 */
export function checkMessage(message: SipMessage): HeaderFault | null {
  const reason = message.kind === 'request' ? requestUriFault(message) : undefined;
  if (reason !== undefined) return fault('Request-URI', reason);
  for (const header of MANDATORY) {
    if (!message.headers.has(header)) return fault(header, 'is missing');
  }
  const seen = new Set<string>();
  for (const line of message.headers.lines()) {
    const { key, canonical, list } = line.name;
    if (seen.has(key) && !list && !MAY_REPEAT.has(key)) return fault(canonical, 'stands more than once');
    seen.add(key);
    const reason = lineFault(line);
    if (reason !== undefined) return fault(canonical, reason);
  }
  if (message.kind === 'request' && message.cseq?.method !== message.method) return fault('CSeq', 'method is not that of the request line');
  return null;
}

function fault(header: string, reason: string): HeaderFault {
  return { header, reason, status: 400 };
}

function requestUriFault({ requestUri }: SipRequest): string | undefined {
  const uri = parseUri(requestUri);
  if (!uri.ok) return uri.error;
  return uri.value.headers === undefined ? undefined : 'headers in a Request-URI'; // RFC 3261 §19.1.1
}

function lineFault(line: FieldLine): string | undefined {
  const { value } = line;
  const { key, list } = line.name;
  if (hasStrayControl(value)) return 'control character outside a quoted pair';
  const grammar = GRAMMARS.get(key);
  if (!grammar || (value === '' && MAY_BE_EMPTY.has(key))) return undefined;
  if (!list) return grammar(value);
  for (const element of splitList(value)) {
    const reason = element === '' ? 'empty element in the list' : grammar(element);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** RFC 3261 §25.1: control characters stand in quoted pairs only, and line ends not even there. */
function hasStrayControl(value: string): boolean {
  return CONTROL.test(value) && CONTROL.test(value.replace(/\\[\x00-\x09\x0b\x0c\x0e-\x7f]/g, ''));
}

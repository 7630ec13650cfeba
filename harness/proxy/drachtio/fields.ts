import type { Headers } from '../../sip/headers.js';
import type { SipRequest, SipResponse } from '../../sip/message.js';
import type { NameAddr } from '../../sip/name-addr.js';
import { decodeUtf8 } from '../../sip/octets.js';
import type { ListeningPoint } from '../../transaction/listener.js';

/** As drachtio-srf takes header fields. */
export type Fields = Record<string, string>;

/** What the server writes itself in any message (RFC 3261 §8.1.1, §8.2.6). */
const SERVERS_OWN: readonly string[] = ['via', 'call-id', 'cseq', 'content-length', 'from', 'to'];
/** What concerns one leg only, each being a call of its own. */
const LEGS_OWN: readonly string[] = [...SERVERS_OWN, 'contact', 'route', 'record-route'];
/** What a user agent says of itself: we can do neither PRACK nor session timers, whatever the other side can. */
const CAPABILITIES: readonly string[] = ['supported', 'require', 'allow', 'rseq', 'rack', 'session-expires', 'min-se'];
const MAX_FORWARDS = 70;

/**
 * The header of a request that goes on outside dialogs: the caller's, in the caller's name, so that an attempt's marker gets
 * through.
 * @param from named in Contact, by which a server with several listeners chooses the one that the request leaves from
 */
export function requestFields(request: SipRequest, from: ListeningPoint | undefined): Fields {
  const { maxForwards } = request;
  return {
    ...copied(request.headers, [...LEGS_OWN, ...CAPABILITIES, 'max-forwards']),
    From: withoutTag(request.from),
    To: withoutTag(request.to),
    ...(from && { Contact: `<sip:${from.sentBy}>` }),
    // RFC 7332: a B2BUA counts as a hop, or requests could go round for ever.
    'Max-Forwards': String(maxForwards === undefined ? MAX_FORWARDS : maxForwards - 1),
  };
}

/** The header of a callee's response that goes on to the caller; a redirection is nothing without its contacts. */
export function relayedFields(response: SipResponse): Fields {
  const redirects = response.status >= 300 && response.status < 400;
  const own = redirects ? LEGS_OWN.filter((name) => name !== 'contact') : LEGS_OWN;
  return copied(response.headers, [...own, ...CAPABILITIES]);
}

/** The header of a request within a dialog that goes on to the other one. */
export function dialogFields(request: SipRequest): Fields {
  return copied(request.headers, [...LEGS_OWN, ...CAPABILITIES, 'max-forwards']);
}

/** The header of a response that we make ourselves. */
export function ownFields(response: SipResponse): Fields {
  return copied(response.headers, SERVERS_OWN);
}

function copied(headers: Headers, left: readonly string[]): Fields {
  const fields: Fields = {};
  for (const [name, value] of headers.entries()) {
    if (left.includes(name.toLowerCase())) continue;
    const before = fields[name];
    // One value a name is all that drachtio-srf has, and not all may be joined by commas (RFC 3261 §7.3.1): so a value of two lines.
    fields[name] = before === undefined ? decodeUtf8(value) : `${before}\r\n${name}: ${decodeUtf8(value)}`;
  }
  return fields;
}

function withoutTag(address: NameAddr | undefined): string {
  if (!address) return '';
  address.params.delete('tag');
  const { displayName, uriText, params } = address;
  const name = displayName === undefined ? '' : `"${displayName.replace(/["\\]/g, '\\$&')}" `;
  return decodeUtf8(`${name}<${uriText}>${params}`);
}

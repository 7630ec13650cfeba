import { createResponse } from '../sip/create-response.js';
import { headerName } from '../sip/header-names.js';
import { SipRequest, type SipResponse } from '../sip/message.js';
import type { Listener } from '../transaction/listener.js';
import { type AppMessage, type AppRequestLine, type AppStatusLine, appHeader } from './app-message.js';
import { inServerOrder } from './header-order.js';
import type { Names } from './names.js';
import { carriedOptions, reasonNotCarried } from './not-carried.js';
import { atOwnAddress, bracketed, ownContact } from './server-uri.js';

type Field = readonly [name: string, value: string];

/** Headers that an application cannot set: the way of a message is the server's affair. */
const SERVERS_OWN = ['via', 'route', 'record-route', 'rseq', 'content-length'];
/** Of a response, or inside a dialog, these follow from what is there already. */
const OF_THE_DIALOG = ['from', 'to', 'call-id', 'cseq', 'max-forwards'];
const AT_LOCALHOST = ['from', 'to', 'contact', 'p-asserted-identity'];
const MAX_FORWARDS = '70';

/** A message cannot be sent; the text is for the application. */
export class Refusal {
  constructor(readonly reason: string) {}
}

/** A request outside dialogs, from what the application gave and, for all that it did not, the server's own values. */
export function composeNewRequest(message: AppMessage, listener: Listener, names: Names): SipRequest | Refusal {
  const { method, requestUri } = message.start as AppRequestLine;
  const body = bodyFields(message);
  if (body instanceof Refusal) return body;
  const given = (name: string): string | undefined => {
    const value = appHeader(message, name);
    return value === undefined ? undefined : atOwnAddress(value, listener);
  };
  const contact = ownContact(listener);
  const makesDialog = method === 'INVITE' || method === 'SUBSCRIBE';
  const from = bracketed(given('From') ?? contact);
  const fields: Field[] = [
    ['Max-Forwards', given('Max-Forwards') ?? MAX_FORWARDS],
    ['From', /;\s*tag=/i.test(afterUri(from)) ? from : `${from};tag=${names.tag()}`],
    ['To', bracketed(given('To') ?? requestUri)],
    ['Call-ID', given('Call-ID') ?? given('i') ?? names.callId()],
    ['CSeq', `${Number.parseInt(given('CSeq') ?? '', 10) || names.firstSequence()} ${method}`],
    ...(makesDialog && given('Contact') === undefined ? [['Contact', contact] as const] : []),
    ...applicationFields(message, listener, OF_THE_DIALOG),
    ...body,
  ];
  return SipRequest.create(method, requestUri, inServerOrder(fields), message.body);
}

/** What of an application's request goes into one inside a dialog. */
export function dialogFields(message: AppMessage, listener: Listener, localContact: string): Field[] | Refusal {
  const { method } = message.start as AppRequestLine;
  const body = bodyFields(message);
  if (body instanceof Refusal) return body;
  const needsContact = ['INVITE', 'SUBSCRIBE', 'REFER'].includes(method) && appHeader(message, 'Contact') === undefined;
  return inServerOrder([
    ...(needsContact && localContact !== '' ? [['Contact', localContact] as const] : []),
    ...applicationFields(message, listener, OF_THE_DIALOG),
    ...body,
  ]);
}

/** The headers that an application puts on a request which is the server's own work: a CANCEL, or what is proxied. */
export function extraFields(message: AppMessage): Field[] {
  return named(message).filter(([name]) => !isOneOf(name, [...SERVERS_OWN, ...OF_THE_DIALOG, 'contact', 'content-type']));
}

/**
 * The application's response to a request.
 * @param toTag for To where the request has none
 */
export function composeResponse(request: SipRequest, message: AppMessage, toTag: string, listener: Listener): SipResponse | Refusal {
  const { status, reason } = message.start as AppStatusLine;
  const body = bodyFields(message, true);
  if (body instanceof Refusal) return body;
  const { method } = request;
  const makesDialog = method === 'INVITE' || method === 'SUBSCRIBE';
  const needsContact = makesDialog && status >= 200 && status < 300 && appHeader(message, 'Contact') === undefined;
  const recordRoutes = makesDialog && status > 100 && status < 300 ? request.headers.all('Record-Route') : [];
  const headers = inServerOrder([
    ...recordRoutes.map((route) => ['Record-Route', route] as const), // RFC 3261 §12.1.1
    ...(needsContact ? [['Contact', ownContact(listener)] as const] : []),
    ...applicationFields(message, listener, OF_THE_DIALOG),
    ...body,
  ]);
  return createResponse(request, status, {
    headers,
    body: message.body,
    ...(reason !== '' && { reason }),
    ...(status > 100 && { toTag }), // RFC 3261 §8.2.6.2
  });
}

function applicationFields(message: AppMessage, listener: Listener, without: readonly string[]): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of named(message)) {
    const { key } = headerName(name);
    if (SERVERS_OWN.includes(key) || without.includes(key) || key === 'content-type') continue;
    if (key === 'supported') fields.push(...withoutExtensions(name, value));
    else fields.push([name, AT_LOCALHOST.includes(key) ? atOwnAddress(value, listener) : value]);
  }
  return fields;
}

/** Nobody must think that the server helps with an extension which it does not carry. */
function withoutExtensions(name: string, value: string): Field[] {
  const left = carriedOptions(value);
  return left.length > 0 ? [[name, left.join(', ')]] : [];
}

function bodyFields(message: AppMessage, isResponse = false): Field[] | Refusal {
  const reason = reasonNotCarried(message);
  if (reason !== undefined) return new Refusal(reason);
  const length: Field = ['Content-Length', String(message.body.length)];
  if (message.body.length === 0) return [length];
  const type = appHeader(message, 'Content-Type') ?? appHeader(message, 'c') ?? guessedType(message.body);
  if (type === undefined && !isResponse) return new Refusal('missing content-type');
  return type === undefined ? [length] : [['Content-Type', type], length];
}

function guessedType(body: Buffer): string | undefined {
  return body.subarray(0, 3).toString('latin1') === 'v=0' ? 'application/sdp' : undefined;
}

function named(message: AppMessage): readonly Field[] {
  return message.headers.filter(([name]) => /^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name));
}

function isOneOf(name: string, keys: readonly string[]): boolean {
  return keys.includes(headerName(name).key);
}

function afterUri(nameAddr: string): string {
  return nameAddr.slice(nameAddr.lastIndexOf('>') + 1);
}

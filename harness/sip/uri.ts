import { consistsOf, DIGIT, skip, URI_PARAMETER, USER } from './characters.js';
import { escapeOctets, escapesAreWhole, unescapeOctets } from './escapes.js';
import { parseHost, parsePort } from './host.js';
import { type Param, Params } from './params.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** A URI of RFC 3261 §19.1: sip and sips taken apart, any other scheme as scheme and opaque rest. */
export interface Uri {
  /** `sip` and `sips` in lower case, others as written. */
  readonly scheme: string;
  /** As written, with its escapes; {@link userOf} undoes them. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** As written, an IPv6 reference in its brackets; empty for other schemes. */
  readonly host: string;
  readonly port?: number | undefined;
  /** Escapes undone in names and values. */
  readonly params: Params;
  /** What follows `?`, as written. */
  readonly headers?: string | undefined;
  /** What follows the scheme, where that is neither sip nor sips. */
  readonly opaque?: string | undefined;
}

/** Reads one URI that fills the whole text. */
export function parseUri(text: string): Outcome<Uri, string> {
  const colon = text.indexOf(':');
  if (text.startsWith('sip:')) return parseSipUri('sip', text, 4);
  const scheme = text.slice(0, Math.max(colon, 0));
  if (!/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) return refused('URI without a scheme');
  const known = scheme.toLowerCase();
  if (known === 'sip' || known === 'sips') return parseSipUri(known, text, colon + 1);
  const opaque = text.slice(colon + 1);
  // RFC 3261 §25.1, absoluteURI, with the brackets that RFC 3986 added: all that is visible but <, > and ".
  if (!/^[!#-;=?-~]+$/.test(opaque)) return refused('URI with nothing after the scheme, or with octets that none may have');
  return accepted({ scheme, host: '', params: new Params(), opaque });
}

function parseSipUri(scheme: string, text: string, start: number): Outcome<Uri, string> {
  const arroba = text.indexOf('@', start);
  const userinfo = arroba < 0 ? '' : text.slice(start, arroba);
  const colon = userinfo.indexOf(':');
  const user = arroba < 0 ? undefined : colon < 0 ? userinfo : userinfo.slice(0, colon);
  const password = colon < 0 ? undefined : userinfo.slice(colon + 1);
  if (user !== undefined && !isUser(user)) return refused('URI with an empty or malformed user part');
  if (password && !isUser(password)) return refused('URI with a malformed password');

  const host = parseHost(text, arroba < 0 ? start : arroba + 1);
  if (!host.ok) return refused(`URI: ${host.error}`);
  let at = host.value.end;
  let port: number | undefined;
  if (text.charCodeAt(at) === 0x3a) {
    const end = skip(text, at + 1, DIGIT);
    port = parsePort(text.slice(at + 1, end));
    if (port === undefined) return refused('URI whose port is not in 1 to 65535');
    at = end;
  }
  const question = text.indexOf('?', at);
  const params = parseUriParams(text, at, question < 0 ? text.length : question);
  if (!params) return refused('URI with malformed parameters');
  const headers = question < 0 ? undefined : text.slice(question + 1);
  if (headers !== undefined && !isHeaders(headers)) return refused('URI with malformed headers');
  return accepted({ scheme, user, password, host: host.value.host, port, params, headers, opaque: undefined });
}

function isUser(text: string): boolean {
  return consistsOf(text, USER) && escapesAreWhole(text);
}

function parseUriParams(text: string, start: number, end: number): Params | undefined {
  if (start === end) return new Params();
  if (text.charCodeAt(start) !== 0x3b) return undefined;
  const items: Param[] = [];
  for (const item of text.slice(start + 1, end).split(';')) {
    const equals = item.indexOf('=');
    const name = equals < 0 ? item : item.slice(0, equals);
    const value = equals < 0 ? null : item.slice(equals + 1);
    if (!isUriParameter(name) || (value !== null && !isUriParameter(value))) return undefined;
    items.push([unescapeOctets(name), value === null ? null : unescapeOctets(value)]);
  }
  return new Params(items);
}

function isUriParameter(text: string): boolean {
  return consistsOf(text, URI_PARAMETER) && escapesAreWhole(text);
}

/** RFC 3261 §25.1, headers: `name=value` joined by `&`. */
function isHeaders(text: string): boolean {
  return (
    escapesAreWhole(text) &&
    /^[\w\-.!~*'()[\]/?:+$%]+=[\w\-.!~*'()[\]/?:+$%]*(?:&[\w\-.!~*'()[\]/?:+$%]+=[\w\-.!~*'()[\]/?:+$%]*)*$/.test(text)
  );
}

export function formatUri(uri: Uri): string {
  if (uri.opaque !== undefined) return `${uri.scheme}:${uri.opaque}`;
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const userinfo = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${userinfo}${uri.host}${port}${formatUriParams(uri.params)}${headers}`;
}

function formatUriParams(params: Params): string {
  const special = /[^\w\-.!~*'()[\]/:&+$]/g;
  let text = '';
  for (const [name, value] of params.entries()) {
    text += `;${escapeOctets(name, special)}`;
    if (value !== null) text += `=${escapeOctets(value, special)}`;
  }
  return text;
}

export function copyUri(uri: Uri): Uri {
  return { ...uri, params: uri.params.copy() };
}

/** The user part with its escapes undone; undefined where there is none. */
export function userOf(uri: Uri): string | undefined {
  return uri.user === undefined ? undefined : unescapeOctets(uri.user);
}

/** The headers after `?`, escapes undone, in their order. */
export function headersOf(uri: Uri): [name: string, value: string][] {
  return (uri.headers?.split('&') ?? []).map((header) => {
    const equals = header.indexOf('=');
    return [unescapeOctets(header.slice(0, equals)), unescapeOctets(header.slice(equals + 1))];
  });
}

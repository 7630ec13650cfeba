import { BLANK, isToken, skip, TOKEN, trimBlanks } from './characters.js';
import { type Params, parseParams } from './params.js';
import { accepted, type Outcome, refused } from './parsed.js';
import { endOfQuotedString, unquote } from './quoted-string.js';
import { copyUri, parseUri, type Uri } from './uri.js';

/** An address of To, From, Contact, Route and their like: name-addr or addr-spec, and parameters (RFC 3261 §20.10). */
export class NameAddr {
  constructor(
    /** As written between `<` and `>`, or without them. */
    readonly uriText: string,
    readonly uri: Uri,
    readonly params: Params,
    /** Without quotes and escapes; undefined where there is none. */
    readonly displayName?: string | undefined,
  ) {}

  get tag(): string | undefined {
    return this.params.get('tag') ?? undefined;
  }

  copy(): NameAddr {
    return new NameAddr(this.uriText, copyUri(this.uri), this.params.copy(), this.displayName);
  }
}

/** Where the parts of an address stand, found without judging them. `uriStart` is -1 where a quoted string never ends. */
interface Layout {
  readonly display: string;
  readonly bracketed: boolean;
  readonly uriStart: number;
  readonly uriEnd: number;
  readonly paramsStart: number;
}

function layOut(text: string): Layout {
  const quoteEnd = text.charCodeAt(0) === 0x22 ? endOfQuotedString(text, 0) : 0;
  const open = text.indexOf('<', Math.max(quoteEnd, 0));
  const semicolon = text.indexOf(';', Math.max(quoteEnd, 0));
  if (open < 0 || (semicolon >= 0 && semicolon < open)) {
    // RFC 3261 §20.10: without < > whatever follows a semicolon is a parameter of the header, not of the URI.
    const end = semicolon < 0 ? text.length : semicolon;
    return { display: '', bracketed: false, uriStart: quoteEnd < 0 ? -1 : 0, uriEnd: end, paramsStart: end };
  }
  const close = text.indexOf('>', open);
  const uriEnd = close < 0 ? text.length : close;
  return { display: text.slice(0, open), bracketed: true, uriStart: quoteEnd < 0 ? -1 : open + 1, uriEnd, paramsStart: uriEnd + 1 };
}

/** Reads one address that fills the whole text. `*` is none. */
export function parseNameAddr(text: string): Outcome<NameAddr, string> {
  const { display, bracketed, uriStart, uriEnd, paramsStart } = layOut(text);
  if (uriStart < 0) return refused('quoted string of the display name never ends');
  if (bracketed && uriEnd === text.length) return refused('"<" without ">"');
  const uriText = bracketed ? text.slice(uriStart, uriEnd) : trimBlanks(text.slice(uriStart, uriEnd));
  if (!bracketed && /[?,]/.test(uriText)) return refused('URI with "?" or "," stands without "<" and ">"'); // RFC 3261 §20.10
  const displayName = parseDisplayName(display);
  if (displayName === null) return refused('display name is neither a quoted string nor tokens');
  const uri = parseUri(uriText);
  if (!uri.ok) return uri;
  const params = parseParams(text, paramsStart);
  return params.ok ? accepted(new NameAddr(uriText, uri.value, params.value, displayName)) : params;
}

/** undefined where there is none, null where it is malformed. */
function parseDisplayName(display: string): string | undefined | null {
  const text = trimBlanks(display); // no space is needed before "<": RFC 4475 §3.1.1.6
  if (text === '') return undefined;
  if (text.startsWith('"')) return endOfQuotedString(text, 0) === text.length ? unquote(text) : null;
  const words = text.split(/[ \t]+/);
  return words.every(isToken) ? words.join(' ') : null;
}

/** The tag of an address of which nothing else needs to be right, read without taking the whole apart. */
export function tagOf(text: string): string | undefined {
  const { paramsStart } = layOut(text);
  if (text.startsWith(';tag=', paramsStart)) {
    const end = skip(text, paramsStart + 5, TOKEN);
    if (end === text.length && end > paramsStart + 5) return text.slice(paramsStart + 5);
  }
  const params = parseParams(text, skip(text, paramsStart, BLANK), true);
  return params.ok ? (params.value.get('tag') ?? undefined) : undefined;
}

import { BLANK, skip, TOKEN, trimBlanks } from './characters.js';
import { splitList } from './list.js';
import { accepted, type Outcome, refused } from './parsed.js';
import { endOfQuotedString, quote, unquote } from './quoted-string.js';

/** `Digest realm="x", qop=auth` taken apart: names in lower case, quotes undone (RFC 3261 §25.1, challenge and credentials). */
export interface SchemeAndParams {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

export function parseSchemeAndParams(text: string): Outcome<SchemeAndParams, string> {
  const end = skip(text, 0, TOKEN);
  const start = skip(text, end, BLANK);
  if (end === 0 || start === end) return refused('expected a scheme, a space and parameters');
  const params = new Map<string, string>();
  for (const item of splitList(text.slice(start))) {
    if (item === '') continue;
    const nameEnd = skip(item, 0, TOKEN);
    const equals = skip(item, nameEnd, BLANK);
    if (nameEnd === 0 || item.charCodeAt(equals) !== 0x3d) return refused('parameter without a name or "="');
    const value = trimBlanks(item.slice(equals + 1));
    const quoted = value.startsWith('"');
    if (quoted ? endOfQuotedString(value, 0) !== value.length : value === '' || value.includes('"'))
      return refused('malformed parameter value');
    const name = item.slice(0, nameEnd).toLowerCase();
    if (params.has(name)) return refused(`parameter "${name}" stands twice`);
    params.set(name, quoted ? unquote(value) : value);
  }
  return accepted({ scheme: text.slice(0, end), params });
}

/** `undefined` values are left out; those named in `bare` stand without quotes. */
export function formatSchemeAndParams(
  scheme: string,
  params: readonly (readonly [string, string | undefined])[],
  bare: readonly string[],
): string {
  const items: string[] = [];
  for (const [name, value] of params) {
    if (value !== undefined) items.push(`${name}=${bare.includes(name) ? value : quote(value)}`);
  }
  return `${scheme} ${items.join(', ')}`;
}

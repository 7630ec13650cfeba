/** Character classes of RFC 3261 §25.1, as bits in one table over the 256 octets. */
export const TOKEN = 1;
/** What may stand in a `word`: of Call-IDs. */
export const WORD = 2;
/** Hostnames and IPv4 addresses; with `_`, which RFC 3261 forbids and container networks use. */
export const HOST = 4;
/** Unquoted parameter values: token, and the octets of an IPv6 address. */
export const VALUE = 8;
export const DIGIT = 16;
/** SP and HTAB. */
export const BLANK = 32;
/** Octets that stand for themselves in the user part of a SIP URI, and `%`. */
export const USER = 64;
/** Octets that stand for themselves in a SIP URI's parameter names and values, and `%`. */
export const URI_PARAMETER = 128;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const UNRESERVED = `${ALPHANUMERIC}-_.!~*'()%`;
const CLASSES = new Uint8Array(256);
const MEMBERS: readonly [number, string][] = [
  [TOKEN | WORD | VALUE, `${ALPHANUMERIC}-.!%*_+\`'~`],
  [WORD, '()<>:\\"/[]?{}'],
  [VALUE, '[]:'],
  [HOST, `${ALPHANUMERIC}-._`],
  [DIGIT, '0123456789'],
  [BLANK, ' \t'],
  [USER, `${UNRESERVED}&=+$,;?/`],
  [URI_PARAMETER, `${UNRESERVED}[]/:&+$`],
];
for (const [bits, members] of MEMBERS) {
  for (const member of members) CLASSES[member.charCodeAt(0)] = (CLASSES[member.charCodeAt(0)] ?? 0) | bits;
}

/** The first index from `at` on whose octet is in none of the classes; the text's length if there is none. */
export function skip(text: string, at: number, classes: number): number {
  let index = at;
  while (index < text.length && ((CLASSES[text.charCodeAt(index)] ?? 0) & classes) !== 0) index++;
  return index;
}

/** Whether the text is not empty and has octets of these classes only. */
export function consistsOf(text: string, classes: number): boolean {
  return text.length > 0 && skip(text, 0, classes) === text.length;
}

export function isToken(text: string): boolean {
  return consistsOf(text, TOKEN);
}

/** The text from `start` to `end`, without SP and HTAB at both ends. `String.trim` would take 0xA0 too, a part of many UTF-8 characters. */
export function trimBlanks(text: string, start = 0, end = text.length): string {
  let first = start;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first++;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
  return text.slice(first, last);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The number that a run of digits spells, if it is one and at most `greatest`. */
export function parseNumber(text: string, greatest: number): number | undefined {
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return text.length > 0 && value <= greatest ? value : undefined;
}

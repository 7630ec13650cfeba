import { parseSchemeAndParams } from './auth-params.js';
import { BLANK, consistsOf, DIGIT, isToken, skip, TOKEN, trimBlanks, WORD } from './characters.js';
import { GREATEST_SEQUENCE, parseCSeq } from './cseq.js';
import { parseNameAddr } from './name-addr.js';
import { parseParams } from './params.js';
import type { Outcome } from './parsed.js';
import { endOfQuotedString } from './quoted-string.js';
import { parseVia } from './via.js';

/** What is wrong with one element of a header's value; undefined where nothing is. */
export type Grammar = (element: string) => string | undefined;

const address: Grammar = (text) => paramsFault(parseNameAddr(text));
const via: Grammar = (text) => paramsFault(parseVia(text));
const cseq: Grammar = (text) => errorOf(parseCSeq(text));
const token: Grammar = (text) => (isToken(text) ? undefined : 'expected a token');
const number: Grammar = (text) => (consistsOf(text, DIGIT) ? undefined : 'expected a number');
const contact: Grammar = (text) => (text === '*' ? undefined : address(text));

function errorOf(outcome: Outcome<unknown, string>): string | undefined {
  return outcome.ok ? undefined : outcome.error;
}

function paramsFault(outcome: Outcome<{ readonly params: { duplicate(): string | undefined } }, string>): string | undefined {
  if (!outcome.ok) return outcome.error;
  const name = outcome.value.params.duplicate();
  return name === undefined ? undefined : `parameter "${name}" stands twice`;
}

function numberUpTo(greatest: number): Grammar {
  return (text) => number(text) ?? (Number(text) <= greatest ? undefined : `expected a number up to ${greatest}`);
}

/** callid: word [ "@" word ] */
const callId: Grammar = (text) => {
  const words = text.split('@');
  return words.length <= 2 && words.every((word) => consistsOf(word, WORD)) ? undefined : 'expected one or two words with "@" between them';
};

/** Something that ends where the parameters begin: a token, a media range, a number. */
function withParams(head: RegExp, expected: string): Grammar {
  return (text) => {
    const match = head.exec(text);
    return match ? errorOf(parseParams(text, match[0].length)) : `expected ${expected}`;
  };
}

const TOKEN_PATTERN = "[\\w\\-.!%*+`'~]+";
const mediaRange = withParams(new RegExp(`^${TOKEN_PATTERN}[ \\t]*/[ \\t]*${TOKEN_PATTERN}`), 'a media type');
const tokenWithParams = withParams(new RegExp(`^${TOKEN_PATTERN}`), 'a token');
const secondsWithParams = withParams(/^\d+/, 'seconds');

/** Retry-After may hold a comment, which may hold nearly anything. */
const retryAfter: Grammar = (text) => (/^\d+(?![^ \t(;])/.test(text) ? undefined : 'expected seconds');
const timestamp: Grammar = (text) => (/^\d+(?:\.\d*)?(?:[ \t]+\d*(?:\.\d*)?)?$/.test(text) ? undefined : 'expected a time');
const mimeVersion: Grammar = (text) => (/^\d+\.\d+$/.test(text) ? undefined : 'expected a version');

/** warn-code SP warn-agent SP warn-text */
const warning: Grammar = (text) => {
  const head = /^\d{3} [^ \t"]+ "/.exec(text);
  return head && endOfQuotedString(text, head[0].length - 1) === text.length
    ? undefined
    : 'expected a code of three digits, an agent and a quoted text';
};

/** RAck of RFC 3262: response-num CSeq-num Method. */
const rack: Grammar = (text) => {
  const end = skip(text, 0, DIGIT);
  return end > 0 && skip(text, end, BLANK) > end
    ? cseq(trimBlanks(text.slice(end)))
    : 'expected a number before sequence number and method';
};

/** Only Digest is taken apart: others are for those who know them (RFC 4475 §3.3.7). */
const authorization: Grammar = (text) => {
  const end = skip(text, 0, TOKEN);
  if (end === 0 || end === text.length) return 'expected a scheme and something after it';
  return text.slice(0, end).toLowerCase() === 'digest' ? errorOf(parseSchemeAndParams(text)) : undefined;
};

/**
 * By header key. Date stands not here on purpose: an element should not refuse a message for a Date it has no use for
 * (RFC 4475 §3.1.2.12). Nor do bounds of Expires: what is too large counts as absent (RFC 3261 §20.19).
 */
export const GRAMMARS: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ['via', via],
  ['from', address],
  ['to', address],
  ['contact', contact],
  ['route', address],
  ['record-route', address],
  ['path', address],
  ['service-route', address],
  ['reply-to', address],
  ['refer-to', address],
  ['referred-by', address],
  ['diversion', address],
  ['p-asserted-identity', address],
  ['p-preferred-identity', address],
  ['call-id', callId],
  ['cseq', cseq],
  ['max-forwards', numberUpTo(255)],
  ['content-length', numberUpTo(Number.MAX_SAFE_INTEGER)],
  ['expires', number],
  ['min-expires', number],
  ['rseq', numberUpTo(GREATEST_SEQUENCE)],
  ['rack', rack],
  ['session-expires', secondsWithParams],
  ['min-se', secondsWithParams],
  ['retry-after', retryAfter],
  ['timestamp', timestamp],
  ['allow', token],
  ['require', token],
  ['proxy-require', token],
  ['supported', token],
  ['unsupported', token],
  ['allow-events', token],
  ['content-type', mediaRange],
  ['accept', mediaRange],
  ['content-disposition', tokenWithParams],
  ['content-encoding', token],
  ['content-language', token],
  ['accept-encoding', tokenWithParams],
  ['accept-language', tokenWithParams],
  ['event', tokenWithParams],
  ['subscription-state', tokenWithParams],
  ['reason', tokenWithParams],
  ['mime-version', mimeVersion],
  ['warning', warning],
  ['authorization', authorization],
  ['proxy-authorization', authorization],
  ['www-authenticate', authorization],
  ['proxy-authenticate', authorization],
]);

/** Lists that may have no element at all: `[ value *(COMMA value) ]`. */
export const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'accept-language', 'allow', 'supported']);

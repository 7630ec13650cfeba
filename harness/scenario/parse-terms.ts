/** Reads the small words of the format after substitution. Each gives undefined for what it cannot read. */

import { isIP } from 'node:net';
import type { AttemptState, Condition, Duration, HostAddress, Reaction, Target } from './model.js';

/** `500ms`, `2s`, `64T1` */
export function parseDuration(text: string): Duration | undefined {
  const match = /^(\d{1,7}(?:\.\d{1,6})?)(ms|s|T1)$/.exec(text);
  if (!match) return undefined;
  const amount = Number(match[1]);
  if (match[2] === 'T1') return { amount, unit: 'T1' };
  return { amount: match[2] === 's' ? amount * 1000 : amount, unit: 'ms' };
}

/** `5%` as a share from 0 to 1 */
export function parseShare(text: string): number | undefined {
  const match = /^(\d{1,2}(?:\.\d{1,6})?|100)%$/.exec(text);
  return match ? Number(match[1]) / 100 : undefined;
}

/** `200/s` as calls a second, for what the schema let through. */
export function parseRate(text: string): number {
  return Number.parseFloat(text);
}

/** A duration in milliseconds for the timer T1 of a run. */
export function durationMs({ amount, unit }: Duration, t1Ms: number): number {
  return unit === 'T1' ? amount * t1Ms : amount;
}

/** The words of `do` and of `numbers`. */
export function parseReaction(text: string): Reaction | undefined {
  switch (text) {
    case 'ring':
    case 'ringing':
      return { kind: 'ring', status: 180, phrase: null };
    case 'answer':
    case 'engaged':
      return { kind: 'answer' };
    case 'ignore':
      return { kind: 'ignore' };
    case 'busy':
      return { kind: 'reject', status: 486, phrase: null };
    default: {
      const match = /^(?:(ring) (?!100)(1\d\d)|reject ([3-6]\d\d))(?: (.+))?$/.exec(text);
      if (!match) return undefined;
      return { kind: match[1] ? 'ring' : 'reject', status: Number(match[2] ?? match[3]), phrase: parsePhrase(match[4]) };
    }
  }
}

/** The phrase of a response; `""` is the empty one, which RFC 3261 §7.2 allows. */
function parsePhrase(text: string | undefined): string | null {
  return text === '""' ? '' : (text ?? null);
}

const STATES: Readonly<Record<string, AttemptState>> = {
  ringing: 'ringing',
  answered: 'answered',
  engaged: 'answered',
  rejected: 'rejected',
  cancelled: 'cancelled',
  pending: 'pending',
};

export const STATE_WORDS: readonly string[] = Object.keys(STATES);

/** `first is ringing`; the state is undefined where the word is none. */
export function parseCondition(text: string): (Omit<Condition, 'state'> & { state: AttemptState | undefined; word: string }) | undefined {
  const match = /^(\S+) is (\S+)$/.exec(text);
  const [, label, word] = match ?? [];
  if (label === undefined || word === undefined) return undefined;
  return { label, word, state: Object.hasOwn(STATES, word) ? STATES[word] : undefined };
}

/** A number, a SIP URI, or else the name of a participant. */
export function parseTarget(text: string): Target {
  if (/^sips?:/i.test(text)) return { kind: 'uri', uri: text };
  if (/^\+?\d/.test(text)) return { kind: 'number', number: text };
  return { kind: 'participant', name: text };
}

/** `server` or `server/listener` */
export function parseEntrance(text: string): { server: string; listener: string | null } {
  const slash = text.indexOf('/');
  return slash < 0 ? { server: text, listener: null } : { server: text.slice(0, slash), listener: text.slice(slash + 1) };
}

/** An IP address, a CIDR block, a name, or a name with a prefix length. */
export function parseHostAddress(text: string): HostAddress | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const [, base, prefix] = match ?? [];
  if (base === undefined) return undefined;
  const family = isIP(base);
  const prefixLength = prefix === undefined ? null : Number(prefix);
  if (prefixLength !== null && prefixLength > (family === 4 ? 32 : 128)) return undefined;
  if (family !== 0) return { kind: 'literal', text };
  return /^[A-Za-z]/.test(base) ? { kind: 'name', name: base, prefixLength } : undefined;
}

/** A number or the beginning of one followed by `*`. */
export function isNumberPattern(text: string): boolean {
  return /^(\+?[0-9*#.-]*[0-9]\*?|\+?\*)$/.test(text);
}

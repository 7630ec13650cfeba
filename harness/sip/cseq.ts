import { DIGIT, isToken, parseNumber, skip, trimBlanks } from './characters.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** RFC 3261 §20.16. */
export interface CSeq {
  readonly sequence: number;
  readonly method: string;
}

/** RFC 3261 §8.1.1.5: less than 2**31. */
export const GREATEST_SEQUENCE = 2 ** 31 - 1;

export function parseCSeq(text: string): Outcome<CSeq, string> {
  const end = skip(text, 0, DIGIT);
  const sequence = parseNumber(text.slice(0, end), GREATEST_SEQUENCE);
  if (sequence === undefined) return refused('sequence number is not in 0 to 2**31-1');
  const method = trimBlanks(text.slice(end));
  if (method.length === text.length - end || !isToken(method)) return refused('expected a space and a method after the sequence number');
  return accepted({ sequence, method });
}

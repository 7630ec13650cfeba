import { BLANK, skip, TOKEN } from './characters.js';
import { FieldLine } from './field-line.js';
import { headerNameAt } from './header-names.js';
import type { ParseLimits } from './parse-limits.js';

const CR = 0x0d;

/** What is wrong, where, and the response it deserves. */
export interface Fault {
  readonly offset: number;
  readonly reason: string;
  readonly status?: number;
}

/** The field lines found, also after a faulty one; `end` is the first octet of the body. The first fault counts. */
export interface HeaderSection {
  readonly lines: FieldLine[];
  readonly end: number;
  readonly fault: Fault | undefined;
}

/**
 * Finds the field lines from `start` to the empty line, in one pass that looks at no octet of a value. Lines end with CRLF
 * (RFC 3261 section 7); a bare LF is refused, since others who bear it see other headers than those who do not.
 */
export function readHeaderSection(text: string, start: number, limits: ParseLimits): HeaderSection {
  const lines: FieldLine[] = [];
  let fault: Fault | undefined;
  let at = start;
  while (at < text.length) {
    const feed = text.indexOf('\n', at);
    if (feed === at + 1 && text.charCodeAt(at) === CR) return { lines, end: at + 2, fault };
    if (feed < 0) return { lines, end: text.length, fault: fault ?? bad(at, 'the last line has no end') };
    const end = endOfField(text, feed);
    const found = readLine(text, at, end, feed + 1 < end);
    if (found instanceof FieldLine) lines.push(found);
    else fault ??= found;
    if (end - at > limits.maxLineOctets)
      fault ??= { offset: at, reason: `header field of more than ${limits.maxLineOctets} octets`, status: 513 };
    at = end;
    if (lines.length > limits.maxHeaderLines) {
      return { lines, end: at, fault: fault ?? { offset: at, reason: `more than ${limits.maxHeaderLines} header fields`, status: 513 } };
    }
  }
  return { lines, end: text.length, fault: fault ?? bad(at, 'no empty line after the header fields') };
}

/** After the line ends with the feed and all lines that continue it (RFC 3261 section 7.3.1). */
function endOfField(text: string, feed: number): number {
  let end = feed + 1;
  for (let code = text.charCodeAt(end); code === 0x20 || code === 0x09; code = text.charCodeAt(end)) {
    const next = text.indexOf('\n', end);
    if (next < 0) return text.length;
    end = next + 1;
  }
  return end;
}

function readLine(text: string, start: number, end: number, folded: boolean): FieldLine | Fault {
  if (text.charCodeAt(end - 2) !== CR || (folded && hasBareLineFeed(text, start, end))) return bad(start, 'line ends with a bare LF');
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon >= end) return bad(start, 'header field without a colon');
  const name = headerNameAt(text, start, colon) ?? nameBeforeBlanks(text, start, colon);
  if (!name) return bad(start, 'header name is no token');
  return new FieldLine(name, text, start, colon + 1, end, folded);
}

function nameBeforeBlanks(text: string, start: number, colon: number) {
  const nameEnd = skip(text, start, TOKEN);
  return skip(text, nameEnd, BLANK) === colon ? headerNameAt(text, start, nameEnd) : undefined;
}

function hasBareLineFeed(text: string, start: number, end: number): boolean {
  for (let feed = text.indexOf('\n', start); feed >= 0 && feed < end; feed = text.indexOf('\n', feed + 1)) {
    if (text.charCodeAt(feed - 1) !== CR) return true;
  }
  return false;
}

function bad(offset: number, reason: string): Fault {
  return { offset, reason, status: 400 };
}

import { BLANK, skip, TOKEN } from './characters.js';
import { FieldLine } from './field-line.js';
import { type HeaderName, headerNameAt } from './header-names.js';
import type { ParseLimits } from './parse-limits.js';

const CR = 0x0d;
const LF = 0x0a;

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
 * (RFC 3261 §7); a bare LF is refused, since others who bear it see other headers than those who do not.
 */
export function readHeaderSection(text: string, start: number, limits: ParseLimits): HeaderSection {
  const lines: FieldLine[] = [];
  let fault: Fault | undefined;
  let colon = -1;
  for (let at = start, end = start; at < text.length; at = end) {
    const feed = text.indexOf('\n', at);
    if (feed === at + 1 && text.charCodeAt(at) === CR) return { lines, end: feed + 1, fault };
    if (feed < 0) return { lines, end: text.length, fault: fault ?? bad(at, 'the last line has no end') };
    if (lines.length === limits.maxHeaderLines) return { lines, end: text.length, fault: fault ?? tooMany(at, limits) };
    end = endOfField(text, feed);
    // A colon beyond this line is kept for the lines to come, lest lines without one have the rest searched again and again.
    if (colon < at) colon = indexOrEnd(text, ':', at);
    const folded = end > feed + 1;
    const name = colon < end ? (headerNameAt(text, at, colon) ?? nameBeforeBlanks(text, at, colon)) : undefined;
    const ends = endsWell(text, at, end, folded);
    // A line that ends badly is written anew, lest a response take the fault over.
    if (name) lines.push(ends ? new FieldLine(name, text, at, colon + 1, end, folded) : FieldLine.of(name, text.slice(colon + 1, end)));
    fault ??= name && ends && end - at <= limits.maxLineOctets ? undefined : lineFault(at, name, ends, limits);
  }
  return { lines, end: text.length, fault: fault ?? bad(text.length, 'no empty line after the header fields') };
}

function indexOrEnd(text: string, octet: string, at: number): number {
  const index = text.indexOf(octet, at);
  return index < 0 ? text.length : index;
}

/** After the line ends with the feed and all lines that continue it (RFC 3261 §7.3.1). */
function endOfField(text: string, feed: number): number {
  let end = feed + 1;
  for (let code = text.charCodeAt(end); code === 0x20 || code === 0x09; code = text.charCodeAt(end)) {
    const next = text.indexOf('\n', end);
    if (next < 0) return text.length;
    end = next + 1;
  }
  return end;
}

/** RFC 3261 §25.1, HCOLON: white space may stand before the colon. */
function nameBeforeBlanks(text: string, start: number, colon: number): HeaderName | undefined {
  const nameEnd = skip(text, start, TOKEN);
  return skip(text, nameEnd, BLANK) === colon ? headerNameAt(text, start, nameEnd) : undefined;
}

/** Whether each line of the field ends with CRLF. */
function endsWell(text: string, start: number, end: number, folded: boolean): boolean {
  if (text.charCodeAt(end - 1) !== LF || text.charCodeAt(end - 2) !== CR) return false;
  if (!folded) return true;
  for (let feed = text.indexOf('\n', start); feed < end - 1; feed = text.indexOf('\n', feed + 1)) {
    if (text.charCodeAt(feed - 1) !== CR) return false;
  }
  return true;
}

function lineFault(offset: number, name: HeaderName | undefined, ends: boolean, { maxLineOctets }: ParseLimits): Fault {
  if (!name) return bad(offset, 'header field without a name and a colon');
  if (!ends) return bad(offset, 'line ends with a bare LF');
  return { offset, reason: `header field of more than ${maxLineOctets} octets`, status: 513 };
}

function bad(offset: number, reason: string): Fault {
  return { offset, reason, status: 400 };
}

function tooMany(offset: number, { maxHeaderLines }: ParseLimits): Fault {
  return { offset, reason: `more than ${maxHeaderLines} header fields`, status: 513 };
}

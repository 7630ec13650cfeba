import { parseNumber } from './characters.js';
import type { FieldLine } from './field-line.js';
import { type Fault, type HeaderSection, readHeaderSection } from './header-section.js';
import { Headers } from './headers.js';
import { type Origin, type SipMessage, SipRequest, SipResponse } from './message.js';
import { DEFAULT_LIMITS, type ParseLimits } from './parse-limits.js';
import { accepted, type Outcome, refused } from './parsed.js';
import { parseStartLine, type StartLine } from './start-line.js';

export { DEFAULT_LIMITS, type ParseLimits } from './parse-limits.js';

/** Why a datagram is no SIP message, and where. */
export interface ParseError {
  /** Octets from the datagram's first. */
  readonly offset: number;
  /** From 1, counted by line feeds. */
  readonly line: number;
  readonly reason: string;
  /** What a server answers to the request; absent for responses and for what is not SIP at all: those are dropped. */
  readonly status?: number;
  /** The message as far as it could be read; enough to answer by, where it is a request and there is a `status`. */
  readonly message?: SipMessage;
  /** An empty datagram, or one of CRLFs only, as sent to keep a NAT binding alive: nothing to complain about. */
  readonly keepAlive?: true;
}

export type Parsed<T, E = ParseError> = Outcome<T, E>;

/**
 * Reads one datagram: start line, header lines, and Content-Length against what follows. Header values are not looked at;
 * `checkMessage` does that. Never throws. Line ends before the start line are skipped (RFC 3261 §7.5), octets after
 * the body that Content-Length tells are left out, and fewer of them are an error (§18.3).
 */
export function parseMessage(datagram: Buffer, limits: ParseLimits = DEFAULT_LIMITS): Parsed<SipMessage> {
  if (datagram.length > limits.maxMessageOctets) return tooLarge(datagram, limits);
  const text = datagram.toString('latin1');
  const start = skipLineEnds(text);
  const feed = text.indexOf('\n', start);
  if (start === text.length)
    return refused({ offset: 0, line: 1, reason: 'no message, as sent to keep a NAT binding alive', keepAlive: true });
  if (feed < 0 || text.charCodeAt(feed - 1) !== 0x0d)
    return refused(located(text, { offset: start, reason: 'no line that ends with CRLF' }));
  const startLine = parseStartLine(text.slice(start, feed - 1));
  if (!startLine) return refused(located(text, { offset: start, reason: 'neither a request line nor a status line of SIP' }));

  const section = readHeaderSection(text, feed + 1, limits);
  const bodyEnd = endOfBody(section, text.length);
  const origin = { datagram, text, start, bodyStart: section.end, bodyEnd: typeof bodyEnd === 'number' ? bodyEnd : text.length };
  const message = makeMessage(startLine, new Headers(section.lines, false), origin);
  const fault = faultOf(startLine, section, bodyEnd, start, feed - start, limits);
  return fault ? refused({ ...located(text, fault, message.kind), message }) : accepted(message);
}

function skipLineEnds(text: string): number {
  let at = 0;
  while (text.charCodeAt(at) === 0x0d && text.charCodeAt(at + 1) === 0x0a) at += 2;
  return at;
}

function makeMessage(line: StartLine, headers: Headers, origin: Origin): SipMessage {
  if ('method' in line) return new SipRequest(line.method, line.requestUri, headers, line.version, origin);
  return new SipResponse(line.code, line.reason, headers, line.version, origin);
}

/** The first fault from the top of the datagram to its end. */
function faultOf(line: StartLine, section: HeaderSection, bodyEnd: number | Fault, start: number, length: number, limits: ParseLimits) {
  if (line.fault !== undefined) return { offset: start, reason: line.fault, ...(line.status !== undefined && { status: line.status }) };
  if (length > limits.maxLineOctets)
    return { offset: start, reason: `start line of more than ${limits.maxLineOctets} octets`, status: 414 };
  return section.fault ?? (typeof bodyEnd === 'number' ? undefined : bodyEnd);
}

/** Index after the body's last octet (RFC 3261 §18.3). Without a Content-Length all that follows is body. */
function endOfBody({ lines, end: start }: HeaderSection, end: number): number | Fault {
  let line: FieldLine | undefined;
  for (const candidate of lines) {
    if (candidate.name.key !== 'content-length') continue;
    if (line) return { offset: candidate.start, reason: 'more than one Content-Length', status: 400 };
    line = candidate;
  }
  if (!line) return end;
  const length = parseNumber(line.value, Number.MAX_SAFE_INTEGER);
  if (length === undefined) return { offset: line.start, reason: 'Content-Length is no number', status: 400 };
  if (length <= end - start) return start + length;
  return { offset: line.start, reason: `Content-Length is ${length}, but ${end - start} octets follow`, status: 400 };
}

function located(text: string, fault: Fault, kind?: SipMessage['kind']): ParseError {
  let line = 1;
  for (let feed = text.indexOf('\n'); feed >= 0 && feed < fault.offset; feed = text.indexOf('\n', feed + 1)) line++;
  const { offset, reason, status } = fault;
  return kind === 'request' && status !== undefined ? { offset, line, reason, status } : { offset, line, reason };
}

/** Reads as much as the limit allows, to find whom to answer. */
function tooLarge(datagram: Buffer, limits: ParseLimits): Parsed<SipMessage> {
  const head = parseMessage(datagram.subarray(0, limits.maxMessageOctets), limits);
  const message = head.ok ? head.value : head.error.message;
  const reason = `datagram of ${datagram.length} octets, more than ${limits.maxMessageOctets}`;
  const error = { offset: limits.maxMessageOctets, line: 1, reason };
  if (!message) return refused(error);
  return refused(message.kind === 'request' ? { ...error, status: 513, message } : { ...error, message });
}

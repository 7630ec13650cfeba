import { readHeaderSection } from './header-section.js';
import { Headers } from './headers.js';
import { parseMediaType } from './media-type.js';
import { DEFAULT_LIMITS } from './parse-limits.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** One part of a multipart body, its octets as they came. */
export interface BodyPart {
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * Takes a multipart body apart (RFC 2046 §5.1). The line end before a boundary belongs to the boundary; what stands
 * before the first and after the last is no part.
 *
 * @param contentType the message's Content-Type, which names the boundary
 */
export function parseMultipart(contentType: string, body: Buffer): Outcome<BodyPart[], string> {
  const mediaType = parseMediaType(contentType);
  if (!mediaType.ok) return mediaType;
  const boundary = mediaType.value.params.get('boundary');
  if (!mediaType.value.type.startsWith('multipart/') || !boundary) return refused('no multipart type with a boundary');
  const text = body.toString('latin1');
  const parts: BodyPart[] = [];
  let start = -1;
  for (const delimiter of delimiters(text, boundary)) {
    if (start >= 0) parts.push(readPart(body, text, start, delimiter.start));
    if (delimiter.closes) return accepted(parts);
    start = delimiter.end;
  }
  return refused(`no closing boundary --${boundary}--`);
}

interface Delimiter {
  /** Of the line end before it. */
  readonly start: number;
  readonly end: number;
  readonly closes: boolean;
}

function* delimiters(text: string, boundary: string): Generator<Delimiter> {
  const dashes = `--${boundary}`;
  for (let at = text.indexOf(dashes); at >= 0; at = text.indexOf(dashes, at + dashes.length)) {
    if (at > 0 && !text.startsWith('\r\n', at - 2)) continue;
    const after = at + dashes.length;
    const closes = text.startsWith('--', after);
    const lineEnd = text.indexOf('\r\n', after);
    // A longer boundary that begins with this one is another's; blanks after it are padding.
    if (!closes && (lineEnd < 0 || text.slice(after, lineEnd).trim() !== '')) continue;
    yield { start: Math.max(at - 2, 0), end: lineEnd + 2, closes };
  }
}

function readPart(body: Buffer, text: string, start: number, end: number): BodyPart {
  const section = readHeaderSection(text.slice(start, end), 0, DEFAULT_LIMITS);
  return { headers: new Headers(section.lines), body: body.subarray(start + section.end, end) };
}

import { isToken, parseNumber } from './characters.js';

/** A start line as far as it can be read, and what is wrong with it. */
export type StartLine = (RequestLine | StatusLine) & { readonly fault?: string; readonly status?: number };

export interface RequestLine {
  readonly method: string;
  readonly requestUri: string;
  readonly version: string;
}

export interface StatusLine {
  readonly code: number;
  readonly reason: string;
  readonly version: string;
}

const VERSION = 'SIP/2.0';
const ENDING = ` ${VERSION}`;

/** Reads the start line without its CRLF (RFC 3261 §7.1 and §7.2); undefined where it is not one of SIP at all. */
export function parseStartLine(line: string): StartLine | undefined {
  return line.charCodeAt(3) === 0x2f && /^sip/i.test(line) ? parseStatusLine(line) : parseRequestLine(line); // no method has a slash
}

function parseRequestLine(line: string): StartLine | undefined {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const method = line.slice(0, first);
  // Two single spaces, and the version that is ours after the second: so it is nearly always.
  if (second <= first + 1 || line.slice(second) !== ENDING || !isToken(method)) return explainRequestLine(line);
  return { method, requestUri: line.slice(first + 1, second), version: VERSION };
}

/** The slow way, for lines that are not as they should be: reads what a response needs, and says what is wrong. */
function explainRequestLine(line: string): StartLine | undefined {
  const parts = line.split(/[ \t]+/).filter((part) => part !== '');
  const [method = '', ...rest] = parts;
  const version = rest.pop() ?? '';
  const request = { method, requestUri: rest.join(' '), version };
  if (!/^sip\/\d+\.\d+$/i.test(version)) return undefined;
  // RFC 3261 §7.1: the version's string is case-insensitive.
  if (version.toUpperCase() !== VERSION) return { ...request, status: 505, fault: `version ${version} is not ${VERSION}` };
  if (!isToken(method)) return { ...request, status: 400, fault: 'method is no token' };
  if (rest.length === 0) return { ...request, status: 400, fault: 'no Request-URI' };
  if (rest.length > 1) return { ...request, status: 400, fault: 'white space within the Request-URI' };
  if (line !== `${method} ${request.requestUri} ${version}`) {
    return { ...request, status: 400, fault: 'more than one space between or after the elements of the request line' };
  }
  return request;
}

function parseStatusLine(line: string): StartLine {
  const version = line.slice(0, Math.max(line.indexOf(' '), 0));
  const code = line.slice(version.length + 1, version.length + 4);
  const reason = line.slice(version.length + 5);
  if (version.toUpperCase() !== VERSION) return { code: 0, reason, version, fault: `version ${version} is not ${VERSION}` };
  const number = parseNumber(code, 699) ?? 0;
  // RFC 3261 §25.1: the space after the code stands also before an empty reason phrase.
  if (number < 100 || line.charAt(version.length + 4) !== ' ') {
    return { code: 0, reason: '', version, fault: 'status code is not three digits from 100 to 699 and a space' };
  }
  return { code: number, reason, version };
}

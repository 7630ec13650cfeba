/** The SIP part of an application's message. It may lack most headers; its body is all that follows the first empty line. */
export interface AppMessage {
  readonly start: AppRequestLine | AppStatusLine;
  /** In the order in which they came, names as written, values without blanks around them. Octet strings. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export interface AppRequestLine {
  readonly method: string;
  readonly requestUri: string;
}

export interface AppStatusLine {
  readonly status: number;
  readonly reason: string;
}

const EMPTY_LINE = Buffer.from('\r\n\r\n');

/** Reads the SIP part; undefined where it has no start line that could be one. Content-Length is of no account. */
export function readAppMessage(octets: Buffer): AppMessage | undefined {
  const end = octets.indexOf(EMPTY_LINE);
  const head = (end < 0 ? octets : octets.subarray(0, end)).toString('latin1');
  const [first = '', ...lines] = head.split(/\r\n(?![ \t])/);
  const start = readStartLine(first);
  if (!start) return undefined;
  const headers: [name: string, value: string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  return { start, headers, body: end < 0 ? Buffer.alloc(0) : octets.subarray(end + EMPTY_LINE.length) };
}

/** The value of the first header of that name, whatever its case. */
export function appHeader(message: AppMessage, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return message.headers.find(([written]) => written.toLowerCase() === wanted)?.[1];
}

function readStartLine(line: string): AppRequestLine | AppStatusLine | undefined {
  const status = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/.exec(line);
  if (status) return { status: Number(status[1]), reason: status[2] ?? '' };
  const request = /^([A-Za-z0-9\-.!%*_+`'~]+) (\S+) SIP\/2\.0$/.exec(line);
  return request ? { method: request[1] ?? '', requestUri: request[2] ?? '' } : undefined;
}

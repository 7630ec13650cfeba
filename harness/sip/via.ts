import { BLANK, DIGIT, isToken, skip } from './characters.js';
import { parseHost, parsePort } from './host.js';
import { type Params, parseParams } from './params.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** One element of a Via header field (RFC 3261 §20.42). */
export class Via {
  constructor(
    /** `UDP` and so on, as written; unknown ones are kept. */
    readonly transport: string,
    /** As written, an IPv6 reference in its brackets. */
    readonly host: string,
    readonly port: number | undefined,
    readonly params: Params,
    readonly protocol = 'SIP',
    readonly version = '2.0',
  ) {}

  get branch(): string | undefined {
    return this.params.get('branch') ?? undefined;
  }

  /** As written: an IPv6 address may come with or without brackets (RFC 5118 §4.5). */
  get received(): string | undefined {
    return this.params.get('received') ?? undefined;
  }

  /** true where the sender asks for it (RFC 3581 §3), the port once filled in, undefined where absent or no port. */
  get rport(): number | true | undefined {
    const value = this.params.get('rport');
    return value === null ? true : value === undefined ? undefined : parsePort(value);
  }

  /** `host` or `host:port`, as the sender calls itself. */
  get sentBy(): string {
    return this.port === undefined ? this.host : `${this.host}:${this.port}`;
  }

  copy(): Via {
    return new Via(this.transport, this.host, this.port, this.params.copy(), this.protocol, this.version);
  }
}

const COMMON = 'SIP/2.0/UDP ';

/** Reads one element of a Via header field; `lenient` bears empty parameters. */
export function parseVia(text: string, lenient = false): Outcome<Via, string> {
  if (text.slice(0, COMMON.length) === COMMON) return parseSentBy(text, COMMON.length, lenient, 'SIP', '2.0', 'UDP');
  // Separators and tokens share no octet, so this takes linear time.
  const head = /^([^\s/;,]+)[ \t]*\/[ \t]*([^\s/;,]+)[ \t]*\/[ \t]*([^\s/;,]+)[ \t]+/.exec(text);
  if (!head) return refused('expected a protocol such as SIP/2.0/UDP and a space');
  const [whole, protocol = '', version = '', transport = ''] = head;
  if (![protocol, version, transport].every(isToken)) return refused('protocol is no token');
  return parseSentBy(text, whole.length, lenient, protocol, version, transport);
}

function parseSentBy(
  text: string,
  start: number,
  lenient: boolean,
  protocol: string,
  version: string,
  transport: string,
): Outcome<Via, string> {
  const host = parseHost(text, skip(text, start, BLANK));
  if (!host.ok) return host;
  let at = skip(text, host.value.end, BLANK);
  let port: number | undefined;
  if (text.charCodeAt(at) === 0x3a) {
    const portAt = skip(text, at + 1, BLANK);
    at = skip(text, portAt, DIGIT);
    port = parsePort(text.slice(portAt, at));
    if (port === undefined) return refused('port is not in 1 to 65535');
  }
  const params = parseParams(text, at, lenient);
  return params.ok ? accepted(new Via(transport, host.value.host, port, params.value, protocol, version)) : params;
}

export function formatVia(via: Via): string {
  return `${via.protocol}/${via.version}/${via.transport} ${via.sentBy}${via.params}`;
}

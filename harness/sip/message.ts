import { parseNumber, trimBlanks } from './characters.js';
import { type CSeq, parseCSeq } from './cseq.js';
import { Headers } from './headers.js';
import { endOfElement } from './list.js';
import { type NameAddr, parseNameAddr, tagOf } from './name-addr.js';
import { asOctets } from './octets.js';
import type { Outcome } from './parsed.js';
import { reasonPhrase } from './reason-phrase.js';
import { parseUri, type Uri } from './uri.js';
import { parseVia, type Via } from './via.js';

export type SipMessage = SipRequest | SipResponse;

/** Where a parsed message came from. */
export interface Origin {
  readonly datagram: Buffer;
  /** latin1 decoding of the datagram. */
  readonly text: string;
  /** First octet of the start line. */
  readonly start: number;
  /** First octet after the empty line. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

const EMPTY = Buffer.alloc(0);

/**
 * What requests and responses have in common. Accessors parse on demand, once; undefined means absent or malformed
 * (`checkMessage` says which). Via, addresses and parameters that they return are copies: to change a message, change `headers`.
 */
export abstract class MessageBase {
  readonly headers: Headers;
  /** `SIP/2.0`, as written. */
  readonly version: string;
  readonly #origin: Origin | undefined;
  #body: Buffer | undefined;

  protected constructor(headers: Headers, version: string, origin?: Origin, body?: Buffer) {
    this.headers = headers;
    this.version = version;
    this.#origin = origin;
    this.#body = body;
  }

  /** The start line with its CRLF. */
  abstract get startLine(): string;

  /** The same message, whose changes do not show in this one. */
  abstract clone(): MessageBase;

  get body(): Buffer {
    const origin = this.#origin;
    return (this.#body ??= origin ? origin.datagram.subarray(origin.bodyStart, origin.bodyEnd) : EMPTY);
  }

  set body(body: Buffer) {
    this.#body = body;
  }

  /** The first element of the first Via, even where empty parameters (`;;`) make it malformed: it is the way back. */
  get topVia(): Via | undefined {
    return successOf(this.headers.first('Via')?.parsedBy(parseTopVia))?.copy();
  }

  /** All that can be read, in order. */
  get vias(): Via[] {
    return this.#elements('Via', parseVia);
  }

  get from(): NameAddr | undefined {
    return successOf(this.headers.first('From')?.parsedBy(parseNameAddr))?.copy();
  }

  get to(): NameAddr | undefined {
    return successOf(this.headers.first('To')?.parsedBy(parseNameAddr))?.copy();
  }

  /** Without `*`, which is no address: `headers.get('Contact')` shows it. */
  get contacts(): NameAddr[] {
    return this.#elements('Contact', parseNameAddr);
  }

  get routes(): NameAddr[] {
    return this.#elements('Route', parseNameAddr);
  }

  get recordRoutes(): NameAddr[] {
    return this.#elements('Record-Route', parseNameAddr);
  }

  get callId(): string | undefined {
    return this.headers.get('Call-ID');
  }

  get cseq(): CSeq | undefined {
    return successOf(this.headers.first('CSeq')?.parsedBy(parseCSeq));
  }

  /** 0 to 255 (RFC 3261 §20.22). */
  get maxForwards(): number | undefined {
    return this.#number('Max-Forwards', 255);
  }

  /** Media type with parameters, as written. */
  get contentType(): string | undefined {
    return this.headers.get('Content-Type');
  }

  /** Seconds, up to 2**32-1 (RFC 3261 §20.19). */
  get expires(): number | undefined {
    return this.#number('Expires', 2 ** 32 - 1);
  }

  /** Read without parsing the whole header, and also where another part of it is malformed. */
  get fromTag(): string | undefined {
    const value = this.headers.get('From');
    return value === undefined ? undefined : tagOf(value);
  }

  /** As {@link MessageBase.fromTag}. */
  get toTag(): string | undefined {
    const value = this.headers.get('To');
    return value === undefined ? undefined : tagOf(value);
  }

  /** The bytes for the wire. What came in and was not changed goes out as it came; else Content-Length is set to the body's. */
  toBuffer(): Buffer {
    const origin = this.#origin;
    const startLine = this.startLine;
    const bodyIsOld = origin !== undefined && (this.#body === undefined || this.#isOriginalBody(this.#body, origin));
    if (origin && bodyIsOld && !this.headers.changed && origin.text.startsWith(startLine, origin.start)) {
      return origin.datagram.subarray(origin.start, origin.bodyEnd);
    }
    const { body } = this;
    const length = this.headers.count('Content-Length') === 1 ? this.#number('Content-Length', Number.MAX_SAFE_INTEGER) : undefined;
    if (length !== body.length) this.headers.set('Content-Length', String(body.length));
    const head = `${startLine}${this.headers}\r\n`;
    const buffer = Buffer.allocUnsafe(head.length + body.length);
    buffer.write(head, 0, 'latin1');
    buffer.set(body, head.length);
    return buffer;
  }

  /** What a clone is made of. */
  protected parts(): [headers: Headers, version: string, origin: Origin | undefined, body: Buffer | undefined] {
    return [this.headers.clone(), this.version, this.#origin, this.#body];
  }

  #isOriginalBody(body: Buffer, { datagram, bodyStart, bodyEnd }: Origin): boolean {
    return body.buffer === datagram.buffer && body.byteOffset === datagram.byteOffset + bodyStart && body.length === bodyEnd - bodyStart;
  }

  #elements<T>(name: string, parse: (text: string) => Outcome<T, string>): T[] {
    const values: T[] = [];
    for (const element of this.headers.list(name)) {
      const outcome = parse(element);
      if (outcome.ok) values.push(outcome.value);
    }
    return values;
  }

  #number(name: string, greatest: number): number | undefined {
    const value = this.headers.get(name);
    return value === undefined ? undefined : parseNumber(value, greatest);
  }
}

/** A request (RFC 3261 §7.1). */
export class SipRequest extends MessageBase {
  readonly kind = 'request';
  /** Case-sensitive. */
  method: string;
  /** As written. */
  requestUri: string;

  constructor(method: string, requestUri: string, headers: Headers, version = 'SIP/2.0', origin?: Origin, body?: Buffer) {
    super(headers, version, origin, body);
    this.method = method;
    this.requestUri = requestUri;
  }

  /** @param headers in the order of the wire; Content-Length is added by `toBuffer` */
  static create(
    method: string,
    requestUri: string,
    headers: Iterable<readonly [string, string]>,
    body: Buffer | string = EMPTY,
  ): SipRequest {
    return new SipRequest(method, asOctets(requestUri), Headers.from(headers), 'SIP/2.0', undefined, toBytes(body));
  }

  /** undefined where the Request-URI is malformed. */
  get uri(): Uri | undefined {
    return successOf(parseUri(this.requestUri));
  }

  get startLine(): string {
    return `${this.method} ${this.requestUri} ${this.version}\r\n`;
  }

  clone(): this {
    return new SipRequest(this.method, this.requestUri, ...this.parts()) as this;
  }
}

/** A response (RFC 3261 §7.2). */
export class SipResponse extends MessageBase {
  readonly kind = 'response';
  /** 100 to 699; 0 in the remains of a response whose code could not be read. */
  status: number;
  /** Octet string; may be empty. */
  reason: string;

  constructor(status: number, reason: string, headers: Headers, version = 'SIP/2.0', origin?: Origin, body?: Buffer) {
    super(headers, version, origin, body);
    this.status = status;
    this.reason = reason;
  }

  /** @param reason the RFC's own phrase when left out */
  static create(
    status: number,
    reason: string | undefined,
    headers: Iterable<readonly [string, string]>,
    body: Buffer | string = EMPTY,
  ): SipResponse {
    return new SipResponse(status, asOctets(reason ?? reasonPhrase(status)), Headers.from(headers), 'SIP/2.0', undefined, toBytes(body));
  }

  get startLine(): string {
    return `${this.version} ${this.status} ${this.reason}\r\n`;
  }

  clone(): this {
    return new SipResponse(this.status, this.reason, ...this.parts()) as this;
  }
}

function toBytes(body: Buffer | string): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
}

function successOf<T>(outcome: Outcome<T, string> | undefined): T | undefined {
  return outcome?.ok ? outcome.value : undefined;
}

function parseTopVia(value: string): Outcome<Via, string> {
  return parseVia(trimBlanks(value.slice(0, endOfElement(value, 0))), true);
}

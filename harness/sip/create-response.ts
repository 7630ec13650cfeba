import { FieldLine } from './field-line.js';
import { Headers } from './headers.js';
import { type SipRequest, SipResponse } from './message.js';
import { asOctets } from './octets.js';
import { reasonPhrase } from './reason-phrase.js';

export interface ResponseOptions {
  /** Octet string or plain text; the RFC's phrase when left out. */
  readonly reason?: string;
  /** Added to To where the request has no tag there. RFC 3261 §8.2.6.2 wants one in all but a 100. */
  readonly toTag?: string;
  readonly headers?: Iterable<readonly [name: string, value: string]>;
  readonly body?: Buffer | string;
}

const COPIED = ['via', 'from', 'to', 'call-id', 'cseq'];

/**
 * A response to the request (RFC 3261 §8.2.6.2): Via, From, To, Call-ID and CSeq as they came, byte for byte but for
 * the tag; a 100 also takes the Timestamp. Works on the remains of a malformed request too.
 */
export function createResponse(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const lines: FieldLine[] = [];
  for (const line of request.headers.lines()) {
    const { key } = line.name;
    if (key === 'to' && options.toTag !== undefined && request.toTag === undefined) {
      lines.push(FieldLine.of(line.name, `${line.value};tag=${options.toTag}`));
    } else if (COPIED.includes(key) || (key === 'timestamp' && status === 100)) {
      lines.push(line);
    }
  }
  for (const [name, value] of options.headers ?? []) lines.push(FieldLine.named(name, value));
  const body = typeof options.body === 'string' ? Buffer.from(options.body, 'utf8') : options.body;
  return new SipResponse(status, asOctets(options.reason ?? reasonPhrase(status)), new Headers(lines), 'SIP/2.0', undefined, body);
}

import { randomUUID } from 'node:crypto';
import { SipText } from '../peers/sip-text.js';

export type Side = 'app' | 'server';

/** One message of the control protocol as it was seen (protocol §1). The codec is the suite's own, not the server's. */
export class Frame {
  readonly tokens: readonly string[];
  readonly sip: SipText | undefined;

  constructor(
    readonly from: Side,
    readonly payload: Buffer,
  ) {
    const end = payload.indexOf('\r\n');
    const leader = end < 0 ? payload : payload.subarray(0, end);
    this.tokens = leader.toString('utf8').split('|');
    this.sip = end < 0 ? undefined : SipText.read(payload.subarray(end + 2));
  }

  get id(): string {
    return this.tokens[0] ?? '';
  }

  get verb(): string {
    return this.tokens[1] ?? '';
  }

  /** Of a response, the id of what it answers. */
  get answers(): string | undefined {
    return this.verb === 'response' ? this.tokens[2] : undefined;
  }

  get succeeded(): boolean {
    return this.tokens[3] === 'OK';
  }

  /** Of a `sip` from the server: `network` or `application`. */
  get source(): string {
    return this.tokens[2] ?? '';
  }

  /** Of a `sip` in either direction. */
  get transactionId(): string {
    return this.tokens[this.from === 'server' ? 8 : 2] ?? '';
  }

  get dialogId(): string {
    return this.tokens[this.from === 'server' ? 9 : 3] ?? '';
  }

  /** Of a response that echoes a request, the transaction id that later responses will have; of one that echoes a response, that one's. */
  get echoedTransactionId(): string {
    return this.tokens[10] ?? '';
  }

  get leader(): string {
    return this.tokens.join('|');
  }
}

export function encode(leader: string, sip = '', id: string = randomUUID()): { id: string; octets: Buffer } {
  const payload = Buffer.from(`${id}|${leader}${sip && `\r\n${sip}`}`);
  return { id, octets: Buffer.concat([Buffer.from(`${payload.length}#`), payload]) };
}

/** Cuts a stream into frames. `fault` says why it cannot be read on. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  fault: string | undefined;

  constructor(private readonly from: Side) {}

  push(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  /** Octets of a frame that has not come to its end. */
  get unread(): number {
    return this.#rest.length;
  }

  #take(): Frame | undefined {
    const hash = this.#rest.indexOf('#');
    if (hash < 0 || this.fault) return undefined;
    const length = this.#rest.subarray(0, hash).toString('latin1');
    if (!/^[1-9]\d*$/.test(length)) {
      this.fault = `a frame from the ${this.from} has the length ${JSON.stringify(length.slice(0, 40))}`;
      return undefined;
    }
    const end = hash + 1 + Number(length);
    if (this.#rest.length < end) return undefined;
    const payload = this.#rest.subarray(hash + 1, end);
    this.#rest = this.#rest.subarray(end);
    return new Frame(this.from, payload);
  }
}

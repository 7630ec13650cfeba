import { BusyhereError } from '../platform/errors.js';

/** The real server reads at most five digits of a length. */
const MAX_LENGTH_DIGITS = 5;

/** The longest payload that five digits can announce, in octets. */
export const MAX_FRAME_OCTETS = 10 ** MAX_LENGTH_DIGITS - 1;

const HASH = 0x23;
const ZERO = 0x30;
const NINE = 0x39;
const NOTHING = Buffer.alloc(0);

/** Why a stream cannot be read on. There is no way to find the next frame: the connection is to be closed. */
export interface FrameFault {
  /** Octets since the beginning of the stream, of the octet that is wrong. */
  readonly offset: number;
  readonly reason: string;
}

/** What a piece of the stream completed. `fault` stays, once there is one. */
export interface DecodedFrames {
  readonly payloads: readonly Buffer[];
  readonly fault: FrameFault | null;
}

/**
 * Writes one frame of the drachtio control protocol: the payload's length in octets, `#`, the payload.
 *
 * @param payload the leader line and, where there is one, the SIP message; text is sent as UTF-8
 * @throws BusyhereError `usage` if it is longer than {@link MAX_FRAME_OCTETS}
 */
export function encodeFrame(payload: string | Buffer): Buffer {
  const length = Buffer.byteLength(payload);
  if (length > MAX_FRAME_OCTETS) {
    throw new BusyhereError('usage', `a control message of ${length} octets is longer than a frame can be (${MAX_FRAME_OCTETS})`);
  }
  return encodeMessage(payload, NOTHING);
}

/**
 * {@link encodeFrame} for a server: a leader line with its line end, and a SIP message behind it. Of any length, since only
 * the server's side counts five digits, and what it shows an application of a long message is longer still.
 */
export function encodeMessage(leader: string | Buffer, sip: Buffer): Buffer {
  const leaderLength = Buffer.byteLength(leader);
  const head = `${leaderLength + sip.length}#`;
  const frame = Buffer.allocUnsafe(head.length + leaderLength + sip.length); // one piece: every message of every call goes through here
  frame.write(head, 'latin1');
  if (typeof leader === 'string') frame.write(leader, head.length, 'utf8');
  else frame.set(leader, head.length);
  frame.set(sip, head.length + leaderLength);
  return frame;
}

/** Reads frames from a stream that comes in pieces of any size. Each octet is looked at or copied once. */
export class FrameDecoder {
  #offset = 0;
  #digits = 0;
  #length = 0;
  /** Octets of the payload still to come; undefined while its length is being read. */
  #missing: number | undefined;
  #parts: Buffer[] = [];
  #fault: FrameFault | null = null;

  /** Takes the next piece of the stream and gives the payloads that it completed. Never throws. */
  push(chunk: Buffer): DecodedFrames {
    const payloads: Buffer[] = [];
    let at = 0;
    while (at < chunk.length && !this.#fault) {
      if (this.#missing === undefined) {
        this.#readLength(chunk[at] as number);
        at += 1;
        this.#offset += 1;
      } else {
        const part = chunk.subarray(at, at + this.#missing);
        this.#parts.push(part);
        this.#missing -= part.length;
        at += part.length;
        this.#offset += part.length;
      }
      if (this.#missing === 0) payloads.push(this.#take());
    }
    return { payloads, fault: this.#fault };
  }

  /** Whether the stream may end here: nothing of a frame has begun. */
  get atBoundary(): boolean {
    return this.#digits === 0 && this.#missing === undefined && !this.#fault;
  }

  #readLength(octet: number): void {
    if (octet >= ZERO && octet <= NINE) {
      this.#digits += 1;
      this.#length = this.#length * 10 + (octet - ZERO);
      if (this.#digits > MAX_LENGTH_DIGITS) this.#fail(`a length has more than ${MAX_LENGTH_DIGITS} digits`);
    } else if (octet !== HASH) {
      this.#fail(`a length has the octet 0x${octet.toString(16).padStart(2, '0')}, which is no digit`);
    } else if (this.#digits === 0) {
      this.#fail('a frame begins without a length');
    } else {
      this.#missing = this.#length;
    }
  }

  #take(): Buffer {
    const payload = Buffer.concat(this.#parts); // a copy: the pieces belong to the socket
    this.#parts = [];
    this.#digits = 0;
    this.#length = 0;
    this.#missing = undefined;
    return payload;
  }

  #fail(reason: string): void {
    this.#fault = { offset: this.#offset, reason };
  }
}

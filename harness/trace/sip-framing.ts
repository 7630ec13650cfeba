import { looksLikeSip } from './looks-like-sip.js';

const LONGEST_MESSAGE = 256 * 1024;
const CONTENT_LENGTH = /\r?\n(?:Content-Length|l)[ \t]*:[ \t]*(\d{1,9})/i;

/** Cuts the octets of a stream into SIP messages (RFC 3261 §18.3: the end of each is known from Content-Length). */
export class SipFraming {
  #bytes: Buffer = Buffer.alloc(0);
  /** Nothing of SIP was found where a message should begin: not a SIP stream, or parts of it are missing. */
  lost = false;

  /** Takes the next octets; gives the messages that they complete. */
  push(octets: Buffer): Buffer[] {
    this.#bytes = this.#bytes.length === 0 ? octets : Buffer.concat([this.#bytes, octets]);
    const messages: Buffer[] = [];
    for (let message = this.#next(); message; message = this.#next()) messages.push(message);
    return messages;
  }

  /** Octets are missing: begins anew at whatever comes. Gives what there was of a message, for what it tells. */
  restart(): Buffer | undefined {
    const rest = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return looksLikeSip(rest) ? rest : undefined;
  }

  get waiting(): number {
    return this.#bytes.length;
  }

  #next(): Buffer | undefined {
    this.#skipLineEnds();
    const bytes = this.#bytes;
    if (bytes.length === 0) return undefined;
    const headerEnd = endOfHeaders(bytes);
    if (headerEnd === -1) {
      if (bytes.length > LONGEST_MESSAGE || (bytes.length > 40 && !mayBecomeSip(bytes))) this.#giveUp();
      return undefined;
    }
    if (!looksLikeSip(bytes)) return this.#giveUp();
    const length = Number(CONTENT_LENGTH.exec(bytes.toString('latin1', 0, headerEnd))?.[1] ?? 0);
    const end = headerEnd + length;
    if (end > LONGEST_MESSAGE) return this.#giveUp();
    if (bytes.length < end) return undefined;
    this.#bytes = bytes.subarray(end);
    return bytes.subarray(0, end);
  }

  /** RFC 5626 §3.5.1: pairs of line ends between messages keep the connection alive. */
  #skipLineEnds(): void {
    let at = 0;
    while (at < this.#bytes.length && (this.#bytes[at] === 0x0d || this.#bytes[at] === 0x0a)) at += 1;
    if (at > 0) this.#bytes = this.#bytes.subarray(at);
  }

  #giveUp(): undefined {
    this.#bytes = Buffer.alloc(0);
    this.lost = true;
  }
}

function endOfHeaders(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n');
  if (end !== -1) return end + 4;
  const bare = bytes.indexOf('\n\n');
  return bare === -1 ? -1 : bare + 2;
}

function mayBecomeSip(bytes: Buffer): boolean {
  return /^[A-Z]{2,20} \S|^SIP\/2\.0 /.test(bytes.toString('latin1', 0, 40));
}

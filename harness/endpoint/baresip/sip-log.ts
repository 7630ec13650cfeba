import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import type { SipMessage, SipRequest } from '../../sip/message.js';
import { parseMessage } from '../../sip/parse-message.js';

const BEGIN = '\x1b[36;1m#\n';
const END = Buffer.from('\x1b[;m\n');
const PIECE_OCTETS = 1 << 16;

/** A request that baresip sent or received outside a dialog, with what became of it. */
export interface LoggedRequest {
  readonly sent: boolean;
  readonly callId: string;
  readonly request: SipRequest;
  /** The last final response that was seen; undefined while there is none to what was sent last. */
  finalStatus: number | undefined;
}

/** What baresip writes of its SIP messages (`-s`) beside its other output, read as it grows. Never evidence. */
export class SipLog {
  readonly requests: LoggedRequest[] = [];
  #rest = Buffer.alloc(0);
  #offset = 0;
  #closed = false;

  /** @param file its standard output @param address where it takes SIP */
  constructor(
    private readonly file: string,
    private readonly address: SocketAddress,
  ) {}

  /** The latest request with that Call-ID and method, as far as is written by now. */
  find(callId: string, method: string): LoggedRequest | undefined {
    this.read();
    return this.requests.findLast((one) => one.callId === callId && one.request.method === method);
  }

  /** Takes what has been written since. */
  read(): void {
    if (this.#closed) return;
    this.#rest = Buffer.concat([this.#rest, ...this.#pieces()]);
    for (let end = this.#rest.indexOf(END); end >= 0; end = this.#rest.indexOf(END)) {
      this.#block(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end + END.length);
    }
  }

  /** Takes what is there, and looks at the file no more. */
  close(): void {
    this.read();
    this.#closed = true;
  }

  #pieces(): Buffer[] {
    const pieces: Buffer[] = [];
    if (!existsSync(this.file)) return pieces; // somebody cleared the temporary folder
    const descriptor = openSync(this.file, 'r');
    try {
      for (;;) {
        const piece = Buffer.alloc(PIECE_OCTETS);
        const octets = readSync(descriptor, piece, 0, PIECE_OCTETS, this.#offset);
        if (octets === 0) return pieces;
        this.#offset += octets;
        pieces.push(piece.subarray(0, octets));
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Other output may stand before the message's heading, coloured or not. */
  #block(block: Buffer): void {
    const begin = block.lastIndexOf(BEGIN);
    const heading = begin < 0 ? -1 : block.indexOf('\n', begin + BEGIN.length);
    if (heading < 0) return;
    const [, source] = /^\S+ (\S+) -> /.exec(block.toString('latin1', begin + BEGIN.length, heading)) ?? [];
    const parsed = parseMessage(block.subarray(heading + 1));
    if (parsed.ok) this.#message(parsed.value, source === formatSocketAddress(this.address));
  }

  #message(message: SipMessage, sent: boolean): void {
    const { callId = '', cseq } = message;
    if (message.kind === 'response') {
      const answered = this.requests.findLast((one) => one.callId === callId && one.sent !== sent && sameRequest(one.request, message));
      if (answered && message.status >= 200) answered.finalStatus ??= message.status;
    } else if (message.toTag === undefined && message.method !== 'ACK' && message.method !== 'CANCEL') {
      const known = this.requests.findLast((one) => one.callId === callId && one.request.cseq?.sequence === cseq?.sequence);
      if (known === undefined) this.requests.push({ sent, callId, request: message, finalStatus: undefined });
    }
  }
}

function sameRequest(request: SipRequest, response: SipMessage): boolean {
  return request.cseq?.sequence === response.cseq?.sequence && request.method === response.cseq?.method;
}

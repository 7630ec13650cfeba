import { formatSocketAddress, type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import { readSipFields } from './sip-fields.js';

/** What became of a request other than INVITE, as the trace shows it. */
export interface RequestOutcome {
  /** The final response that its sender sent last: of a challenge met, the one after it; null while there is none. */
  readonly finalAtOriginator: number | null;
  /** What the last element that it came to answered; null where that gave no answer. */
  readonly finalAtCallee: number | null;
  /** Everything that it arrived at, in order of arrival. */
  readonly reached: readonly SocketAddress[];
}

/** Follows one request, by its Call-ID and method, and its repetition with credentials (RFC 3261 §22.2). */
export class RequestFollower {
  readonly #reached = new Map<string, SocketAddress>();
  readonly #senders = new Set<string>();
  readonly #answers = new Map<string, number>();
  #latest = -1;
  #final: number | null = null;

  constructor(
    private readonly originator: SocketAddress,
    private readonly callId: string,
    private readonly method: string,
  ) {}

  get outcome(): RequestOutcome {
    const reached = [...this.#reached.values()];
    const last = [...this.#reached.keys()].filter((address) => !this.#senders.has(address)).at(-1);
    return { finalAtOriginator: this.#final, finalAtCallee: this.#answers.get(last ?? '') ?? null, reached };
  }

  add(event: TraceEvent): void {
    const fields = readSipFields(event.bytes);
    if (!fields || fields.callId !== this.callId) return;
    if (fields.method === this.method) this.#request(event, fields.cseq);
    else if (fields.method === null && fields.cseqMethod === this.method && fields.status >= 200)
      this.#response(event, fields.cseq, fields.status);
  }

  /** A repetition with credentials starts anew: what came before it was a challenge. */
  #request({ source, destination, sighting }: TraceEvent, cseq: number): void {
    if (cseq > this.#latest) {
      this.#latest = cseq;
      this.#final = null;
      this.#answers.clear();
    }
    this.#senders.add(formatSocketAddress(source));
    if (sighting !== 'sent') this.#reached.set(formatSocketAddress(destination), destination);
  }

  #response({ source, destination, sighting }: TraceEvent, cseq: number, status: number): void {
    if (cseq !== this.#latest) return;
    if (!this.#answers.has(formatSocketAddress(source))) this.#answers.set(formatSocketAddress(source), status);
    if (sighting !== 'sent' && sameSocketAddress(destination, this.originator)) this.#final ??= status;
  }
}

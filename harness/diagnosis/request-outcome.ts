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

/**
 * Follows one request, by its Call-ID and method, and its repetition with credentials (RFC 3261 §22.2). Behind a B2BUA it has
 * another Call-ID, and the marker that its sender put in says that it is the same.
 */
export class RequestFollower {
  readonly #reached = new Map<string, SocketAddress>();
  readonly #senders = new Set<string>();
  readonly #answers = new Map<string, number>();
  /** What other Call-IDs it has behind B2BUAs. */
  readonly #legs = new Set<string>();
  #marker: string | undefined;
  #latest = -1;
  #senderSeen = false;
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
    if (!fields || fields.callId === undefined) return;
    const { callId, marker, method, cseqMethod, cseq, status } = fields;
    if (method === this.method && this.#isSame(callId, marker)) this.#request(event, callId === this.callId ? cseq : this.#latest);
    else if (method === null && cseqMethod === this.method && status >= 200) {
      if (callId === this.callId) this.#response(event, cseq, status);
      else if (this.#legs.has(callId)) this.#answer(event, status);
    }
  }

  #isSame(callId: string, marker: string | undefined): boolean {
    if (callId === this.callId) {
      this.#marker ??= marker;
      return true;
    }
    if (marker === undefined || marker !== this.#marker) return false;
    this.#legs.add(callId);
    return true;
  }

  /** A repetition with credentials starts anew: what came before it was a challenge. */
  #request({ source, destination, sighting }: TraceEvent, cseq: number): void {
    if (cseq > this.#latest) {
      this.#latest = cseq;
      this.#final = null;
      this.#answers.clear();
    }
    this.#senders.add(formatSocketAddress(source));
    if (sighting !== 'received' && sameSocketAddress(source, this.originator)) this.#senderSeen = true;
    if (sighting !== 'sent') this.#reached.set(formatSocketAddress(destination), destination);
  }

  #response(event: TraceEvent, cseq: number, status: number): void {
    if (cseq !== this.#latest) return;
    this.#answer(event, status);
    if (sameSocketAddress(event.destination, this.originator) && this.#arrived(event)) this.#final ??= status;
  }

  /** Where nobody looks at the sender's own socket, what was sent to it counts as arrived. */
  #arrived({ sighting }: TraceEvent): boolean {
    return sighting !== 'sent' || !this.#senderSeen;
  }

  /** Who answers was reached, also where nobody looked at his socket. */
  #answer({ source }: TraceEvent, status: number): void {
    this.#reached.set(formatSocketAddress(source), source);
    if (!this.#answers.has(formatSocketAddress(source))) this.#answers.set(formatSocketAddress(source), status);
  }
}

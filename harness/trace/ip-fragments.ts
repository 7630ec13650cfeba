import type { IpPayload } from './ip-packet.js';

const LONGEST_PACKET = 65_535;
const MOST_PACKETS_WAITING = 256;
const MOST_FRAGMENTS = 128; // of one packet; 46 make the longest one over Ethernet
const PATIENCE_MS = 30_000; // RFC 791 §3.2 suggests 15 s at least, RFC 8200 §4.5 one minute

interface Waiting {
  readonly parts: { offset: number; payload: Buffer }[];
  readonly first: number;
  /** Length of the whole, known from the last part. */
  length: number | undefined;
}

/** Puts fragmented IP packets together. What never becomes whole is dropped, the oldest first. */
export class FragmentStore {
  readonly #waiting = new Map<string, Waiting>();
  #abandoned = 0;

  /** Packets of which parts have not come: given up, or still waited for. */
  get unfinished(): number {
    return this.#abandoned + this.#waiting.size;
  }

  /** The whole packet, once the last missing part has come. */
  add(scope: string, part: IpPayload, time: number): IpPayload | undefined {
    const { fragment } = part;
    if (!fragment) return part;
    const end = fragment.offset + part.length;
    if (end > LONGEST_PACKET || part.payload.length < part.length) return undefined;
    const key = `${scope} ${part.source} ${part.destination} ${part.protocol} ${fragment.id}`;
    const waiting = this.#waiting.get(key) ?? this.#open(key, time);
    if (waiting.parts.length >= MOST_FRAGMENTS) return undefined;
    // Octets are copied: the piece of file that they came in is not to be held until the rest comes.
    waiting.parts.push({ offset: fragment.offset, payload: Buffer.from(part.payload) });
    if (!fragment.more) waiting.length = end;
    const payload = assemble(waiting);
    if (!payload) return undefined;
    this.#waiting.delete(key);
    return { ...part, payload, length: payload.length, fragment: undefined };
  }

  #open(key: string, time: number): Waiting {
    for (const [oldest, { first }] of this.#waiting) {
      if (this.#waiting.size < MOST_PACKETS_WAITING && time - first < PATIENCE_MS) break;
      this.#waiting.delete(oldest);
      this.#abandoned += 1;
    }
    const waiting: Waiting = { parts: [], first: time, length: undefined };
    this.#waiting.set(key, waiting);
    return waiting;
  }
}

function assemble({ parts, length }: Waiting): Buffer | undefined {
  if (length === undefined) return undefined;
  parts.sort((one, other) => one.offset - other.offset);
  let reached = 0;
  for (const { offset, payload } of parts) {
    if (offset > reached) return undefined;
    reached = Math.max(reached, offset + payload.length);
  }
  if (reached < length) return undefined;
  const whole = Buffer.alloc(length);
  for (const { offset, payload } of parts) payload.copy(whole, offset, 0, Math.max(0, Math.min(payload.length, length - offset)));
  return whole;
}

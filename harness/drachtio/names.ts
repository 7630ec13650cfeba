import type { Clock } from '../platform/clock.js';
import type { Random } from '../platform/random.js';

const TAG_DIGITS = 13; // as many as the real server's
const CALL_ID_DIGITS = 32;
const FIRST_SEQUENCE_BELOW = 2 ** 28; // leaves room to count below 2**31 (RFC 3261 §8.1.1.5)

/** Names and numbers that must not come twice, and the time of day, all drawn from the server's ports. */
export class Names {
  readonly #octets = Buffer.alloc(16);
  /** The second that {@link #clockFace} shows: most messages come within the same one. */
  #second = Number.NaN;
  #clockFace = '';

  constructor(
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string {
    const octets = this.#octets;
    for (let offset = 0; offset < octets.length; offset += 4) octets.writeUInt32BE(this.random.uint32(), offset);
    octets.writeUInt8((octets.readUInt8(6) & 0x0f) | 0x40, 6);
    octets.writeUInt8((octets.readUInt8(8) & 0x3f) | 0x80, 8);
    const digits = octets.toString('hex');
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
  }

  tag(): string {
    return this.random.token(TAG_DIGITS);
  }

  callId(): string {
    return this.random.token(CALL_ID_DIGITS);
  }

  firstSequence(): number {
    return 1 + this.random.below(FIRST_SEQUENCE_BELOW);
  }

  /** `HH:MM:SS.uuuuuu`, UTC. */
  timeOfDay(): string {
    const now = this.clock.wallTime();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#clockFace = new Date(second * 1000).toISOString().slice(11, 19);
    }
    const microseconds = Math.floor((now - second * 1000) * 1000);
    return `${this.#clockFace}.${String(microseconds).padStart(6, '0')}`;
  }
}

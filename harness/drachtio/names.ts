import type { Clock } from '../platform/clock.js';
import type { Random } from '../platform/random.js';

const TAG_DIGITS = 13; // as many as the real server's
const CALL_ID_DIGITS = 32;
const FIRST_SEQUENCE_BELOW = 2 ** 28; // leaves room to count below 2**31 (RFC 3261 §8.1.1.5)

/** Names and numbers that must not come twice, and the time of day, all drawn from the server's ports. */
export class Names {
  constructor(
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string {
    const digits = this.random.token(32);
    const variant = '89ab'[this.random.below(4)];
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
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
    const whole = Math.floor(now);
    const microseconds = Math.floor((now - whole) * 1000);
    return `${new Date(whole).toISOString().slice(11, 23)}${String(microseconds).padStart(3, '0')}`;
  }
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.js';
import type { Random } from '../platform/random.js';

const KEY_DIGITS = 64;
const STAMP_DIGITS = 12;
const SALT_DIGITS = 8;
const SEAL_DIGITS = 32;
/** How far behind the highest count one may come: datagrams overtake each other. */
const WINDOW = 32;

/** The highest count used with a nonce, and which of those just below it were used; bit n stands for `highest - n`. */
interface Count {
  highest: number;
  used: number;
}

/**
 * Nonces that need no memory to be recognised: time and salt, sealed with a key of the proxy's own. Only the counts
 * of those that were used are kept, against replay.
 */
export class Nonces {
  readonly #key: string;
  readonly #counts = new Map<string, Count>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly lifetime: number,
    private readonly capacity: number,
  ) {
    this.#key = random.token(KEY_DIGITS);
  }

  mint(): string {
    const stamp = Math.floor(this.clock.now()).toString(16).padStart(STAMP_DIGITS, '0');
    const head = stamp + this.random.token(SALT_DIGITS);
    return head + this.#seal(head);
  }

  /** `stale`: ours, and too old. */
  judge(nonce: string): 'fresh' | 'stale' | 'forged' {
    if (!/^[0-9a-f]+$/.test(nonce) || nonce.length !== STAMP_DIGITS + SALT_DIGITS + SEAL_DIGITS) return 'forged';
    const head = nonce.slice(0, -SEAL_DIGITS);
    if (!timingSafeEqual(Buffer.from(nonce.slice(-SEAL_DIGITS)), Buffer.from(this.#seal(head)))) return 'forged';
    const age = this.clock.now() - Number.parseInt(nonce.slice(0, STAMP_DIGITS), 16);
    return age <= this.lifetime ? 'fresh' : 'stale';
  }

  /** Takes note of a nonce count (RFC 7616 §3.4.1 "nc"); false if it was used before, or is too far behind to tell. */
  use(nonce: string, nc: number): boolean {
    const count = this.#counts.get(nonce);
    if (!count) {
      this.#remember(nonce, { highest: nc, used: 1 });
      return true;
    }
    const ahead = nc - count.highest;
    if (ahead > 0) {
      count.used = ahead >= WINDOW ? 1 : (count.used << ahead) | 1;
      count.highest = nc;
      return true;
    }
    if (-ahead >= WINDOW || (count.used >>> -ahead) & 1) return false;
    count.used |= 1 << -ahead;
    return true;
  }

  #remember(nonce: string, count: Count): void {
    const oldest = this.#counts.size >= this.capacity ? this.#counts.keys().next() : undefined;
    if (oldest?.done === false) this.#counts.delete(oldest.value);
    this.#counts.set(nonce, count);
  }

  #seal(head: string): string {
    return createHmac('sha256', this.#key).update(head).digest('hex').slice(0, SEAL_DIGITS);
  }
}

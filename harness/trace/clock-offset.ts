import { createHash } from 'node:crypto';
import { formatSocketAddress } from '../platform/socket-address.js';
import type { CapturedMessage } from './capture-decoder.js';

const MOST_MESSAGES = 100_000; // of one capture: enough to find what two have in common, and a bound for memory

/** What a capture saw and when, in a form that can be compared with another's. */
export class ClockSamples {
  /** By content: times of sighting in order, and the direction. */
  readonly #seen = new Map<string, { times: number[]; forward: boolean }>();
  #count = 0;

  get full(): boolean {
    return this.#count >= MOST_MESSAGES;
  }

  add({ source, destination, bytes, time }: CapturedMessage): void {
    if (this.full) return;
    this.#count += 1;
    const ends = `${formatSocketAddress(source)} ${formatSocketAddress(destination)}`;
    const key = createHash('md5').update(ends).update(bytes).digest('base64');
    const known = this.#seen.get(key);
    if (known) known.times.push(time);
    else this.#seen.set(key, { times: [time], forward: formatSocketAddress(source) < formatSocketAddress(destination) });
  }

  /**
   * What must be added to the other's times to have them on this clock, in ms, and from how many datagrams that is
   * known; undefined where both saw nothing in common. Datagrams of both directions cancel out the time on the way.
   */
  offsetOf(other: ClockSamples): { offset: number; datagrams: number } | undefined {
    const differences: { forward: number[]; backward: number[] } = { forward: [], backward: [] };
    for (const [key, { times, forward }] of this.#seen) {
      const theirs = other.#seen.get(key)?.times;
      if (theirs?.length !== times.length) continue; // one of them was lost or not captured: which is which cannot be told
      const direction = differences[forward ? 'forward' : 'backward'];
      for (const [index, time] of times.entries()) direction.push(time - (theirs[index] as number));
    }
    const medians = [differences.forward, differences.backward].filter((list) => list.length > 0).map(median);
    if (medians.length === 0) return undefined;
    const offset = medians.reduce((sum, value) => sum + value, 0) / medians.length;
    return { offset, datagrams: differences.forward.length + differences.backward.length };
  }
}

function median(values: number[]): number {
  values.sort((one, other) => one - other);
  return values[values.length >> 1] as number;
}

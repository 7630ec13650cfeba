import type { ByteQueue } from './byte-queue.js';
import type { DamageLog } from './damage-log.js';

/** `later`: more octets are needed to tell. */
export type Plausibility = 'yes' | 'no' | 'later';

/** Looks, after a damaged place, for the next one at which reading can go on; holds no more than the longest record meanwhile. */
export class Salvage {
  #began: { offset: number; what: string; lawfulEnd: number | undefined } | undefined;

  /** @param plausible whether a record begins so many octets into the queue; all there is, where `isEnd` */
  constructor(
    private readonly queue: ByteQueue,
    private readonly log: DamageLog,
    private readonly plausible: (at: number, isEnd: boolean) => Plausibility,
  ) {}

  /**
   * The record at the head of the queue cannot be read.
   * @param lawfulLength of a record that is of no use, and too long to be held: no damage where the next one begins after it
   */
  begin(what: string, lawfulLength?: number): void {
    const { offset } = this.queue;
    this.#began = { offset, what, lawfulEnd: lawfulLength === undefined ? undefined : offset + lawfulLength };
    this.queue.take(Math.min(1, this.queue.length)); // not at the damaged record again
  }

  /** True when a record was found: reading goes on at the head of the queue. */
  search(isEnd: boolean): boolean {
    if (!this.#began) return true;
    const length = this.queue.length;
    let at = 0;
    let verdict: Plausibility = 'no';
    for (; at < length; at++) {
      verdict = this.plausible(at, isEnd);
      if (verdict !== 'no') break;
    }
    this.queue.take(at);
    if (verdict !== 'yes' && !isEnd) return false;
    const { offset, what, lawfulEnd } = this.#began;
    if (lawfulEnd !== this.queue.offset) this.log.add({ offset, what, end: this.queue.offset });
    this.#began = undefined;
    return verdict === 'yes';
  }

  /** Where in the octets at hand, from `from` on and before `to`, a record begins; -1 where none does. */
  find(from: number, to: number, isEnd: boolean): number {
    for (let at = from; at < to; at++) if (this.plausible(at, isEnd) === 'yes') return at;
    return -1;
  }
}

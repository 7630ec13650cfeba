import type { Clock, Timer } from './clock.js';

interface Entry {
  readonly due: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * A clock that stands still until it is told to go on, then jumps from one timer to the next.
 * Timers due at the same time fire in the order in which they were set, so that a run repeats exactly.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #pending = 0;
  readonly #heap: Entry[] = [];

  /** @param origin what {@link wallTime} says at time zero, in ms since 1970; fixed, so that traces repeat */
  constructor(private readonly origin = Date.UTC(2004, 0, 1)) {}

  get pendingTimers(): number {
    return this.#pending;
  }

  now(): number {
    return this.#now;
  }

  wallTime(at = this.#now): number {
    return this.origin + at;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const entry: Entry = { due: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#push(entry);
    this.#pending += 1;
    return {
      cancel: () => {
        if (entry.callback === undefined) return;
        entry.callback = undefined; // the heap drops it when its turn comes
        this.#pending -= 1;
      },
    };
  }

  /** When the next timer is due, or undefined when none is set. */
  get nextDue(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.due;
  }

  /** Fires the next timer, moving time to it. False when none is set. */
  step(): boolean {
    this.#dropCancelled();
    const entry = this.#pop();
    if (entry?.callback === undefined) return false;
    const { callback } = entry;
    entry.callback = undefined;
    this.#pending -= 1;
    this.#now = entry.due;
    callback();
    return true;
  }

  /** Fires all that is due within `durationMs`, and leaves the clock at its end. */
  advance(durationMs: number): void {
    const end = this.#now + durationMs;
    for (let due = this.nextDue; due !== undefined && due <= end; due = this.nextDue) this.step();
    this.#now = end;
  }

  #dropCancelled(): void {
    while (this.#heap[0] && this.#heap[0].callback === undefined) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!before(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function before(one: Entry, other: Entry): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Timer } from '../../platform/clock.js';
import type { TimerValues } from '../../transaction/timer-values.js';
import { Timers } from '../timers.js';

/**
 * The library knows one set of timer durations and the system's timers for a whole process. A scope is what one agent has of
 * its own: everything that the library does on its behalf, also later in promises and timers, is done within it.
 */
export class AgentScope {
  static readonly #current = new AsyncLocalStorage<AgentScope>();

  readonly #timers: Timers;
  #closed = false;

  constructor(
    clock: Clock,
    readonly values: TimerValues,
  ) {
    this.#timers = new Timers(clock);
  }

  /** The scope of the agent on whose behalf the library is at work; undefined outside all of them. */
  static get current(): AgentScope | undefined {
    return AgentScope.#current.getStore();
  }

  run<Result>(work: () => Result): Result {
    return AgentScope.#current.run(this, work);
  }

  /** A closed scope sets none. */
  setTimer(delayMs: number, callback: () => void): Timer {
    if (this.#closed) return { cancel: () => {} };
    return this.#timers.set(Math.max(0, delayMs), () => this.run(callback));
  }

  /** Leaves no timer. */
  close(): void {
    this.#closed = true;
    this.#timers.cancelAll();
  }
}

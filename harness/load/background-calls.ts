import type { Endpoint, OutgoingCall } from '../endpoint/endpoint.js';
import type { Clock, Timer } from '../platform/clock.js';

export interface BackgroundCallsOptions {
  readonly clock: Clock;
  readonly caller: Endpoint;
  /** Answers whatever comes. */
  readonly callee: Endpoint;
  /** The callee's SIP URI, as the caller's server knows it. */
  readonly target: string;
  readonly callsPerSecond: number;
}

/** How many background calls there were. */
export interface BackgroundCount {
  readonly started: number;
  readonly answered: number;
}

/**
 * Calls that keep a server busy while something else is watched: placed at a steady rate whatever becomes of the ones
 * before, answered at once, and hung up as soon as they are answered.
 */
export class BackgroundCalls {
  #timer: Timer | undefined;
  #began = 0;
  #started = 0;
  #answered = 0;

  constructor(private readonly options: BackgroundCallsOptions) {}

  get count(): BackgroundCount {
    return { started: this.#started, answered: this.#answered };
  }

  start(): void {
    const { callee, clock } = this.options;
    callee.onInvitation((call) => call.answer());
    this.#began = clock.now();
    this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Against the beginning, so that late timers do not lower the rate. */
  #schedule(): void {
    const { clock, callsPerSecond } = this.options;
    const due = this.#began + (1_000 * this.#started) / callsPerSecond;
    this.#timer = clock.setTimer(Math.max(due - clock.now(), 0), () => {
      this.#place();
      this.#schedule();
    });
  }

  #place(): void {
    const { caller, target } = this.options;
    this.#started += 1;
    const call = caller.invite(target);
    call.onChange(() => this.#hangUp(call));
  }

  #hangUp(call: OutgoingCall): void {
    if (call.state !== 'answered') return;
    this.#answered += 1;
    call.hangUp();
  }
}

import type { TimerValues } from '../transaction/timer-values.js';
import type { Habits } from './real-server-habits.js';

/** Longer than any call; the longest that a timer of Node's takes. */
const NEVER = 2 ** 31 - 1;

/** The transactions' durations, with what the real server's own habits make of them. */
export class StackTimers implements TimerValues {
  readonly t2: number;
  readonly t4: number;
  readonly timerB: number;
  readonly timerC: number;
  readonly timerD: number;
  readonly timerF: number;
  readonly timerH: number;
  readonly timerI: number;
  readonly timerJ: number;
  readonly timerK: number;
  readonly timerL: number;
  readonly timerM: number;
  readonly trying: number;
  readonly ringRepeat: number;
  #t1: number;

  constructor(
    values: TimerValues,
    private readonly habits: Habits,
  ) {
    this.#t1 = values.t1;
    this.t2 = values.t2;
    this.t4 = values.t4;
    this.timerB = values.timerB;
    this.timerC = values.timerC;
    this.timerD = values.timerD;
    this.timerF = values.timerF;
    this.timerH = values.timerH;
    this.timerI = values.timerI;
    this.timerJ = values.timerJ;
    this.timerK = values.timerK;
    this.timerL = values.timerL;
    this.timerM = values.timerM;
    this.trying = habits.statelessTrying ? NEVER : values.trying; // the one 100 has gone out by then
    this.ringRepeat = values.ringRepeat;
  }

  get t1(): number {
    return this.#t1;
  }

  /**
   * Runs `launch`, which starts a client transaction; of an INVITE, Timer A then begins with 2·T1, as the real server's SIP
   * library has it. A transaction reads T1 only when it starts.
   */
  lateTimerA<T>(launch: () => T): T {
    if (!this.habits.lateTimerA) return launch();
    const t1 = this.#t1;
    this.#t1 = 2 * t1;
    try {
      return launch();
    } finally {
      this.#t1 = t1;
    }
  }
}

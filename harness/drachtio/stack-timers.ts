import type { TimerValues } from '../transaction/timer-values.js';
import type { Habits } from './real-server-habits.js';

/** Longer than any call; the longest that a timer of Node's takes. */
const NEVER = 2 ** 31 - 1;

/** The transactions' durations, with what the real server's own habits make of them. */
export class StackTimers implements TimerValues {
  readonly t1: number;
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

  constructor(values: TimerValues, habits: Habits) {
    this.t1 = values.t1;
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
}

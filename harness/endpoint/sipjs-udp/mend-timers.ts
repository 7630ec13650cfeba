/// <reference path="./sipjs-udp.d.ts" />
import type { Sip } from 'sipjs-udp';
import type { Timer } from '../../platform/clock.js';
import { RFC3261_TIMERS, type TimerValues } from '../../transaction/timer-values.js';
import { AgentScope } from './agent-scope.js';

/** The library's names for what it waits; four of them are 0 in it, which RFC 3261 §17 has for reliable transports only. */
const VALUES: Readonly<Record<string, keyof TimerValues>> = {
  T1: 't1',
  T2: 't2',
  TIMER_B: 'timerB',
  TIMER_D: 'timerD',
  TIMER_F: 'timerF',
  TIMER_H: 'timerH',
  TIMER_I: 'timerI',
  TIMER_J: 'timerJ',
  TIMER_K: 'timerK',
  TIMER_L: 'timerL',
  TIMER_M: 'timerM',
  PROVISIONAL_RESPONSE_INTERVAL: 'ringRepeat',
};

const NO_TIMER: Timer = { cancel: () => {} };

/**
 * Gives every agent durations of its own, and timers that end with it. The library has one set of either for a whole process,
 * and what `stop` leaves of them keeps the process alive for half a minute.
 */
export function mendTimers({ Timers }: Pick<Sip, 'Timers'>): void {
  for (const [name, key] of Object.entries(VALUES)) {
    Object.defineProperty(Timers, name, { get: () => (AgentScope.current?.values ?? RFC3261_TIMERS)[key] });
  }
  const set = (callback: () => void, delayMs: number): Timer => AgentScope.current?.setTimer(delayMs, callback) ?? NO_TIMER;
  const clear = (timer: Timer | null | undefined): void => timer?.cancel();
  Object.assign(Timers, { setTimeout: set, clearTimeout: clear, setInterval: setRepeatedly, clearInterval: clear });

  function setRepeatedly(callback: () => void, intervalMs: number): Timer {
    let running = NO_TIMER;
    const again = (): void => {
      running = set(() => {
        again();
        callback();
      }, intervalMs);
    };
    again();
    return { cancel: () => running.cancel() };
  }
}

import type { Clock, Timer } from '../platform/clock.js';
import type { Recorder } from '../trace/recorder.js';

/** Something to wait for: looked at after every turn that brought datagrams, and at the times that it names itself. */
export interface Awaited {
  holds(): boolean;
  /**
   * When, on the clock, to look again although nothing arrives; undefined: time alone changes nothing.
   * @param looked when this look began: a time before it brings nothing new
   */
  lookAgainAt?(looked: number): number | undefined;
}

/** Waits for what datagrams and time bring about, without polling. */
export class Waiting {
  constructor(
    private readonly clock: Clock,
    private readonly trace: Recorder,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Resolves to true as soon as it holds, to false at the deadline (on the clock).
   * @throws the signal's reason when the run is interrupted
   */
  until(awaited: Awaited, deadline = Number.POSITIVE_INFINITY): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const interrupted = (): void => settle(() => reject(this.signal.reason));
      let [settled, looksSoon] = [false, false];
      // One datagram brings about others within its turn: one look at its end sees all of them.
      const unsubscribe = this.trace.subscribe(() => {
        if (looksSoon) return;
        looksSoon = true;
        queueMicrotask(() => {
          looksSoon = false;
          if (!settled) look();
        });
      });
      const settle = (outcome: () => void): void => {
        settled = true;
        timer?.cancel();
        unsubscribe();
        this.signal.removeEventListener('abort', interrupted);
        outcome();
      };
      const look = (): void => {
        const now = this.clock.now(); // before the look, which takes time: what passes meanwhile was not seen
        if (awaited.holds()) return settle(() => resolve(true));
        if (now >= deadline) return settle(() => resolve(false));
        timer?.cancel();
        const named = awaited.lookAgainAt?.(now) ?? Number.POSITIVE_INFINITY;
        const next = Math.min(named > now ? named : Number.POSITIVE_INFINITY, deadline); // a time that has passed brings nothing new
        timer = Number.isFinite(next) ? this.clock.setTimer(next - now, look) : undefined;
      };
      if (this.signal.aborted) return interrupted();
      this.signal.addEventListener('abort', interrupted);
      look();
    });
  }

  /** Lets a time pass. */
  async pause(durationMs: number): Promise<void> {
    const end = this.clock.now() + durationMs;
    await this.until({ holds: () => this.clock.now() >= end, lookAgainAt: () => end });
  }
}

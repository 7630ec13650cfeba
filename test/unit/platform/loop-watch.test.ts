import type { Clock, Timer } from '../../../harness/platform/clock.js';
import { LoopWatch } from '../../../harness/platform/loop-watch.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';

/** A clock whose timers fire late by what the test says. */
class TardyClock implements Clock {
  lateness = 0;
  #skew = 0;

  constructor(private readonly inner: VirtualClock) {}

  get pendingTimers(): number {
    return this.inner.pendingTimers;
  }

  now(): number {
    return this.inner.now() + this.#skew;
  }

  wallTime(at?: number): number {
    return this.inner.wallTime(at);
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.inner.setTimer(delayMs, () => {
      this.#skew += this.lateness;
      this.lateness = 0;
      callback();
    });
  }
}

test('a punctual loop is never late', () => {
  const clock = new VirtualClock();
  const watch = new LoopWatch(clock, 10);
  watch.start();
  clock.advance(1_000);
  expect(watch.lastLateAt).toBe(Number.NEGATIVE_INFINITY);
  expect(watch.worstSince(0)).toBe(0);
  watch.stop();
  expect(clock.pendingTimers).toBe(0);
});

test('lateness within the tolerance is forgiven, beyond it is remembered with its time', () => {
  const inner = new VirtualClock();
  const clock = new TardyClock(inner);
  const watch = new LoopWatch(clock, 10);
  watch.start();
  clock.lateness = 10;
  inner.advance(20);
  expect(watch.worstSince(0)).toBe(0);
  expect(watch.lastLateAt).toBe(Number.NEGATIVE_INFINITY);
  clock.lateness = 11;
  inner.advance(5);
  expect(watch.lastLateAt).toBe(clock.now());
  const lapse = watch.lastLateAt;
  inner.advance(500);
  expect(watch.lastLateAt).toBe(lapse);
  expect(watch.worstSince(lapse)).toBe(11);
  expect(watch.worstSince(lapse + 1)).toBe(0);
  watch.stop();
});

test('a lapse is told as soon as somebody asks, before the late timer has its turn', () => {
  const inner = new VirtualClock();
  let skew = 0;
  const clock: Clock = {
    get pendingTimers() {
      return inner.pendingTimers;
    },
    now: () => inner.now() + skew,
    wallTime: (at) => inner.wallTime(at),
    setTimer: (delayMs, callback) => inner.setTimer(delayMs, callback),
  };
  const watch = new LoopWatch(clock, 10);
  watch.start();
  skew = 30;
  expect(watch.worstSince(0)).toBe(25);
  expect(watch.lastLateAt).toBe(30);
  skew = 40;
  expect(watch.worstSince(0)).toBe(35);
  watch.stop();
});

test('starting twice watches once', () => {
  const clock = new VirtualClock();
  const watch = new LoopWatch(clock, 10);
  watch.start();
  watch.start();
  expect(clock.pendingTimers).toBe(1);
  watch.stop();
});

test('who forgives more sees only what is later than that', () => {
  const inner = new VirtualClock();
  const clock = new TardyClock(inner);
  const watch = new LoopWatch(clock, 10);
  const patient = watch.tolerating(60);
  watch.start();
  clock.lateness = 40;
  inner.advance(100);
  expect([watch.worstSince(0) > 0, patient.worstSince(0), patient.lastLateAt]).toEqual([true, 0, Number.NEGATIVE_INFINITY]);
  clock.lateness = 80;
  inner.advance(100);
  expect(patient.toleranceMs).toBe(60);
  expect(patient.worstSince(0)).toBeGreaterThan(60);
  expect(patient.lastLateAt).toBe(watch.lastLateAt);
  watch.stop();
});

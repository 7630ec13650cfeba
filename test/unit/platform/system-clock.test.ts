import { delay } from '../../../harness/platform/clock.js';
import { SystemClock } from '../../../harness/platform/system-clock.js';

describe('SystemClock', () => {
  it('counts what it waits for, and calls back once', async () => {
    const clock = new SystemClock();
    const fired = jest.fn();
    clock.setTimer(1, fired);
    expect(clock.pendingTimers).toBe(1);
    await delay(clock, 5);
    await delay(clock, 5);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not count the timer that is firing', async () => {
    const clock = new SystemClock();
    const counted = await new Promise<number>((resolve) => {
      clock.setTimer(1, () => resolve(clock.pendingTimers));
    });
    expect(counted).toBe(0);
  });

  it('never fires what was cancelled, and forgets it at once', async () => {
    const clock = new SystemClock();
    const fired = jest.fn();
    const timer = clock.setTimer(1, fired);
    timer.cancel();
    timer.cancel();
    expect(clock.pendingTimers).toBe(0);
    await delay(clock, 10);
    expect(fired).not.toHaveBeenCalled();
  });

  it('may be cancelled after it fired', async () => {
    const clock = new SystemClock();
    const waiting = clock.setTimer(60_000, () => {});
    let timer = { cancel: (): void => {} };
    await new Promise<void>((resolve) => {
      timer = clock.setTimer(1, resolve);
    });
    timer.cancel();
    expect(clock.pendingTimers).toBe(1);
    waiting.cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  it('never cuts a wait short, also by less than a millisecond', async () => {
    const clock = new SystemClock();
    const tooEarly: number[] = [];
    const waits = Array.from({ length: 200 }, async (_, index) => {
      const delayMs = (index % 40) / 3;
      const from = clock.now();
      await delay(clock, delayMs);
      if (clock.now() - from < delayMs) tooEarly.push(delayMs);
    });
    await Promise.all(waits);
    expect(tooEarly).toEqual([]);
  });

  it('never goes back, and knows the date', () => {
    const clock = new SystemClock();
    const readings = Array.from({ length: 1000 }, () => clock.now());
    expect([...readings].sort((a, b) => a - b)).toEqual(readings);
    expect(clock.wallTime()).toBeGreaterThan(Date.UTC(2024, 0, 1));
  });

  it('tells the date to a fraction of a millisecond, and of a moment that is over', () => {
    const clock = new SystemClock();
    const [before, earliest] = [clock.now(), Date.now()];
    const [now, past] = [clock.wallTime(), clock.wallTime(before)];
    const [after, latest] = [clock.now(), Date.now() + 1];
    expect(now).toBeGreaterThanOrEqual(earliest);
    expect(now).toBeLessThanOrEqual(latest);
    expect(now - past).toBeGreaterThanOrEqual(0);
    expect(now - past).toBeLessThanOrEqual(after - before + 1);
    const fractions = new Set(Array.from({ length: 100 }, () => clock.wallTime() % 1));
    expect(fractions.size).toBeGreaterThan(1);
  });

  it('follows the date of a machine whose clock was set', () => {
    const clock = new SystemClock();
    const set = jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2040, 0, 1));
    expect(Math.floor(clock.wallTime())).toBe(Date.UTC(2040, 0, 1));
    set.mockReturnValue(Date.UTC(2020, 0, 1));
    expect(clock.wallTime()).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 1));
    expect(clock.wallTime()).toBeLessThanOrEqual(Date.UTC(2020, 0, 1) + 1);
    set.mockRestore();
  });
});

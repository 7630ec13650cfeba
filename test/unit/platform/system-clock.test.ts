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

  describe('the date', () => {
    /** The machine's two clocks, which go on by 10 µs with every look at them. */
    const machine = { monotonic: 0, dateAhead: 0 };
    const look = (): number => {
      machine.monotonic += 0.01;
      return machine.monotonic;
    };
    const date = (): number => machine.monotonic + machine.dateAhead;
    beforeEach(() => {
      Object.assign(machine, { monotonic: 777.31, dateAhead: Date.UTC(2031, 0, 1) + 0.123 });
      jest.spyOn(performance, 'now').mockImplementation(look);
      jest.spyOn(Date, 'now').mockImplementation(() => Math.floor(look() + machine.dateAhead));
    });
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('is told to a fraction of a millisecond, whatever the platform says that it began at', () => {
      const clock = new SystemClock();
      for (let times = 0; times < 500; times += 1) {
        const asked = date();
        expect(Math.abs(clock.wallTime() - asked)).toBeLessThan(0.05);
      }
    });

    it('is told of a moment that is over', () => {
      const clock = new SystemClock();
      const [at, then] = [clock.now(), date()];
      machine.monotonic += 1_000;
      expect(Math.abs(clock.wallTime(at) - then)).toBeLessThan(0.05);
    });

    it.each([-86_400_000, -3, 3, 86_400_000])('follows the machine’s, set by %i ms', (byMs) => {
      const clock = new SystemClock();
      clock.wallTime();
      machine.dateAhead += byMs;
      const asked = date();
      expect(Math.abs(clock.wallTime() - asked)).toBeLessThan(0.05);
    });

    it('is told where time stands still', () => {
      jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2040, 0, 1));
      jest.spyOn(performance, 'now').mockReturnValue(1_000);
      expect(new SystemClock().wallTime()).toBe(Date.UTC(2040, 0, 1));
    });
  });
});

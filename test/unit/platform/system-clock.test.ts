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
    /** The machine's two clocks, which go on with every look at them. */
    const machine = { monotonic: 0, dateAhead: 0, lookMs: 0, looks: 0, stallMs: 0 };
    const date = (): number => machine.monotonic + machine.dateAhead;
    const look = (): number => {
      machine.looks += 1;
      machine.monotonic += machine.lookMs;
      return machine.monotonic;
    };
    /** Where it is to stall, this process sleeps just when the date has ticked. */
    const lookAtDate = (): number => {
      const before = Math.floor(date());
      look();
      if (Math.floor(date()) > before) {
        machine.monotonic += machine.stallMs;
        machine.stallMs = 0;
      }
      return Math.floor(date());
    };
    beforeEach(() => {
      Object.assign(machine, { monotonic: 777.31, dateAhead: Date.UTC(2031, 0, 1) + 0.123, lookMs: 0.01, looks: 0, stallMs: 0 });
      jest.spyOn(performance, 'now').mockImplementation(look);
      jest.spyOn(Date, 'now').mockImplementation(lookAtDate);
    });
    afterEach(() => {
      jest.restoreAllMocks();
    });
    /** How wrong the date is that a clock tells, ms. */
    const errorOf = (clock: SystemClock): number => {
      const asked = date();
      return Math.abs(clock.wallTime() - asked);
    };

    it('is told to a fraction of a millisecond, whatever the platform says that it began at', () => {
      const clock = new SystemClock();
      const errors = Array.from({ length: 500 }, () => errorOf(clock));
      expect(Math.max(...errors)).toBeLessThan(0.06);
    });

    it.each([0, 10, 20, 30, 40])('is looked at often once, and thrice whenever it is asked for; it ticks %i µs sooner', (soonerUs) => {
      machine.dateAhead += soonerUs / 1_000;
      const clock = new SystemClock();
      clock.wallTime();
      expect(machine.looks).toBeGreaterThan(10);
      machine.looks = 0;
      for (let times = 0; times < 500; times += 1) clock.wallTime();
      expect(machine.looks).toBe(1_500);
    });

    it.each([
      ['on a fast machine', { lookMs: 0.00002 }],
      ['where this process is held up as the date ticks', { stallMs: 5.4 }],
    ])('is as exact %s', (_, trouble) => {
      Object.assign(machine, trouble);
      const clock = new SystemClock();
      clock.wallTime();
      expect(errorOf(clock)).toBeLessThan(0.06);
    });

    it('is told of a moment that is over', () => {
      const clock = new SystemClock();
      const [at, then] = [clock.now(), date()];
      machine.monotonic += 1_000;
      expect(Math.abs(clock.wallTime(at) - then)).toBeLessThan(0.06);
    });

    it.each([-86_400_000, -3, 3, 86_400_000])('follows the machine’s, set by %i ms', (byMs) => {
      const clock = new SystemClock();
      clock.wallTime();
      machine.dateAhead += byMs;
      expect(errorOf(clock)).toBeLessThan(0.06);
    });

    it('never leaves the millisecond that the machine tells, however little it was set by', () => {
      const clock = new SystemClock();
      clock.wallTime();
      machine.dateAhead += 0.4;
      for (let times = 0; times < 500; times += 1) {
        const [earliest, told, latest] = [Math.floor(date()), clock.wallTime(), Math.floor(date()) + 1];
        expect([told >= earliest, told <= latest]).toEqual([true, true]);
      }
    });

    it('is told where time stands still', () => {
      machine.lookMs = 0;
      expect(Math.abs(new SystemClock().wallTime() - date())).toBeLessThan(1);
    });

    it('is told where only the date stands still, and is not looked at over and over', () => {
      const still = Date.UTC(2040, 0, 1);
      jest.spyOn(Date, 'now').mockImplementation(() => {
        look();
        return still;
      });
      const clock = new SystemClock();
      clock.wallTime();
      machine.looks = 0;
      for (let times = 0; times < 500; times += 1) {
        const told = clock.wallTime();
        expect([told >= still, told <= still + 1]).toEqual([true, true]);
      }
      expect(machine.looks).toBe(1_500);
    });
  });
});

import { delay } from '../../../harness/platform/clock.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';

describe('VirtualClock', () => {
  it('stands still until it is told to go on', () => {
    const clock = new VirtualClock(1000);
    const fired = jest.fn();
    clock.setTimer(0, fired);
    expect(clock.now()).toBe(0);
    expect(clock.wallTime()).toBe(1000);
    expect(fired).not.toHaveBeenCalled();
    clock.advance(0);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('fires in order of time, and of setting where times are equal', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
      ['b3', 20],
    ] as const) {
      clock.setTimer(delayMs, () => fired.push(`${name}@${clock.now()}`));
    }
    clock.advance(100);
    expect(fired).toEqual(['a@10', 'b1@20', 'b2@20', 'b3@20', 'c@30']);
    expect(clock.now()).toBe(100);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves alone what is due later, to the millisecond', () => {
    const clock = new VirtualClock();
    const fired = jest.fn();
    clock.setTimer(500, fired);
    clock.advance(499.999);
    expect(fired).not.toHaveBeenCalled();
    expect(clock.nextDue).toBe(500);
    clock.advance(0.001);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(clock.nextDue).toBeUndefined();
  });

  it('fires a timer set by a timer within the same stretch', () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const again = (): void => {
      at.push(clock.now());
      if (at.length < 4) clock.setTimer(500 * 2 ** (at.length - 1), again);
    };
    clock.setTimer(500, again);
    clock.advance(10_000);
    expect(at).toEqual([500, 1000, 2000, 4000]);
  });

  it('fires a timer of delay zero, set by a timer, after those that were due at that moment already', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimer(10, () => {
      fired.push('first');
      clock.setTimer(0, () => fired.push('third'));
    });
    clock.setTimer(10, () => fired.push('second'));
    clock.advance(10);
    expect(fired).toEqual(['first', 'second', 'third']);
  });

  it('never fires what was cancelled, also by a timer of the same moment', () => {
    const clock = new VirtualClock();
    const fired = jest.fn();
    const doomed = clock.setTimer(10, fired);
    clock.setTimer(5, () => doomed.cancel());
    const twin = { cancel: (): void => {} };
    clock.setTimer(20, () => twin.cancel());
    Object.assign(twin, clock.setTimer(20, fired));
    clock.advance(100);
    expect(fired).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts a timer once, however often it is cancelled, and not after it fired', () => {
    const clock = new VirtualClock();
    const timers = [1, 2, 3].map((delayMs) => clock.setTimer(delayMs, () => {}));
    expect(clock.pendingTimers).toBe(3);
    timers[1]?.cancel();
    timers[1]?.cancel();
    expect(clock.pendingTimers).toBe(2);
    clock.advance(1);
    timers[0]?.cancel();
    expect(clock.pendingTimers).toBe(1);
    expect(clock.nextDue).toBe(3);
    clock.advance(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not count the timer that is firing', () => {
    const clock = new VirtualClock();
    const counted: number[] = [];
    clock.setTimer(1, () => counted.push(clock.pendingTimers));
    clock.advance(1);
    expect(counted).toEqual([0]);
  });

  it('steps from timer to timer, and says when there is none', () => {
    const clock = new VirtualClock();
    clock.setTimer(180_000, () => {});
    clock.setTimer(5, () => {}).cancel();
    expect(clock.step()).toBe(true);
    expect(clock.now()).toBe(180_000);
    expect(clock.step()).toBe(false);
    expect(clock.now()).toBe(180_000);
  });

  it('takes a negative delay for none', () => {
    const clock = new VirtualClock();
    clock.advance(50);
    clock.setTimer(-20, () => {});
    expect(clock.nextDue).toBe(50);
  });

  it('stays usable after a callback threw', () => {
    const clock = new VirtualClock();
    const fired = jest.fn();
    clock.setTimer(1, () => {
      throw new Error('a fault of the owner');
    });
    clock.setTimer(2, fired);
    expect(() => clock.advance(10)).toThrow('a fault of the owner');
    clock.advance(10);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps the order of thousands of timers, some cancelled (seed %i)', (seed) => {
    const random = new SeededRandom(seed);
    const clock = new VirtualClock();
    const fired: [due: number, order: number][] = [];
    const expected: [due: number, order: number][] = [];
    for (let order = 0; order < 3000; order++) {
      const due = random.below(400);
      const timer = clock.setTimer(due, () => fired.push([clock.now(), order]));
      if (random.fraction() < 0.3) timer.cancel();
      else expected.push([due, order]);
    }
    clock.advance(400);
    expect(fired).toEqual(expected.sort(([a, i], [b, j]) => a - b || i - j));
  });

  it('makes a delay of itself', async () => {
    const clock = new VirtualClock();
    const done = delay(clock, 100).then(() => 'done');
    clock.advance(99);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    await expect(done).resolves.toBe('done');
  });
});

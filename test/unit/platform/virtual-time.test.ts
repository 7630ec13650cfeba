import { delay } from '../../../harness/platform/clock.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { runInVirtualTime } from '../../../harness/platform/virtual-time.js';

test('an hour of waiting passes at once, promises in between included', async () => {
  const clock = new VirtualClock();
  const work = async (): Promise<number> => {
    for (let minute = 0; minute < 60; minute++) await delay(clock, 60_000);
    return clock.now();
  };
  await expect(runInVirtualTime(clock, work())).resolves.toBe(3_600_000);
});

test('hands a failure on', async () => {
  await expect(runInVirtualTime(new VirtualClock(), Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('work that nothing can wake is an error, not a hang', async () => {
  await expect(runInVirtualTime(new VirtualClock(), new Promise(() => {}))).rejects.toThrow('no timer');
});

test('stops the clock where the work ends', async () => {
  const clock = new VirtualClock();
  clock.setTimer(1_000, () => {});
  await runInVirtualTime(clock, delay(clock, 10));
  expect(clock.now()).toBe(10);
  expect(clock.pendingTimers).toBe(1);
});

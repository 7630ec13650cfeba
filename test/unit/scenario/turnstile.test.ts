import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { Turnstile } from '../../../harness/scenario/turnstile.js';

test('lets as many in as there are places, the rest in their order, each as another leaves', async () => {
  const clock = new VirtualClock();
  const turnstile = new Turnstile(clock, 2, 100);
  const inside: string[] = [];
  const enter = async (name: string): Promise<() => void> => {
    const leave = await turnstile.enter();
    inside.push(name);
    return leave;
  };
  const [a, b] = [await enter('a'), await enter('b')];
  const waiting = [enter('c'), enter('d')];
  await new Promise(setImmediate);
  expect(inside).toEqual(['a', 'b']);
  a();
  a();
  await waiting[0];
  await new Promise(setImmediate);
  expect(inside).toEqual(['a', 'b', 'c']);
  b();
  await waiting[1];
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
  for (const waited of waiting) (await waited)();
  expect(clock.pendingTimers).toBe(0);
});

test('who stays for too long counts no more, and gives back no place twice', async () => {
  const clock = new VirtualClock();
  const turnstile = new Turnstile(clock, 1, 100);
  const leave = await turnstile.enter();
  const inside: string[] = [];
  for (const name of ['second', 'third']) void turnstile.enter().then(() => inside.push(name));
  clock.advance(99);
  await new Promise(setImmediate);
  expect(inside).toEqual([]);
  clock.advance(1);
  await new Promise(setImmediate);
  leave();
  await new Promise(setImmediate);
  expect(inside).toEqual(['second']);
});

import { Turnstile } from '../../../harness/scenario/turnstile.js';

test('lets as many in as there are places, the rest in their order, each as another leaves', async () => {
  const turnstile = new Turnstile(2);
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
});

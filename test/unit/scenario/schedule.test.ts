import { schedule } from '../../../harness/scenario/schedule.js';

/** Work that the test finishes by hand, in any order. */
function manual() {
  const open = new Map<number, () => void>();
  const work = (item: number): Promise<number> =>
    new Promise((resolve) => {
      open.set(item, () => {
        open.delete(item);
        resolve(item * 10);
      });
    });
  return { open, work };
}

test('runs as many at once as it may, and starts the next when one ends', async () => {
  const { open, work } = manual();
  const outcomes = schedule([1, 2, 3, 4], 2, work, () => true);
  await Promise.resolve();
  expect([...open.keys()]).toEqual([1, 2]);
  open.get(2)?.();
  await new Promise(setImmediate);
  expect([...open.keys()]).toEqual([1, 3]);
  open.get(3)?.();
  await new Promise(setImmediate);
  open.get(4)?.();
  open.get(1)?.();
  await expect(outcomes).resolves.toEqual([10, 20, 30, 40]);
});

test('starts nothing more once it may not go on, and leaves those undefined', async () => {
  let started = 0;
  const outcomes = await schedule(
    [1, 2, 3],
    1,
    async (item) => {
      started += 1;
      return item;
    },
    () => started < 2,
  );
  expect(outcomes).toEqual([1, 2, undefined]);
});

test('a failure of the work is a failure of the whole', async () => {
  await expect(
    schedule(
      [1],
      4,
      () => Promise.reject(new Error('broken')),
      () => true,
    ),
  ).rejects.toThrow('broken');
});

test('nothing to do is done', async () => {
  await expect(
    schedule(
      [],
      4,
      async () => 1,
      () => true,
    ),
  ).resolves.toEqual([]);
});

import { simulate } from './simulate.js';

const SEEDS = 1_000;
const BATCH = 100;

jest.setTimeout(120_000);

const play = async (seed: number): Promise<string> => (await simulate(seed, { unchecked: true })).digest;

describe(`${SEEDS} seeds`, () => {
  const digests = new Set<string>();

  test.each(Array.from({ length: SEEDS / BATCH }, (_, index) => index * BATCH + 1))(
    'from %i on: the same seed, the same trace',
    async (from) => {
      for (let seed = from; seed < from + BATCH; seed++) {
        const digest = await play(seed);
        expect([seed, await play(seed)]).toEqual([seed, digest]);
        digests.add(digest);
      }
    },
  );

  test('another seed, another trace', () => {
    expect(digests.size).toBe(SEEDS);
  });
});

test('a case that spans ten minutes of SIP time takes no waiting: only timers that fire', async () => {
  const { simulatedMs, datagrams, broken } = await simulate(5);
  expect(broken).toEqual([]);
  expect(simulatedMs).toBeGreaterThan(600_000);
  expect(datagrams).toBeLessThan(1_000);
});

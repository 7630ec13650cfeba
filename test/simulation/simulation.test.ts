import { describeFailure, simulate } from './simulate.js';

const SEEDS = Number(process.env.BUSYHERE_SIMULATION_SEEDS ?? 2_000);
const FROM = Number(process.env.BUSYHERE_SIMULATION_FROM ?? 1);
const BATCHES = 20;
/** The long runs have long batches. */
jest.setTimeout(60_000 + SEEDS * 60);

/** Seeds in batches, so that a failure shows soon and where. */
const batches = Array.from({ length: BATCHES }, (_, index) => {
  const size = Math.ceil(SEEDS / BATCHES);
  const from = FROM + index * size;
  return [from, Math.min(from + size, FROM + SEEDS) - 1] as const;
});

describe(`${SEEDS} seeds from ${FROM}`, () => {
  test.each(batches)('seeds %i to %i hold all invariants', async (from, to) => {
    const failures: string[] = [];
    let calls = 0;
    for (let seed = from; seed <= to; seed++) {
      const result = await simulate(seed);
      calls += result.calls;
      if (result.broken.length > 0) failures.push(describeFailure(result));
    }
    expect(failures.join('\n\n')).toBe('');
    expect(calls).toBeGreaterThan(0);
  });
});

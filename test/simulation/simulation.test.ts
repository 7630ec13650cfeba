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
  const played = { seeds: 0, calls: 0, datagrams: 0 };
  afterAll(() => {
    const { seeds, calls, datagrams } = played;
    process.stdout.write(
      `simulation: seeds ${FROM} to ${FROM + SEEDS - 1}, ${seeds} played, ${calls} calls, ${datagrams} datagrams seen\n`,
    );
  });

  test.each(batches)('seeds %i to %i hold all invariants', async (from, to) => {
    const failures: string[] = [];
    for (let seed = from; seed <= to; seed++) {
      const result = await simulate(seed);
      played.seeds += 1;
      played.calls += result.calls;
      played.datagrams += result.datagrams;
      if (result.broken.length > 0) failures.push(describeFailure(result));
    }
    if (failures.length > 0) throw new Error(failures.join('\n\n'));
  });
});

import { describeFailure, simulate } from './simulate.js';

const SEEDS = Number(process.env.BUSYHERE_SIMULATION_SEEDS ?? 2_000);
/** `BUSYHERE_SIMULATION_SEEDS=500 BUSYHERE_SIMULATION_FROM=N npx jest test/simulation/simulation` plays 500 seeds from N. */
const FROM = process.env.BUSYHERE_SIMULATION_FROM;
/** Of a run that was not told where to begin: what broke once must not come back, and every run looks where none has been. */
const DRAWN_SHARE = 0.25;
const BATCHES = 20;
/** The long runs have long batches. */
jest.setTimeout(60_000 + SEEDS * 60);

interface Seeds {
  readonly what: string;
  readonly from: number;
  readonly count: number;
}

function seedsToPlay(): Seeds[] {
  if (FROM !== undefined) return [{ what: 'asked for', from: Number(FROM), count: SEEDS }];
  const drawn = Math.ceil(SEEDS * DRAWN_SHARE);
  return [
    { what: 'always the same', from: 1, count: SEEDS - drawn },
    { what: 'drawn', from: 1 + (Date.now() % 2 ** 31), count: drawn },
  ];
}

/** Seeds in batches, so that a failure shows soon and where. */
function inBatches({ from, count }: Seeds): [first: number, last: number][] {
  const size = Math.ceil(count / Math.ceil((BATCHES * count) / SEEDS));
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => {
    const first = from + index * size;
    return [first, Math.min(first + size, from + count) - 1];
  });
}

const chosen = seedsToPlay();

beforeAll(() => {
  const told = chosen.map(({ what, from, count }) => `${count} seeds, ${from} to ${from + count - 1} (${what})`);
  process.stdout.write(`simulation: ${told.join(', ')}\n`);
});

const played = { seeds: 0, calls: 0, datagrams: 0 };
afterAll(() => {
  const { seeds, calls, datagrams } = played;
  process.stdout.write(`simulation: ${seeds} seeds played, ${calls} calls, ${datagrams} datagrams seen\n`);
});

// The names hold no number that a run draws: results of different runs can be laid beside each other.
describe.each(chosen)('seeds that are $what', (seeds) => {
  test.each(inBatches(seeds).map((batch, index) => [index + 1, batch] as const))(
    'hold all invariants, batch %i',
    async (_, [first, last]) => {
      const failures: string[] = [];
      for (let seed = first; seed <= last; seed++) {
        const result = await simulate(seed);
        played.seeds += 1;
        played.calls += result.calls;
        played.datagrams += result.datagrams;
        if (result.broken.length > 0) failures.push(describeFailure(result));
      }
      if (failures.length > 0) throw new Error(failures.join('\n\n'));
    },
  );
});

import { FAULTS, MODULE_FAULTS } from './faults.js';
import { simulate as simulateUnharmed } from './simulate.js';

/** A fault must show in one of these; most show in the first few. */
const SEEDS = 400;

jest.setTimeout(120_000);

type Simulate = typeof simulateUnharmed;

/** The first seed that breaks something, and what. */
async function firstBroken(simulate: Simulate): Promise<{ seed: number; broken: readonly string[] } | undefined> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { broken } = await simulate(seed);
    if (broken.length > 0) return { seed, broken };
  }
  return undefined;
}

test('without a fault nothing is found', async () => {
  expect(await firstBroken(simulateUnharmed)).toBeUndefined();
});

describe('a planted fault is caught', () => {
  test.each(FAULTS.map((fault) => [fault.name, fault] as const))('%s', async (_name, { plant, caughtBy }) => {
    const restore = plant();
    try {
      expect((await firstBroken(simulateUnharmed))?.broken.join('\n')).toMatch(caughtBy);
    } finally {
      restore();
    }
  });

  test.each(MODULE_FAULTS.map((fault) => [fault.name, fault] as const))('%s', async (_name, { module, replace, caughtBy }) => {
    jest.resetModules();
    jest.doMock(module, () => replace(jest.requireActual(module)));
    try {
      const { simulate } = jest.requireActual<{ simulate: Simulate }>('./simulate.js');
      expect((await firstBroken(simulate))?.broken.join('\n')).toMatch(caughtBy);
    } finally {
      jest.dontMock(module);
    }
  });

  test('of at least twenty kinds', () => {
    const names = new Set([...FAULTS, ...MODULE_FAULTS].map(({ name }) => name));
    expect(names.size).toBeGreaterThanOrEqual(20);
  });
});

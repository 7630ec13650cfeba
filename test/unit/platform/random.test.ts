import { type Random, SeededRandom } from '../../../harness/platform/random.js';

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32());

describe('SeededRandom', () => {
  it('draws the same from the same seed, on every machine', () => {
    expect(draws(new SeededRandom(7), 100)).toEqual(draws(new SeededRandom(7), 100));
    expect(draws(new SeededRandom(1), 4)).toMatchInlineSnapshot(`
[
  393288148,
  2174103013,
  3814759091,
  2092745082,
]
`);
  });

  it.each([0, 1, -1, 0xffffffff, 2 ** 31, 123456789])('works from the seed %i', (seed) => {
    const drawn = draws(new SeededRandom(seed), 1000);
    expect(new Set(drawn).size).toBeGreaterThan(990);
    expect(drawn.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff)).toBe(true);
  });

  it('draws otherwise from a neighbouring seed', () => {
    const [one, other] = [draws(new SeededRandom(1), 1000), draws(new SeededRandom(2), 1000)];
    expect(one.filter((value) => other.includes(value))).toEqual([]);
  });

  it('forks by label: the same label the same draws, another label others, and the parent is not moved', () => {
    const parent = new SeededRandom(7);
    const one = draws(parent.fork('alice'), 100);
    expect(draws(parent.fork('alice'), 100)).toEqual(one);
    expect(draws(parent.fork('bob'), 100).some((value) => one.includes(value))).toBe(false);
    expect(draws(new SeededRandom(8).fork('alice'), 100).some((value) => one.includes(value))).toBe(false);
    expect(draws(parent, 100)).toEqual(draws(new SeededRandom(7), 100));
  });

  it('forks to the same draws, however far the parent has gone', () => {
    const parent = new SeededRandom(7);
    const before = draws(parent.fork('alice'), 10);
    draws(parent, 1000);
    expect(draws(parent.fork('alice'), 10)).toEqual(before);
  });

  it('has no fork that repeats its parent, whatever the label', () => {
    const own = draws(new SeededRandom(7), 100);
    for (const label of ['', 'a', '7']) {
      expect(draws(new SeededRandom(7).fork(label), 100).some((value) => own.includes(value))).toBe(false);
    }
  });

  it('keeps forks of forks apart', () => {
    const root = new SeededRandom(3);
    const firsts = ['a', 'b', 'ab', 'ba'].flatMap((one) => ['a', 'b', 'ab', 'ba'].map((two) => root.fork(one).fork(two).uint32()));
    expect(new Set(firsts).size).toBe(16);
  });

  it('spreads its draws: ten bins of 100,000 draws, none further from the mean than six deviations', () => {
    const random = new SeededRandom(20);
    const bins = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) {
      const bin = random.below(10);
      bins[bin] = (bins[bin] ?? Number.NaN) + 1;
    }
    const deviation = Math.sqrt(100_000 * 0.1 * 0.9);
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(6 * deviation);
  });

  it('sets every bit about half of the time', () => {
    const drawn = draws(new SeededRandom(21), 20_000);
    const deviation = Math.sqrt(20_000 * 0.25);
    for (let bit = 0; bit < 32; bit++) {
      const set = drawn.filter((value) => (value >>> bit) & 1).length;
      expect(Math.abs(set - 10_000)).toBeLessThan(6 * deviation);
    }
  });

  it('draws fractions from 0 to below 1, and integers below a limit', () => {
    const random = new SeededRandom(4);
    for (let draw = 0; draw < 10_000; draw++) {
      const fraction = random.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
      expect([0, 1, 2]).toContain(random.below(3));
    }
  });

  it.each([1, 7, 8, 9, 16, 33])('makes a token of %i hexadecimal digits', (digits) => {
    expect(new SeededRandom(5).token(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
  });

  it('makes no token twice', () => {
    const random = new SeededRandom(6);
    expect(new Set(Array.from({ length: 10_000 }, () => random.token(16))).size).toBe(10_000);
  });
});

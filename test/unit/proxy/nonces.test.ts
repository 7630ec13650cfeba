import { SeededRandom } from '../../../harness/platform/random.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { Nonces } from '../../../harness/proxy/nonces.js';

describe('nonces', () => {
  const clock = new VirtualClock();
  const nonces = new Nonces(clock, new SeededRandom(1), 60_000, 2);

  test('are recognised, grow stale, and cannot be made by others', () => {
    const nonce = nonces.mint();
    expect(nonces.judge(nonce)).toBe('fresh');
    expect(new Nonces(clock, new SeededRandom(2), 60_000, 2).judge(nonce)).toBe('forged');
    clock.advance(60_001);
    expect(nonces.judge(nonce)).toBe('stale');
    expect(nonces.judge(nonce.replace(/^..../, 'ffff'))).toBe('forged'); // a later time, under the old seal
    for (const text of ['', 'x', nonce.toUpperCase(), nonce.slice(1), `${nonce}0`, 'g'.repeat(nonce.length)]) {
      expect(nonces.judge(text)).toBe('forged');
    }
  });

  test('are never the same', () => {
    expect(new Set(Array.from({ length: 100 }, () => nonces.mint())).size).toBe(100);
  });

  test('have counts, each good once, also when requests overtake each other', () => {
    const nonce = nonces.mint();
    const answers = [1, 1, 3, 2, 2, 3, 40, 9, 8, 9, 39, 41].map((nc) => nonces.use(nonce, nc));
    expect(answers).toEqual([true, false, true, true, false, false, true, true, false, false, true, true]);
  });

  test('use no more memory than they are given: the oldest count is forgotten', () => {
    const [first, second, third] = [nonces.mint(), nonces.mint(), nonces.mint()];
    for (const nonce of [first, second, third]) expect(nonces.use(nonce, 1)).toBe(true);
    expect(nonces.use(third, 1)).toBe(false);
    expect(nonces.use(first, 1)).toBe(true);
  });
});

import { glyphsFor } from '../../../harness/report/glyphs.js';
import { drawLadder } from '../../../harness/report/ladder.js';
import { widthOf } from '../../../harness/report/text-layout.js';
import { arrow, nameOf, PLACES, swallowedAttempt } from './made-up.js';

const unicode = { width: 80, glyphs: glyphsFor(true), nameOf };
const ascii = { width: 80, glyphs: glyphsFor(false), nameOf };

test('draws columns in the order of the hops, retransmissions as one arrow, and where the response ended', () => {
  expect(drawLadder(swallowedAttempt(), { ...unicode, width: 66 })).toEqual([
    '           carol                   lcs                    bob',
    '    0.0 ms   ├────── INVITE ───────▶│                      │',
    '    0.6 ms   │◀──── 100 Trying ─────┤                      │',
    '    1.0 ms   │                      ├───── INVITE ×2 ─────▶│',
    '    2.2 ms   │                      ✗◀─── 486 Busy Here ───┤',
    '    2.4 ms   │                      ├──────── ACK ────────▶│',
  ]);
});

test('draws the same in ASCII', () => {
  const lines = drawLadder(swallowedAttempt(), { ...ascii, width: 66 });
  expect(lines[4]).toBe('    2.2 ms   |                      X<--- 486 Busy Here ---|');
  expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
});

test('crosses the lifelines of those a message passes by, and says where it did not arrive', () => {
  const attempt = swallowedAttempt([
    arrow(0, 'carol', 'edge', 'INVITE'),
    arrow(1, 'edge', 'carol', '486 Busy Here', { arrived: false, lost: true }),
    arrow(2, 'lcs', 'bob', 'ACK'),
  ]);
  expect(drawLadder(attempt, unicode)).toEqual([
    '           carol                lcs                 bob                edge',
    '    0.0 ms   ├───────────────────┼───── INVITE ──────┼──────────────────▶│',
    '    1.0 ms   │✗──────────────────┼── 486 Busy Here ──┼───────────────────┤',
    '    2.0 ms   │                   ├────── ACK ───────▶│                   │',
  ]);
});

test('a hop that sends on from another address stands in one column', () => {
  const attempt = swallowedAttempt([
    arrow(0, 'carol', 'lcs', 'INVITE'),
    arrow(1, 'edge', 'bob', 'INVITE'),
    arrow(2, 'bob', 'edge', '486 Busy Here', { lost: true }),
  ]);
  const otherSides = [{ address: PLACES.edge, of: PLACES.lcs }];
  expect(drawLadder({ ...attempt, otherSides }, { ...unicode, width: 66 })).toEqual([
    '           carol                   lcs                    bob',
    '    0.0 ms   ├────── INVITE ───────▶│                      │',
    '    1.0 ms   │                      ├────── INVITE ───────▶│',
    '    2.0 ms   │                      ✗◀─── 486 Busy Here ───┤',
  ]);
});

test('shows a stranger by its address', () => {
  const attempt = swallowedAttempt([{ ...arrow(0, 'carol', 'lcs', 'INVITE'), destination: { address: '192.0.2.9', port: 5070 } }]);
  expect(drawLadder(attempt, unicode)[0]).toContain('192.0.2.9:5070');
});

test.each([40, 50, 66, 80, 81, 120])('keeps within %d columns, in words where the drawing does not fit', (width) => {
  const events = [
    arrow(0, 'alice', 'edge', 'INVITE'),
    arrow(1, 'edge', 'lcs', 'INVITE'),
    arrow(2, 'lcs', 'bob', 'INVITE'),
    arrow(3, 'bob', 'lcs', '407 Proxy Authentication Required with a very long phrase', { transmissions: 12 }),
    arrow(12_345, 'lcs', 'carol', '486 Busy Here', { lost: true }),
  ];
  for (const glyphs of [unicode.glyphs, ascii.glyphs]) {
    const lines = drawLadder(swallowedAttempt(events), { width, glyphs, nameOf });
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
    expect(lines.join('\n')).toContain('486');
  }
});

test('emphasises the lost response and nothing else', () => {
  const lines = drawLadder(swallowedAttempt(), { ...unicode, emphasise: (text) => `<${text}>` });
  expect(lines.filter((line) => line.includes('<'))).toEqual([expect.stringContaining('486 Busy Here')]);
});

test('has nothing to draw for an attempt without events', () => {
  expect(drawLadder(swallowedAttempt([]), unicode)).toEqual([]);
});

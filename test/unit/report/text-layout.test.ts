import { cutText, durationText, hangingText, padEnd, widthOf, wrapText } from '../../../harness/report/text-layout.js';

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 80, ['one two three']],
  ['  one \n two ', 80, ['one two']],
  ['', 10, []],
  ['a listeners[x].first+second b', 12, ['a', 'listeners[x]', '.first+', 'second b']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['→→ →→', 2, ['→→', '→→']],
])('%j in %d columns', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});

test('hangs further lines under the first', () => {
  expect(hangingText('lost  ', 'the response was lost on the way', 26)).toEqual(['lost  the response was', '      lost on the way']);
});

test('measures and fills without counting colours', () => {
  expect(widthOf('\u001b[1m486\u001b[22m')).toBe(3);
  expect(padEnd('\u001b[1m486\u001b[22m', 5)).toBe('\u001b[1m486\u001b[22m  ');
  expect(cutText('pending', 5, '…')).toBe('pend…');
});

test.each([
  [0.42, '0.4 ms'],
  [3, '3 ms'],
  [12.6, '13 ms'],
  [1260, '1.3 s'],
  [125_000, '2 min 5 s'],
])('%d ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

import { loadScenario } from '../../../harness/scenario/load.js';
import { errorOf } from './mistaken';

const TABLE: [text: string, place: string, message: string][] = [
  ['name: [\n', '1:7', 'expected a ] that closes this ['],
  ['a: { b: [1, 2], c: 3\nd: 2\n', '1:4', 'expected a } that closes this {'],
  ['a: "x\nb: 1\n', '1:4', 'expected a " that closes this one'],
  ["a: 'x\nb: 1\n", '1:4', "expected a ' that closes this one"],
  ['name: Busy: or not\n', '1:7', 'expected one value after the key; a text with ": " in it needs quotes'],
  ['a:\n  b: 1\n   c: 2\n', '3:4', 'expected this line to be indented like those beside it'],
  ['a:\n  - x\n y: 1\n', '3:2', 'expected this line to be indented like those beside it'],
  ['a:\n\tb: 1\n', '2:1', 'expected spaces; YAML does not take tabs for indentation'],
  ['servers\n  lcs: {}\n', '1:1', 'expected ": " after a key, found servers'],
  ['a:1\nb: 1\n', '1:1', 'expected ": " after a key, found a:1'],
  ['a: { b: c d: e }\n', '1:9', 'expected , between the entries in { } or [ ]; a text with ": " in it needs quotes'],
  ['a: { b: c,, d: e }\n', '1:11', 'expected an entry before this ,'],
  ['a: { b: c }}\n', '1:12', 'nothing is open here that } would close'],
  ['a: - b\n', '1:4', 'expected the - of a list in a line of its own, below the key'],
  ['a: @b\n', '1:4', 'expected quotes around a text that begins with @'],
  ['a: "b" c\n', '1:8', 'expected nothing more after this value; quotes must go around all of it'],
  ['- a\nb: 1\n', '2:1', 'expected another entry "- " of the list above, or its end'],
  ['a: "\\q"\n', '1:5', 'expected a known escape: in double quotes a backslash is written twice; in single quotes it stands for itself'],
  ['name: x\n---\nname: y\n', '2:1', 'expected one document; the --- begins a second one'],
  [
    'name: *nobody\n',
    '1:7',
    'expected a name that an & before it gives to a value; there is no &nobody. A text that begins with * needs quotes',
  ],
];

test.each(TABLE)('%j: told at %s in plain words', (text, place, message) => {
  const [first] = errorOf(() => loadScenario(text, 's.yaml', '/nowhere')).mistakes;
  expect(first).toMatchObject({ message });
  expect(`${first?.line}:${first?.column}`).toBe(place);
});

test('what follows from the first fault is not told; keys that are there twice are, each', () => {
  const text = 'a: 1\na: 2\nb: 1\nb: 2\n- c\n';
  expect(errorOf(() => loadScenario(text, 's.yaml', '/nowhere')).mistakes.map(({ line }) => line)).toEqual([2, 4]);
});

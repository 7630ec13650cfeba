import { type NameAddr, parseNameAddr, tagOf } from '../../../harness/sip/name-addr.js';
import { writeNameAddr } from './write-name-addr.js';

function address(text: string): NameAddr {
  const outcome = parseNameAddr(text);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

test.each([
  ['"Alice \\"A\\" \\\\" <sip:alice@lab.example;lr>;tag=1', 'Alice "A" \\', 'sip:alice@lab.example;lr', '1'],
  ['Alice  van \t Dam <sip:alice@lab.example>', 'Alice van Dam', 'sip:alice@lab.example', undefined],
  ['Alice<sip:alice@lab.example>', 'Alice', 'sip:alice@lab.example', undefined],
  ['<sip:alice@lab.example?Route=x> ; TAG = 1', undefined, 'sip:alice@lab.example?Route=x', '1'],
  ['sip:alice@lab.example;tag=1', undefined, 'sip:alice@lab.example', '1'],
  ['sip:alice@lab.example ;x="<sip:mallory@lab.example>;tag=2";tag=1', undefined, 'sip:alice@lab.example', '1'],
  ['"<sip:mallory@lab.example>;tag=2" <sip:alice@lab.example>;tag=1', '<sip:mallory@lab.example>;tag=2', 'sip:alice@lab.example', '1'],
  ['"" <sip:alice@lab.example>', '', 'sip:alice@lab.example', undefined],
])('reads %s', (text, displayName, uriText, tag) => {
  const parsed = address(text);
  expect([parsed.displayName, parsed.uriText, parsed.tag]).toEqual([displayName, uriText, tag]);
  expect(tagOf(text)).toBe(tag);
  expect(address(writeNameAddr(parsed))).toEqual(parsed);
});

test('without < and > a parameter belongs to the header', () => {
  const parsed = address('sip:alice@lab.example;user=phone');
  expect(parsed.params.get('user')).toBe('phone');
  expect(parsed.uri.params.size).toBe(0);
});

test.each([
  '',
  '*',
  '"Alice <sip:alice@lab.example>',
  'Alice, A. <sip:alice@lab.example>',
  '"Alice" Dam <sip:alice@lab.example>',
  '"Alice"',
  '< sip:alice@lab.example >',
  '<sip:alice@lab.example',
  'sip:alice@lab.example?Route=x',
  '<sip:alice@lab.example>tag=1',
  '<sip:alice@lab.example>;;tag=1',
  '<sip:alice@lab.example>;tag=',
  '<sip:alice@lab.example>;tag="1',
])('refuses %s', (text) => {
  expect(parseNameAddr(text).ok).toBe(false);
});

test('the tag can be had where another part is malformed', () => {
  expect(tagOf('Bell, Alexander <sip:a.g.bell@example.com>;;tag=43')).toBe('43');
  expect(tagOf('"Bell <sip:a.g.bell@example.com>;tag=43')).toBe('43');
});

test('a copy may be changed, the original stays', () => {
  const original = address('<sip:alice@lab.example;lr>;tag=1');
  const copy = original.copy();
  copy.params.set('tag', '2').delete('x');
  copy.uri.params.delete('lr');
  expect(writeNameAddr(original)).toBe('<sip:alice@lab.example;lr>;tag=1');
  expect([original.uri.params.has('lr'), copy.tag]).toEqual([true, '2']);
});

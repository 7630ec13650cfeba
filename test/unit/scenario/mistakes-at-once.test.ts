import { loadScenario } from '../../../harness/scenario/load.js';
import { errorOf } from './mistaken';

const SOUND = `name: A second invitation
servers:
  proxy: { domain: example.test }
participants:
  alice: { home: proxy }
  bob: { home: proxy }
  carol: { home: proxy }
  gateway: { role: gateway, at: proxy, numbers: { "+15550100": busy } }
profiles:
  gateway-only: { servers: { proxy: { hosts: [{ address: gateway }], routes: [{ number: "+1*", to: gateway }] } } }
matrix:
  trust: [gateway-only]
  bob: [ringing, engaged]
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: $bob }
  - carol: { invite: bob, as: second, after: first is $bob }
expect:
  second:
    - { observed: 486, reached: [bob] }
`;

/** The sound scenario with pieces of it replaced: each mistake as `line:column message`. */
function toldOf(...replacements: [written: string, instead: string][]): string[] {
  const text = replacements.reduce((all, [written, instead]) => {
    if (!all.includes(written)) throw new Error(`"${written}" is not there to be replaced`);
    return all.replace(written, instead);
  }, SOUND);
  return errorOf(() => loadScenario(text, 's.yaml', '/nowhere')).mistakes.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

test('the scenario that the others spoil is sound', () => {
  expect(loadScenario(SOUND, 's.yaml', '/nowhere').cases).toHaveLength(2);
});

test('mistakes of shape and of reference are told together', () => {
  expect(toldOf(['home: proxy', 'home: prxy'], ['observed: 486', 'observed: busy'], ['on: first', 'on: frist'])).toEqual([
    '5:18 "prxy" is no server; did you mean "proxy"?',
    '16:16 "frist" is no attempt of the script; did you mean "first"?',
    expect.stringMatching(/^20:19 expected a response code from 200 to 699/),
  ]);
});

test('what a misspelled key holds is read by the name that was meant', () => {
  expect(toldOf(['script:', 'scrip:'], ['invite: bob, as: second', 'invit: bbo, as: second'])).toEqual([
    '14:1 unknown key "scrip"; did you mean "script"?',
    '17:14 unknown key "invit"; did you mean "invite"?',
    '17:21 "bbo" is no participant; did you mean "bob"?',
  ]);
});

test('an attempt that nothing is expected of by its name is told although its step has a mistake too', () => {
  expect(toldOf(['invite: bob, as: second', 'invite: bbo, as: second'], ['  second:', '  secnod:'])).toEqual([
    '17:22 "bbo" is no participant; did you mean "bob"?',
    '19:3 "secnod" is no attempt of the script; did you mean "second"?',
  ]);
});

test('what only follows from a mistake is not told', () => {
  expect(toldOf(['as: first', 'as: first call'])).toEqual([expect.stringMatching(/^15:31 expected a name: .*, found "first call"$/)]);
  expect(toldOf(['bob: [ringing, engaged]', 'bob: []'])).toEqual(['13:8 expected at least one value, found an empty list']);
  expect(toldOf(['proxy: { domain: example.test }', 'proxy: {}'])).toEqual(['3:3 missing key "domain" (text)']);
  expect(toldOf(['{ invite: bob, as: second', '{ say: bob, as: second'])).toEqual([
    expect.stringMatching(/^17:5 expected one of the keys invite/),
  ]);
});

test('places after an item of a list that cannot be read are right', () => {
  expect(toldOf(['alice: { invite: bob, as: first }', 'alice: ring'], ['after: first is $bob', 'after: second is rining'])).toEqual([
    expect.stringMatching(/^15:12 expected one of the keys/),
    '17:56 "rining" is no state of an attempt; did you mean "ringing"?',
  ]);
});

test('a single value where a list is wanted is told, and read on as a list of it', () => {
  expect(toldOf(['trust: [gateway-only]', 'trust: gateway-only'], ['to: gateway', 'to: gatway'])).toEqual([
    expect.stringContaining('"gatway" is no gateway or other server; did you mean "gateway"?'),
    '12:10 expected a list of values, found "gateway-only"',
  ]);
});

test('a number without quotes as a key does not hide the rest', () => {
  expect(toldOf(['"+15550100": busy', '+15550100: bsy'], ['on: first', 'on: frist'])).toEqual([
    '8:51 expected a key that is text; put it in quotes: "+15550100"',
    expect.stringMatching(/^8:62 .*did you mean "busy"\?/),
    '16:16 "frist" is no attempt of the script; did you mean "first"?',
  ]);
});

test('a missing name hides nothing', () => {
  expect(toldOf(['name: A second invitation\n', ''], ['on: first', 'on: frist'])).toEqual([
    '1:1 missing key "name" (text)',
    '15:16 "frist" is no attempt of the script; did you mean "first"?',
  ]);
});

test('only the word that is meant is underlined', () => {
  const text = SOUND.replace('after: first is $bob', 'after: secnd is ringing').replace('at: proxy', 'at: proxy/phone');
  expect(errorOf(() => loadScenario(text, 's.yaml', '/nowhere')).message).toMatch(/after: secnd is ringing \}\n {5}\| {46}\^{5}$/);
});

test('quotes are advised only where they help', () => {
  expect(toldOf(['as: second, after: first is $bob', 'as: second, wait: 2'])).toEqual([
    '17:45 expected a time such as 500ms, 2s or 64T1, found 2',
  ]);
  expect(toldOf(['A second invitation', '2'])).toEqual(['1:7 expected text, found 2; put it in quotes']);
});

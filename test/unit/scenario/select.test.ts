import { loadScenario } from '../../../harness/scenario/load.js';
import { nearestName } from '../../../harness/scenario/nearest.js';
import { durationMs, parseDuration } from '../../../harness/scenario/parse-terms.js';
import { selectCases } from '../../../harness/scenario/select.js';

const { cases } = loadScenario(
  {
    name: 'x',
    servers: { lcs: { domain: 'lab.example' } },
    participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' } },
    profiles: { open: {}, shut: {} },
    matrix: { trust: ['open', 'shut'], bob: ['ringing', 'engaged', 'idle'] },
    script: [{ alice: { invite: 'bob', as: 'first' } }],
    expect: { first: [{ observed: 486 }] },
  },
  's',
  '/',
);
const chosen = (selection: Parameters<typeof selectCases>[1]): string[] =>
  selectCases(cases, selection).map(({ variant: { trust, bob } }) => `${trust} ${bob}`);

test('chooses by patterns: one of those given, none of those inverted', () => {
  expect(chosen({ grep: [/engaged/, /open.*idle/] })).toEqual(['open engaged', 'open idle', 'shut engaged']);
  expect(chosen({ grep: [/open/], grepInvert: [/idle/, /ringing/] })).toEqual(['open engaged']);
  expect(chosen({})).toHaveLength(6);
});

test('chooses by trust profile, and names the nearest of those there are', () => {
  expect(chosen({ trust: ['shut'] })).toEqual(['shut ringing', 'shut engaged', 'shut idle']);
  expect(() => selectCases(cases, { trust: ['shutt'] })).toThrow(/no case has the trust profile "shutt"; did you mean "shut"\?/);
});

test('shards share all cases among them, none twice', () => {
  const shards = [1, 2, 3, 4].map((index) => chosen({ shard: { index, count: 4 } }));
  expect(shards.flat().sort()).toEqual(chosen({}).sort());
  expect(shards.map(({ length }) => length)).toEqual([2, 2, 1, 1]);
});

test.each([
  ['particpants', 'participants'],
  ['Observd', 'observed'],
  ['on', 'on'],
  ['lsc', 'lcs'],
  ['zebra', undefined],
  ['', undefined],
])('the name nearest to %j is %j', (written, near) => {
  expect(nearestName(written, ['participants', 'observed', 'on', 'lcs', 'shown'])).toBe(near);
});

test.each([
  ['500ms', 500],
  ['2s', 2000],
  ['64T1', 640],
  ['0.5s', 500],
])('%s is %d ms with a T1 of 10 ms', (text, ms) => {
  const parsed = parseDuration(text);
  expect(parsed && durationMs(parsed, 10)).toBe(ms);
});

test.each(['5', '5 s', 's', '-1s', '1h', '1e3ms', '64t1', ''])('%j is no time', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

import type { Attempt } from '../../../../harness/diagnosis/attempt.js';
import { formatSocketAddress } from '../../../../harness/platform/socket-address.js';
import type { Story, Truth } from './call-story.js';
import { diagnosed, isOriginator, isProxy, isTarget, proxy, SEEDS, tellCalls, type View } from './played-calls.js';

const WIRE: readonly Story[] = ['lost-on-wire'];

const VIEWS: Readonly<Record<string, View>> = {
  'one point that sees all': { proxies: 3, points: [{ name: 'switch', at: 'switch' }], without: WIRE },
  'a mirrored port that shows all twice': { proxies: 3, points: [{ name: 'mirror', at: 'switch', copies: 2 }], without: WIRE },
  'the proxy, -i any': { proxies: 1, points: [{ ...proxy(1), copies: 3 }], without: WIRE },
  'two of two proxies': { proxies: 2, points: [proxy(1), proxy(2)], without: WIRE },
  'three proxies': { proxies: 3, points: [proxy(1), proxy(2), proxy(3)], without: WIRE },
  'both ends of one proxy': {
    proxies: 1,
    points: [
      { name: 'callers', at: isOriginator },
      { name: 'callees', at: isTarget },
    ],
    without: [...WIRE, 'misdelivered'],
  },
  'callers, each proxy, and callees': {
    proxies: 3,
    points: [{ name: 'callers', at: isOriginator }, proxy(1), proxy(2), proxy(3), { name: 'callees', at: isTarget }],
    without: [],
  },
  'callers, and all proxies at one point': {
    proxies: 3,
    points: [
      { name: 'callers', at: isOriginator },
      { name: 'proxies', at: isProxy },
    ],
    without: WIRE,
  },
};

function verdictOf({
  outcome,
  originator,
  callee,
  hops,
  finalAtCallee,
  finalAtOriginator,
  loss,
  callIds,
}: Pick<Attempt, 'outcome' | 'originator' | 'callee' | 'hops' | 'finalAtCallee' | 'finalAtOriginator' | 'callIds'> & Pick<Truth, 'loss'>) {
  return {
    outcome,
    originator: formatSocketAddress(originator),
    callee: callee && formatSocketAddress(callee),
    hops: hops.map(formatSocketAddress),
    callIds: [...callIds].sort(),
    finalAtCallee,
    finalAtOriginator,
    loss: loss && `${loss.kind} ${loss.hop ? formatSocketAddress(loss.hop) : '-'}`,
  };
}

function differences(want: ReturnType<typeof verdictOf>, got: ReturnType<typeof verdictOf> | undefined): string[] {
  if (!got) return ['not found'];
  return (Object.keys(want) as (keyof typeof want)[])
    .filter((key) => (key !== 'callee' || want.callee !== null) && String(want[key]) !== String(got[key]))
    .map((key) => `${key} is ${got[key]}, not ${want[key]}`);
}

test('cut off at 300 octets, so that few messages keep all of their head', async () => {
  const view = VIEWS['one point that sees all'] as View;
  const calls = tellCalls({ ...view, without: [...view.without, 'not-accepted'] }, 11);
  const attempts = await diagnosed(view, calls, 11, { snapLength: 300 });
  const right = calls.filter(({ truth }) => {
    const found = attempts.find(({ callIds }) => callIds.includes(truth.callIds[0] as string));
    return found && differences(verdictOf(truth), verdictOf(found)).length === 0;
  });
  expect(right.length / calls.length).toBeGreaterThan(0.9);
});

describe.each(Object.entries(VIEWS))('seen from %s', (_name, view) => {
  test.each(SEEDS)('seed %i: every call of many at once is judged as it was', async (seed) => {
    const calls = tellCalls(view, seed);
    const attempts = await diagnosed(view, calls, seed);
    const wrong = calls.flatMap(({ truth }) => {
      const found = attempts.find(({ callIds }) => callIds.includes(truth.callIds[0] as string));
      const got = found && verdictOf(found);
      const want = verdictOf(truth);
      return differences(want, got).map((difference) => `${truth.story}: ${difference}`);
    });
    expect(wrong).toEqual([]);
    expect(attempts).toHaveLength(calls.length);
  });
});

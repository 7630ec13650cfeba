import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Attempt } from '../../../../harness/diagnosis/attempt.js';
import { diagnoseCaptures } from '../../../../harness/diagnosis/diagnose-captures.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import { formatSocketAddress } from '../../../../harness/platform/socket-address.js';
import { STORIES, type Story, type ToldCall, type Truth, tellCall } from './call-story.js';
import { type CapturePoint, captureAt } from './capture-views.js';
import type { Machine } from './wire-log.js';

const CALLS = Number(process.env.FAMILY_CALLS ?? 100);
const SEEDS = (process.env.FAMILY_SEEDS ?? '1,2,3').split(',').map(Number);
/** The calls begin within this time, so that nearly all are open at once. */
const WITHIN_MS = 20_000;
const WATCHED_AFTER_MS = 10_000;

interface View {
  readonly proxies: number;
  readonly points: readonly CapturePoint[];
  /** What cannot be told from there. */
  readonly without: readonly Story[];
}

const isProxy = ({ name }: Machine): boolean => name.startsWith('proxy');
const isOriginator = ({ name }: Machine): boolean => name.startsWith('phone');
const isTarget = ({ name }: Machine): boolean => name.startsWith('target');
const proxy = (number: number): CapturePoint => ({ name: `proxy${number}`, at: ({ name }) => name === `proxy${number}` });
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

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function network(proxies: number, oneHost: boolean, inviteDelay: number) {
  const address = (net: number, host: number, port: number) =>
    oneHost ? { address: '127.0.0.1', port } : { address: `10.${net}.${host >> 8}.${host & 255}`, port: 5060 };
  return {
    inviteDelay,
    proxies: Array.from({ length: proxies }, (_, index) => ({ name: `proxy${index + 1}`, address: address(2, index + 1, 5060 + index) })),
    originator: (index: number) => ({ name: `phone${index}`, address: address(1, index, 10_000 + index) }),
    target: (index: number, fork: number) => ({
      name: `target${index}-${fork}`,
      address: address(3 + fork, index, 20_000 + index + fork * 10_000),
    }),
  };
}

function tellCalls(view: View, seed: number): ToldCall[] {
  const random = new SeededRandom(seed);
  const oneHost = view.points.length === 1 && seed % 3 === 0;
  const stories = STORIES.filter((story) => !view.without.includes(story));
  return Array.from({ length: CALLS }, (_, index) => {
    const own = random.fork(`call ${index}`);
    const told = stories[index % stories.length] as Story;
    return tellCall(own, network(view.proxies, oneHost, seed % 2 === 0 ? 90 : 0.3), index, own.fraction() * WITHIN_MS, told);
  });
}

async function diagnosed(view: View, calls: readonly ToldCall[], seed: number): Promise<readonly Attempt[]> {
  const random = new SeededRandom(seed).fork('captures');
  const datagrams = calls.flatMap((call) => call.datagrams);
  const until = Math.max(...datagrams.map(({ time }) => time)) + WATCHED_AFTER_MS;
  const paths = view.points.map((point, index) => {
    const path = join(folder, point.name);
    const clockError = index === 0 ? 0 : (random.fraction() - 0.5) * 20_000;
    writeFileSync(path, captureAt(point, datagrams, until, clockError, random.fork(point.name)));
    return path;
  });
  const { attempts } = await diagnoseCaptures(paths, { standardInput: Readable.from([]) });
  return attempts;
}

function verdictOf({ outcome, originator, callee, hops, finalAtCallee, finalAtOriginator, loss, callIds }: Attempt) {
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

function wanted({
  outcome,
  originator,
  callee,
  hops,
  finalAtCallee,
  finalAtOriginator,
  loss,
  callIds,
}: Truth): ReturnType<typeof verdictOf> {
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

describe.each(Object.entries(VIEWS))('seen from %s', (_name, view) => {
  test.each(SEEDS)('seed %i: every call of many at once is judged as it was', async (seed) => {
    const calls = tellCalls(view, seed);
    const attempts = await diagnosed(view, calls, seed);
    const wrong = calls.flatMap(({ truth }) => {
      const found = attempts.find(({ callIds }) => callIds.includes(truth.callIds[0] as string));
      const got = found && verdictOf(found);
      const want = wanted(truth);
      return differences(want, got).map((difference) => `${truth.story}: ${difference}`);
    });
    expect(wrong).toEqual([]);
    expect(attempts).toHaveLength(calls.length);
  });
});

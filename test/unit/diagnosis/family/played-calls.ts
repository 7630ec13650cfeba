import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Attempt } from '../../../../harness/diagnosis/attempt.js';
import { diagnoseCaptures } from '../../../../harness/diagnosis/diagnose-captures.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import type { Network } from './call-path.js';
import { STORIES, type Story, type ToldCall, tellCall } from './call-story.js';
import { type CaptureOptions, type CapturePoint, captureAt } from './capture-views.js';
import type { Machine } from './wire-log.js';

/** More of both, for a longer look: FAMILY_CALLS=100 FAMILY_SEEDS=7,8,9 npx jest test/unit/diagnosis/family */
const CALLS = Number(process.env.FAMILY_CALLS ?? 100);
export const SEEDS = (process.env.FAMILY_SEEDS ?? '1,2,3').split(',').map(Number);
/** The calls begin within this time, so that nearly all are open at once. */
const WITHIN_MS = 20_000;
const WATCHED_AFTER_MS = 10_000;

export interface View {
  readonly proxies: number;
  readonly points: readonly CapturePoint[];
  /** What cannot be told from there. */
  readonly without: readonly Story[];
}

export const isProxy = ({ name }: Machine): boolean => name.startsWith('proxy');
export const isOriginator = ({ name }: Machine): boolean => name.startsWith('phone');
export const isTarget = ({ name }: Machine): boolean => name.startsWith('target');
export const proxy = (number: number): CapturePoint => ({ name: `proxy${number}`, at: ({ name }) => name === `proxy${number}` });

function network(proxies: number, oneHost: boolean, inviteDelay: number): Network {
  const address = (net: number, host: number, port: number) =>
    oneHost ? { address: '127.0.0.1', port } : { address: `10.${net}.${host >> 8}.${host & 255}`, port: 5060 };
  return {
    inviteDelay,
    proxies: Array.from({ length: proxies }, (_, index) => ({ name: `proxy${index + 1}`, address: address(2, index + 1, 5060 + index) })),
    originator: (index) => ({ name: `phone${index}`, address: address(1, index, 10_000 + index) }),
    target: (index, fork) => ({ name: `target${index}-${fork}`, address: address(3 + fork, index, 20_000 + index + fork * 10_000) }),
  };
}

/** Many calls at once, of all stories in turn; the same ones for the same seed. */
export function tellCalls(view: View, seed: number): ToldCall[] {
  const random = new SeededRandom(seed);
  const oneHost = view.points.length === 1 && seed % 3 === 0;
  const shared = network(view.proxies, oneHost, seed % 2 === 0 ? 90 : 0.3);
  const stories = STORIES.filter((story) => !view.without.includes(story));
  return Array.from({ length: CALLS }, (_, index) => {
    const own = random.fork(`call ${index}`);
    return tellCall(own, shared, index, own.fraction() * WITHIN_MS, stories[index % stories.length] as Story);
  });
}

/** Writes what the view's points capture of the calls, each with a clock of its own, and diagnoses it. */
export async function diagnosed(
  view: View,
  calls: readonly ToldCall[],
  seed: number,
  options: CaptureOptions = {},
): Promise<readonly Attempt[]> {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  const random = new SeededRandom(seed).fork('captures');
  const datagrams = calls.flatMap((call) => call.datagrams);
  const until = Math.max(...datagrams.map(({ time }) => time)) + WATCHED_AFTER_MS;
  const paths = view.points.map((point, index) => {
    const path = join(folder, point.name);
    const clockError = index === 0 ? 0 : (random.fraction() - 0.5) * 20_000;
    writeFileSync(path, captureAt(point, datagrams, { until, ...options }, clockError, random.fork(point.name)));
    return path;
  });
  try {
    return (await diagnoseCaptures(paths, { standardInput: Readable.from([]) })).attempts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOfRun } from '../../../harness/cli/exit-code.js';
import { loadScenarios } from '../../../harness/scenario/load.js';
import type { RunResult } from '../../../harness/scenario/result.js';
import { runSuite } from '../../../harness/scenario/run.js';
import type { RunOptions } from '../../../harness/scenario/run-options.js';

jest.setTimeout(120_000);

/** One case that a lost 486 leaves pending, and one in which it is delivered. */
const CASES = loadScenarios(['scenarios/kb834477/second-invitation.yaml'], process.cwd())
  .flatMap(({ cases }) => cases)
  .filter(({ id }) => /trust=(gateway-host|shared-listener),action=voice,bob=ringing/.test(id));

interface Hindrance {
  readonly byMs: number;
  readonly everyMs: number;
  /** How often; always unless given. */
  readonly times?: number;
}

/** Runs the cases over UDP while this very process is kept from its work, again and again. */
async function late({ byMs, everyMs, times }: Hindrance, options: Partial<RunOptions> = {}): Promise<RunResult> {
  let left = times ?? Number.POSITIVE_INFINITY;
  const hindrance = setInterval(() => {
    if (left-- <= 0) return;
    const end = performance.now() + byMs;
    while (performance.now() < end);
  }, everyMs);
  const signal = new AbortController().signal;
  try {
    return await runSuite(CASES, { engine: 'udp', sut: 'builtin', timers: 'fast', seed: 1, workers: 8, signal, ...options }, () => {});
  } finally {
    clearInterval(hindrance);
  }
}

const byTrust = ({ cases }: RunResult) => Object.fromEntries(cases.map((one) => [one.variant.trust, one]));

test('what the fast timers cannot judge on a busy machine, slower ones do, and the result says so', async () => {
  const result = byTrust(await late({ byMs: 25, everyMs: 100 }));
  expect(result['shared-listener']).toMatchObject({ status: 'passed', attempts: [{ observed: 'ringing' }, { observed: 'pending' }] });
  expect([4 * 640, 16 * 640]).toContain(result['shared-listener']?.horizonMs);
  expect(result['gateway-host']).toMatchObject({ status: 'passed', attempts: [{}, { observed: 486 }] });
});

test('what slower ones cannot judge either is inconclusive, which is exit code 4, and what was seen stays seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-late-'));
  const captures = { mode: 'retain-on-failure', folder } as const;
  // A horizon of 100 ms is never quiet where this process is held up for longer, every time.
  const run = await late({ byMs: 200, everyMs: 50 }, { horizonMs: 100, captures });
  const result = byTrust(run);
  expect(result['shared-listener']).toMatchObject({ status: 'inconclusive', reason: expect.stringContaining('this process was late by') });
  expect(run.summary).toMatchObject({ failed: 0 });
  expect(exitCodeOfRun(run)).toBe(4);
  expect(readdirSync(folder)).toHaveLength(run.summary.inconclusive); // and none is left of a measurement that did not count
  rmSync(folder, { recursive: true });
});

test('a registration that this process was too late for does not end the run', async () => {
  // Longer than Timer F of the fast timers, for the whole of the first measurement.
  const run = await late({ byMs: 700, everyMs: 1, times: 4 });
  expect(run.summary).toMatchObject({ cases: 2, passed: 2 });
});

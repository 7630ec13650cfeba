import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Attempt, Loss } from '../../../harness/diagnosis/attempt.js';
import { diagnoseCaptures } from '../../../harness/diagnosis/diagnose-captures.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import type { Case } from '../../../harness/scenario/case.js';
import { loadScenarios } from '../../../harness/scenario/load.js';
import type { RunResult } from '../../../harness/scenario/result.js';
import { runSuite } from '../../../harness/scenario/run.js';
import type { CaseFinished } from '../../../harness/scenario/run-events.js';
import type { EngineName } from '../../../harness/scenario/run-options.js';

jest.setTimeout(240_000); // whole suites, on machines that are busy with other tests

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-equality-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Played {
  readonly run: RunResult;
  readonly finished: readonly CaseFinished[];
}

async function play(cases: readonly Case[], engine: EngineName): Promise<Played> {
  const finished: CaseFinished[] = [];
  const timers = engine === 'udp' ? 'fast' : 'rfc3261';
  const captures = { mode: 'on', folder } as const;
  const signal = new AbortController().signal;
  const run = await runSuite(cases, { engine, sut: 'builtin', timers, seed: 3, workers: 8, signal, captures }, (event) => {
    if (event.type === 'caseFinished') finished.push(event);
  });
  return { run, finished };
}

/** All of a verdict that can be read off datagrams. */
function verdictOf({ outcome, finalAtCallee, finalAtOriginator, loss, reached, callee, callIds }: Attempt): unknown {
  return { outcome, finalAtCallee, finalAtOriginator, loss: loss && lossOf(loss), reached: reached.map(written), callee, callIds };
}

function lossOf({ kind, hop, between, certainty, status }: Loss): unknown {
  return { kind, hop: hop && written(hop), between: between?.map(written) ?? null, certainty, status };
}

function written({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}

/** What a case began that leaves no verdict in its capture: that of MESSAGE, which is no invitation, is read off at run time alone. */
function messagesOf({ steps }: Case): number {
  return steps.filter(({ verb }) => verb === 'message').length;
}

interface Tally {
  compared: number;
  lost: number;
  messages: number;
}

/** Holds what the capture of each case shows to what the run said of it, attempt by attempt; none is left out but MESSAGE. */
async function compare({ run, finished }: Played): Promise<Tally> {
  const tally: Tally = { compared: 0, lost: 0, messages: 0 };
  for (const { case: played, result, evidence } of finished) {
    // A case that a busy machine had measured again has a horizon of its own.
    const options = { horizonMs: result.horizonMs ?? run.horizonMs, standardInput: Readable.from([]) };
    const { attempts: diagnosed } = await diagnoseCaptures([result.trace ?? ''], options);
    for (const { label, attempt } of evidence.attempts) {
      const same = diagnosed.find(({ callIds }) => callIds[0] === attempt.callIds[0]);
      expect({ id: played.id, label, verdict: same && verdictOf(same) }).toEqual({ id: played.id, label, verdict: verdictOf(attempt) });
      const told = result.attempts.find((one) => one.label === label);
      expect(told).toMatchObject({ finalAtCallee: attempt.finalAtCallee, finalAtOriginator: attempt.finalAtOriginator });
      expect(told?.loss?.hop ?? null).toBe((attempt.loss?.hop && evidence.nameOf(attempt.loss.hop)) ?? null);
      tally.compared += 1;
      tally.lost += attempt.loss ? 1 : 0;
    }
    expect({ id: played.id, seen: evidence.attempts.length }).toEqual({
      id: played.id,
      seen: result.attempts.length - messagesOf(played),
    });
    tally.messages += messagesOf(played);
  }
  expect(finished.length).toBe(run.cases.length);
  return tally;
}

const casesOf = (...paths: string[]): Case[] => loadScenarios(paths, process.cwd()).flatMap((scenario) => scenario.cases);

test.each(['memory', 'udp'] as const)('on %s, the diagnosis of each capture of KB834477 is the verdict of its case', async (engine) => {
  const cases = casesOf('scenarios/kb834477');
  const tally = await compare(await play(cases, engine));
  expect(cases.length).toBeGreaterThan(100);
  expect(tally.compared).toBe(cases.flatMap(({ steps }) => steps.filter(({ verb }) => verb === 'invite')).length);
  expect(tally.compared).toBeGreaterThan(250);
  expect(tally.lost).toBeGreaterThan(30);
  expect(tally.messages).toBeGreaterThan(0);
});

test.each(['responses', 'resilience'])('so is that of each of scenarios/%s', async (suite) => {
  const cases = casesOf(`scenarios/${suite}`);
  const tally = await compare(await play(cases, 'memory'));
  expect(tally.compared).toBe(cases.flatMap(({ steps }) => steps.filter(({ verb }) => verb === 'invite')).length);
  expect(tally.lost).toBeGreaterThan(0);
});

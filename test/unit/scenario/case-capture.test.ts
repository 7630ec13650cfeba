import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { diagnoseCaptures } from '../../../harness/diagnosis/diagnose-captures.js';
import { fileNameOfCase } from '../../../harness/scenario/case-capture.js';
import { loadScenarios } from '../../../harness/scenario/load.js';
import type { RunResult } from '../../../harness/scenario/result.js';
import { runSuite } from '../../../harness/scenario/run.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-captures-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function play(mode: 'on' | 'retain-on-failure', spoil: boolean): Promise<RunResult> {
  const cases = loadScenarios(['scenarios/kb834477/second-invitation.yaml'], process.cwd())
    .flatMap((scenario) => scenario.cases)
    .filter(
      ({ trust, variant }) =>
        (trust === 'gateway-host' || trust === 'shared-listener') && variant.action === 'voice' && variant.bob === 'ringing',
    );
  const played = spoil
    ? cases.map((one) => ({ ...one, expectations: one.expectations.map((row) => ({ ...row, observed: [600], loss: null })) }))
    : cases;
  const signal = new AbortController().signal;
  return runSuite(
    played,
    { engine: 'memory', sut: 'builtin', timers: 'rfc3261', seed: 1, workers: 2, signal, captures: { mode, folder } },
    () => {},
  );
}

test('every case leaves a capture, whose diagnosis says what the run said', async () => {
  const { cases, horizonMs } = await play('on', false);
  expect(cases).toHaveLength(2);
  for (const { trace, attempts } of cases) {
    const { attempts: diagnosed } = await diagnoseCaptures([trace ?? ''], { horizonMs, standardInput: Readable.from([]) });
    const second = attempts.find(({ originator }) => originator === 'carol');
    const seen = diagnosed.find(({ from }) => from === 'carol');
    expect({ ...seen?.loss, finalAtOriginator: seen?.finalAtOriginator, finalAtCallee: seen?.finalAtCallee }).toMatchObject({
      finalAtCallee: 486,
      finalAtOriginator: second?.finalAtOriginator,
      ...(second?.loss ? { kind: second.loss.kind, certainty: second.loss.certainty } : {}),
    });
  }
});

test('on failure only, cases as expected leave none', async () => {
  const { cases } = await play('retain-on-failure', false);
  expect(cases.map(({ trace }) => trace)).toEqual([null, null]);
  expect(readdirSync(folder)).toEqual([]);
});

test('on failure, the capture of the case is kept and named in the result', async () => {
  const { cases } = await play('retain-on-failure', true);
  expect(cases.map(({ status }) => status)).toEqual(['failed', 'failed']);
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual(cases.map(({ trace }) => trace).sort());
});

test('a case’s file name has no sign that a shell or a file system minds', () => {
  expect(fileNameOfCase('kb834477/second-invitation[trust=no-trust,bob=ringing]')).toBe(
    'kb834477-second-invitation-trust=no-trust,bob=ringing',
  );
});

test('two cases never share a file name', () => {
  const names = ['a[then=reject 486]', 'a[then=reject 486 ""]', 'a[then=reject-486]', 'a[loss=5%]', 'a[loss=5]'].map(fileNameOfCase);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9._=,-]+$/);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../harness/scenario/result.js';
import { CompiledCommand } from './compiled-command.js';

jest.setTimeout(180_000);

/** Every profile once, with the losses of three of them. */
const SELECTION = ['scenarios/kb834477', '-g', 'second-invitation\\[.*action=voice,bob=ringing|trespass|two-homes\\[.*bob=engaged'];

const command = new CompiledCommand();
const folder = mkdtempSync(join(tmpdir(), 'busyhere-at-once-'));
afterAll(() => {
  command.remove();
  rmSync(folder, { recursive: true });
});

type Verdicts = Readonly<Record<string, unknown>>;

/** What a run of the command says of every case. */
async function verdicts(name: string, ...more: string[]): Promise<Verdicts> {
  const file = join(folder, `${name}.json`);
  const { code, stderr } = await command.run(['run', ...SELECTION, '--seed', '1', '--reporter', `json=${file}`, ...more]);
  expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  return Object.fromEntries(
    cases.map(({ id, status, attempts }) => [
      id,
      [status, ...attempts.map(({ label, observed, finalAtCallee, loss }) => [label, observed, finalAtCallee, loss?.kind, loss?.hop])],
    ]),
  );
}

/** The same cases where nobody is ever late. */
let unhurried: Verdicts;
beforeAll(async () => {
  unhurried = await verdicts('unhurried', '--engine', 'memory');
  expect(Object.keys(unhurried).length).toBeGreaterThan(12);
  expect(JSON.stringify(unhurried)).toContain('swallowed');
});

test('three runs at once on one machine do not disturb each other', async () => {
  const runs = await Promise.all(['first', 'second', 'third'].map((name) => verdicts(name)));
  for (const run of runs) expect(run).toEqual(unhurried);
});

test('beside a process that is never idle a run says the same, and leaves nothing unjudged', async () => {
  const busy: ChildProcess = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    expect(await verdicts('beside')).toEqual(unhurried);
  } finally {
    busy.kill('SIGKILL');
  }
});

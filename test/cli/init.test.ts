import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runCommandLine } from '../../harness/cli/command-line.js';
import { runSuite } from '../../harness/scenario/run.js';
import { TOOL } from '../../harness/scenario/tool.js';
import { FakeHost } from './fake-host.js';

let folder: string;
let host: FakeHost;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  host = new FakeHost(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what it wrote runs, and all is as expected', async () => {
  expect(await runCommandLine(['init', 'new/place'], host)).toBe(0);
  expect(host.stdout.text).toContain('wrote new/place/scenarios/busy.yaml\n');
  expect(host.stdout.text).toContain('next: cd new/place && npx busyhere run');
  const there = new FakeHost(join(folder, 'new', 'place'));
  there.loadRunSuite = async () => runSuite;
  expect(await runCommandLine(['run', '--engine', 'memory', '--timers', 'rfc3261'], there)).toBe(0);
  expect(there.stdout.text).toContain('all 4 as expected');
});

test('the workflow runs this version and keeps the report', async () => {
  await runCommandLine(['init'], host);
  const workflow = parse(readFileSync(join(folder, '.github/workflows/busyhere.yml'), 'utf8'));
  const commands = workflow.jobs.busy.steps.flatMap((step: { run?: string }) => step.run ?? []);
  expect(commands).toEqual([`npx --yes busyhere@${TOOL.version} run --reporter list,github,junit=busyhere.xml`]);
});

test('overwrites nothing, and writes nothing beside what is there', async () => {
  writeFileSync(join(folder, 'busyhere.config.json'), '{ "mine": true }');
  expect(await runCommandLine(['init', folder], host)).toBe(2);
  expect(host.stderr.text).toBe('busyhere: busyhere.config.json exists already\n  nothing was written\n');
  expect(readFileSync(join(folder, 'busyhere.config.json'), 'utf8')).toBe('{ "mine": true }');
  expect(existsSync(join(folder, 'scenarios'))).toBe(false);
});

test('wants a folder that can be written to', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await runCommandLine(['init', 'file'], host)).toBe(2);
  mkdirSync(join(folder, 'blocked'));
  writeFileSync(join(folder, 'blocked', 'scenarios'), '');
  expect(await runCommandLine(['init', 'blocked'], host)).toBe(3);
  expect(await runCommandLine(['init', 'one', 'two'], host)).toBe(2);
});

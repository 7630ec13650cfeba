import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
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
  expect(host.stdout.text).toContain('next:\n  cd new/place\n  npx busyhere run\n');
  const there = new FakeHost(join(folder, 'new', 'place'));
  there.loadRunSuite = async () => runSuite;
  expect(await runCommandLine(['run', '--engine', 'memory', '--timers', 'rfc3261'], there)).toBe(0);
  expect(there.stdout.text).toContain('all 8 as expected');
});

test('a folder is named as a shell reads it', async () => {
  await runCommandLine(['init', "it's new"], host);
  expect(host.stdout.text).toContain("  cd 'it'\\''s new'\n");
});

test('the workflow runs this version, keeps the reports, and leaves one’s own proxy alone until it is switched on', async () => {
  await runCommandLine(['init'], host);
  const { jobs } = parse(readFileSync(join(folder, '.github/workflows/busyhere.yml'), 'utf8'));
  const commandsOf = (job: { steps: { run?: string }[] }) => job.steps.flatMap(({ run }) => run ?? []);
  const npx = `npx --yes busyhere@${TOOL.version}`;
  expect(commandsOf(jobs.busy)).toEqual([`${npx} run --reporter list,github,junit=busyhere.xml`]);
  expect(jobs.proxy).toMatchObject({
    if: "vars.BUSYHERE_PROXY == 'on'",
    env: { PROXY_PASSWORD: expect.stringMatching(/^\$\{\{ secrets\.PROXY_PASSWORD \}\}$/) },
  });
  expect(commandsOf(jobs.proxy)).toEqual([
    `${npx} doctor scenarios/busy.yaml --sut external --sut-config proxy.yaml`,
    `${npx} run scenarios/busy.yaml --sut external --sut-config proxy.yaml --timers rfc3261 --horizon 2s --reporter list,github,junit=busyhere-proxy.xml`,
  ]);
});

test('editors find the schema where the scenarios say, and the scenarios are of it', async () => {
  await runCommandLine(['init'], host);
  for (const name of ['busy.yaml', 'telephony.yaml']) {
    const text = readFileSync(join(folder, 'scenarios', name), 'utf8');
    const [, where = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(join(folder, 'scenarios', where), 'utf8')));
    expect(validate(parse(text))).toBe(true);
    expect(validate({ ...parse(text), scrip: [] })).toBe(false);
  }
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

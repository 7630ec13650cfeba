import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOOL } from '../../harness/scenario/tool.js';
import { CompiledCommand } from './compiled-command.js';

const SUITE = ['scenarios/kb834477/second-invitation.yaml', '-g', 'action=voice,bob=ringing'];

/** A pending case on real sockets takes its horizon: time enough to interrupt it. */
const LONG = ['run', ...SUITE, '--trust', 'shared-listener', '--horizon', '60s'];

let command: CompiledCommand;
let folder: string;
beforeAll(() => {
  command = new CompiledCommand();
});
afterAll(() => command.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('--version is the package’s, and loads nothing to say so', async () => {
  expect(TOOL.version).toBe(JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')).version);
  expect(await command.run(['--version'])).toMatchObject({ code: 0, stdout: `${TOOL.version}\n`, stderr: '' });
  const shown = await command.run(['-V'], { env: { NODE_DEBUG: 'module' } });
  expect(shown.stderr).not.toMatch(/command-line\.js|node_modules\/(yaml|zod|commander)/);
});

test('runs the case of the article, tells it, and ends by itself', async () => {
  const { code, stdout, stderr } = await command.run(['run', ...SUITE, '--engine', 'memory', '--seed', '7']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/ {2}gateway-host +486\n/);
  expect(stdout).toMatch(/ {2}shared-listener +pending\n/);
  expect(stdout).toContain('Where the 486 ended');
  expect(stdout).toContain('Your request to have a voice conversation cannot be');
  expect(stdout).not.toContain('\u001b');
});

test('a case that is not as expected is exit code 1', async () => {
  const text = readFileSync(join(__dirname, '..', '..', SUITE[0] ?? ''), 'utf8')
    .replace('../profiles', join(__dirname, '../../scenarios/profiles'))
    .replace(/observed: 486/, 'observed: 603');
  writeFileSync(join(folder, 'wrong.yaml'), text);
  const { code, stdout } = await command.run(
    ['run', 'wrong.yaml', '--engine', 'memory', '--trust', 'no-trust', '-g', 'voice,bob=ringing'],
    { cwd: folder },
  );
  expect(code).toBe(1);
  expect(stdout).toContain('carol → bob: expected 603, observed 486');
  expect(stdout).toMatch(/replay {3}npx busyhere run wrong\.yaml -g '.*' --engine memory --seed \d+/);
});

test.each([
  [['rum'], 2],
  [['run', 'nowhere'], 2],
  [['run', '--list', '-g', 'no such case'], 1],
  [['list'], 0],
  [[], 0],
])('%j ends with %d', async (argv, code) => {
  expect(await command.run(argv)).toMatchObject({ code });
});

test('a scenario may be an ES module with a default export', async () => {
  const scenario = {
    name: 'x',
    servers: { lcs: { domain: 'lab.example' } },
    participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' } },
    script: [{ alice: { invite: 'bob', as: 'first' } }],
    expect: { first: [{ observed: 486 }] },
  };
  writeFileSync(join(folder, 'one.scenario.mjs'), `export default ${JSON.stringify(scenario)};`);
  expect(await command.run(['list', 'one.scenario.mjs'], { cwd: folder })).toMatchObject({ code: 0, stdout: 'one\n' });
});

test('a scenario is found from anywhere, the bundled suite where there is none', async () => {
  const { code, stdout } = await command.run(['list'], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toContain('kb834477/second-invitation[trust=shared-listener,action=voice,bob=ringing]\n');
});

test('an interruption ends the run with 130, its reports written', async () => {
  const report = join(folder, 'out.json');
  const { code, stdout, stderr } = await command.run([...LONG, '--reporter', `list,json=${report}`], {
    onOutput: once((kill) => kill('SIGINT')),
  });
  expect(code).toBe(130);
  expect(stderr).toContain('ending the run');
  expect(stdout).toContain('interrupted');
  expect(JSON.parse(readFileSync(report, 'utf8')).summary).toMatchObject({ cases: 1, interrupted: 1 });
});

test('a run that breaks before it has judged anything reports every case as interrupted, and why', async () => {
  const report = join(folder, 'out.json');
  const { code, stdout, stderr } = await command.run(
    ['run', ...SUITE, '--trust', 'no-trust', '--engine', 'docker', '--reporter', `list,json=${report}`],
    { env: { DOCKER_HOST: `unix://${join(folder, 'nobody.sock')}` } },
  );
  expect([code, stderr]).toEqual([3, expect.stringContaining('no Docker engine answers')]);
  const { summary, cases } = JSON.parse(readFileSync(report, 'utf8'));
  expect(summary.cases).toBeGreaterThan(0);
  expect(summary.interrupted).toBe(summary.cases);
  expect(cases[0].reason).toMatch(/^the run ended with an error before it: no Docker engine answers/);
  expect(stdout).not.toContain('trust profile'); // the head of a matrix that nothing stands in
});

/** A module that interrupts the process when it begins to load another, so that no test depends on who is faster. */
function interruptingAt(request: RegExp, times = 1): Record<string, string> {
  const path = join(folder, 'interrupt.cjs');
  const code = `const Module = require('node:module');
const load = Module._load;
let left = ${times};
Module._load = function (request, ...rest) {
  if (${request}.test(request)) while (left-- > 0) process.kill(process.pid, 'SIGINT');
  return load.call(this, request, ...rest);
};`;
  writeFileSync(path, code);
  return { NODE_OPTIONS: `--require ${path}` };
}

test.each([
  ['the command line is loaded', /command-line\.js$/],
  ['the command is loaded', /run-command\.js$/],
  ['the cases are loaded', /scenario\/load\.js$/],
  ['the run is loaded', /scenario\/run\.js$/],
])('an interruption while %s is not lost: exit code 130, and the reports are there', async (_, request) => {
  const report = join(folder, 'out.json');
  const { code } = await command.run([...LONG, '--reporter', `list,json=${report}`], { env: interruptingAt(request) });
  expect(code).toBe(130);
  expect(JSON.parse(readFileSync(report, 'utf8')).summary).toMatchObject({ cases: 1, interrupted: 1 });
});

test('an early interruption just ends a command that has nothing to tear down', async () => {
  const { code, signal, stdout } = await command.run(['list'], { env: interruptingAt(/command-line\.js$/) });
  expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: '' });
});

test('a reader that leaves ends a command without complaint', async () => {
  const { code, stderr } = await command.run(['list'], { readerLeaves: true });
  expect([code, stderr]).toEqual([130, expect.stringMatching(/^\d+ cases of \d+ scenarios\n$/)]);
});

test('a reader that leaves a run ends it in order, without a word, its other reports written', async () => {
  const report = join(folder, 'out.json');
  const { code, stderr } = await command.run(['run', 'scenarios/kb834477', '--reporter', `list,json=${report}`], {
    onOutput: once((_, leave) => leave()),
  });
  expect([code, stderr]).toEqual([130, '']);
  const { cases, interrupted } = JSON.parse(readFileSync(report, 'utf8')).summary;
  expect(cases).toBeGreaterThan(100);
  expect(interrupted).toBeGreaterThan(0);
});

test('NO_COLOR is honoured even where colours are forced', async () => {
  const argv = ['run', ...SUITE, '--engine', 'memory', '--trust', 'no-trust'];
  expect((await command.run(argv, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[');
  expect((await command.run(argv, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b[');
  expect((await command.run(argv, { env: { FORCE_COLOR: '1', NO_COLOR: '' } })).stdout).toContain('\u001b[');
});

type Act = (kill: (signal: NodeJS.Signals) => void, leave: () => void) => void;

/** Acts on the first output, when the run has begun. */
function once(act: Act): (text: string, ...by: Parameters<Act>) => void {
  let done = false;
  return (text, kill, leave) => {
    if (done || !text.includes('seed')) return;
    done = true;
    act(kill, leave);
  };
}

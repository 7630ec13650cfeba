import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../harness/cli/command-line.js';
import { COMMANDS } from '../../harness/cli/commands.js';
import { BusyhereError } from '../../harness/platform/errors.js';
import { FakeHost } from './fake-host.js';

const SCENARIO = `name: One call
servers:
  lcs: { domain: lab.example }
participants:
  alice: { home: lcs }
  bob: { home: lcs }
profiles: { open: {}, shut: {} }
matrix:
  trust: [open, shut]
  bob: [ringing, engaged]
script:
  - alice: { invite: bob, as: first }
expect:
  first: [{ observed: 486 }]
`;

const path = process.env.PATH;
let folder: string;
let host: FakeHost;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  mkdirSync(join(folder, 'scenarios'));
  writeFileSync(join(folder, 'scenarios', 'one.yaml'), SCENARIO);
  host = new FakeHost(folder);
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

const run = (...argv: string[]): Promise<number> => runCommandLine(argv, host);
const idsRun = (): string[] | undefined => host.runs[0]?.cases.map(({ id }) => id);

describe('help', () => {
  test('lists the commands that exist and the exit codes', async () => {
    expect(await run('--help')).toBe(0);
    for (const { name } of COMMANDS) expect(host.stdout.text).toContain(`  ${name} `);
    expect(host.stdout.text).toContain('130  interrupted');
    expect(host.stderr.text).toBe('');
  });

  test('of a command shows every flag that works, and none that is to come', async () => {
    expect(await run('help', 'run')).toBe(0);
    for (const { name, planned } of COMMANDS.find((command) => command.name === 'run')?.flags ?? []) {
      expect(host.stdout.text.includes(`--${name}`)).toBe(!planned);
    }
    expect(host.stdout.text).not.toMatch(/kamailio|html/);
    expect(host.stdout.text).toContain('--bail[=N] '); // its number would be taken for a path
  });

  test('is what comes without a command: who names none asks what there is', async () => {
    expect(await run()).toBe(0);
    expect(host.stdout.text).toContain('Usage: busyhere');
    expect(host.stderr.text).toBe('');
  });
});

describe('wrong usage is exit code 2, with a sentence', () => {
  test.each([
    [['rum'], /unknown command 'rum'; did you mean "run"\?/],
    [['run', '--engin', 'udp'], /unknown option '--engin'; did you mean "--engine"\?/],
    [['run', '--reportr=list'], /unknown option '--reportr=list'; did you mean "--reporter"\?/],
    [['list', '--endpoint', 'sipp'], /unknown option '--endpoint'; that is a flag of busyhere run\n/],
    [['run', '--engine', 'upd'], /--engine: "upd" is not known; did you mean "udp"\?\n {2}known: udp, memory/],
    [
      ['run', '--engine', 'docker', '--sut', 'external', '--sut-address', 'sip:127.0.0.1:5060'],
      /--sut external does not go with --engine docker/,
    ],
    [['run', '--sut', 'kamailio'], /--sut kamailio is not available in this version/],
    [['run', '--endpoint', 'spip'], /--endpoint: "spip" is not known; did you mean "sipp"\?/],
    [['run', '--endpoint', '=own'], /--endpoint: expected a participant before the equals sign/],
    [['run', '--endpoint', 'bob=own', '--endpoint', 'bob=sipjs-udp'], /--endpoint: both own and sipjs-udp for bob/],
    [['run', '--reporter', 'html=x'], /--reporter html is not available in this version/],
    [['run', '--reporter', 'lits'], /--reporter: "lits" is not known; did you mean "list"\?/],
    [['run', '--reporter', 'list=x'], /list takes no file/],
    [['run', '--reporter', 'json='], /json= needs the path of a file/],
    [['run', '--reporter', 'json,junit'], /two reports would go to the same place/],
    [['run', '--seed', '-1'], /--seed: expected a number from 0/],
    [['run', '--seed', '4294967296'], /--seed: expected a number from 0/],
    [['run', '-j', '0'], /--workers: expected a number from 1 to 1000/],
    [['run', '--shard', '4/3'], /--shard: expected a part of a whole such as 1\/3/],
    [['run', '--shard', '0/3'], /--shard: expected a part/],
    [['run', '--horizon', '2'], /--horizon: expected a time such as/],
    [['run', '--bail=none'], /--bail: expected a number from 1/],
    [['run', '-g', '['], /--grep: not a regular expression/],
    [['run', '--timers', 'slow'], /--timers: "slow" is not known/],
    [['run', '--engine', 'memory', '--timers', 'fast'], /--timers fast does not go with --engine memory/],
    [['run', '--trust', 'opne'], /no case has the trust profile "opne"; did you mean "open"\?/],
    [['run', 'nowhere'], /nowhere: no such file or folder/],
    [['list', '--engine', 'udp'], /unknown option '--engine'/],
    [['run', '--seed'], /option '--seed <N>' argument missing/],
  ])('%j', async (argv, message) => {
    expect(await run(...argv)).toBe(2);
    expect(host.stderr.text).toMatch(message);
    expect(host.stdout.text).toBe('');
    expect(host.runs).toEqual([]);
  });

  test('and so are scenarios that cannot be read, with all their places', async () => {
    writeFileSync(join(folder, 'scenarios', 'two.yaml'), SCENARIO.replace('invite: bob', 'invite: bbo'));
    expect(await run('run')).toBe(2);
    expect(host.stderr.text).toContain('scenarios/two.yaml:12:22: "bbo" is no participant; did you mean "bob"?');
  });
});

describe('which cases are run', () => {
  test('all of ./scenarios without a path', async () => {
    expect(await run('run')).toBe(0);
    expect(idsRun()).toEqual([
      'one[trust=open,bob=ringing]',
      'one[trust=open,bob=engaged]',
      'one[trust=shut,bob=ringing]',
      'one[trust=shut,bob=engaged]',
    ]);
  });

  test('the bundled suite where there is no ./scenarios', async () => {
    rmSync(join(folder, 'scenarios'), { recursive: true });
    expect(await run('run')).toBe(0);
    expect(idsRun()).toContain('kb834477/second-invitation[trust=shared-listener,action=voice,bob=ringing]');
  });

  test('paths of the bundled suite where there are none such here', async () => {
    expect(await run('list', 'scenarios/kb834477/two-homes.yaml')).toBe(0);
    expect(host.stdout.text).toMatch(/^kb834477\/two-homes\[/);
    expect(await run('list', 'scenarios/../package.json')).toBe(2);
  });

  test('those chosen', async () => {
    expect(await run('run', '-g', 'engaged', '-g', 'ringing', '-G', 'trust=shut', '--shard', '2/2')).toBe(0);
    expect(idsRun()).toEqual(['one[trust=open,bob=engaged]']);
  });

  test('of several profiles with commas, or with the flag again', async () => {
    await run('run', '--trust', 'open,shut');
    await run('run', '--trust', 'open', '--trust', 'shut');
    expect(host.runs.map(({ cases }) => cases.length)).toEqual([4, 4]);
  });

  test('none matches: exit code 1, and nothing is run', async () => {
    expect(await run('run', '-g', 'nothing like it')).toBe(1);
    expect(host.stderr.text).toContain('no case matches');
    expect(host.runs).toEqual([]);
  });

  test.each([
    ['list', '-g', 'open'],
    ['run', '--list', '-g', 'open'],
  ])('%s %s only shows them', async (...argv) => {
    expect(await run(...argv)).toBe(0);
    expect(host.stdout.text).toBe('one[trust=open,bob=ringing]\none[trust=open,bob=engaged]\n');
    expect(host.stderr.text).toBe('2 cases of 1 scenario\n');
    expect(host.runs).toEqual([]);
  });

  test('shown as a run would have them: how many it skips, and why', async () => {
    writeFileSync(join(folder, 'baresip'), '', { mode: 0o755 });
    process.env.PATH = folder;
    const rejecting = SCENARIO.replace('expect:', '  - bob: { on: first, do: reject 480 }\nexpect:').replace('486', '480');
    writeFileSync(join(folder, 'scenarios', 'two.yaml'), rejecting.replace('One call', 'Two'));
    expect(await run('run', '--list', '--endpoint', 'baresip', '-g', 'trust=open')).toBe(0);
    expect(host.stdout.text.split('\n')).toHaveLength(5);
    expect(host.stderr.text.split('\n')).toEqual([
      '4 cases of 2 scenarios, 2 of which are skipped',
      expect.stringMatching(/^ {2}2: bob is baresip, which never /),
      '',
    ]);
    expect(host.runs).toEqual([]);
  });
});

describe('how they are run', () => {
  const options = async (...argv: string[]) => {
    await run('run', ...argv);
    const { signal, ...others } = host.runs[0]?.options ?? {};
    return others;
  };

  test('by default', async () => {
    expect(await options()).toEqual({ engine: 'udp', sut: 'builtin', timers: 'fast', seed: 4711, workers: 64 });
  });

  test('by flags', async () => {
    expect(await options('--engine', 'memory', '--seed', '7', '-j', '2', '--bail=3', '--horizon', '64T1')).toEqual({
      engine: 'memory',
      sut: 'builtin',
      timers: 'rfc3261',
      seed: 7,
      workers: 2,
      bail: 3,
      horizonMs: 32_000,
    });
  });

  test('the number of --bail is not taken from what stands behind it', async () => {
    expect(await options('--bail', 'scenarios')).toMatchObject({ bail: 1 });
  });

  test('by a configuration file, flags coming first', async () => {
    writeFileSync(
      join(folder, 'busyhere.config.json'),
      JSON.stringify({ engine: 'memory', seed: 9, workers: 3, grep: ['open'], reporter: ['json=out.json'] }),
    );
    expect(await options('--seed', '7')).toMatchObject({ engine: 'memory', seed: 7, workers: 3 });
    expect(idsRun()).toHaveLength(2);
    expect(existsSync(join(folder, 'out.json'))).toBe(true);
  });

  test('by a configuration module', async () => {
    writeFileSync(join(folder, 'busyhere.config.js'), 'module.exports = { timers: "rfc3261", ladder: true };');
    expect(await options()).toMatchObject({ timers: 'rfc3261' });
  });

  test.each(['module', 'commonjs'])('by a configuration in TypeScript, in a project of type %s', async (type) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(folder, 'seeds.ts'), 'export const seed: number = 9;');
    writeFileSync(
      join(folder, 'busyhere.config.ts'),
      "import { seed } from './seeds.js';\nexport default { seed, timers: 'rfc3261' as const };",
    );
    expect(await options()).toMatchObject({ seed: 9, timers: 'rfc3261' });
  });

  test('a mistake in a configuration in TypeScript is shown with its line', async () => {
    writeFileSync(join(folder, 'busyhere.config.ts'), 'export default {\n  seed: 9\n  workers: 3,\n};\n');
    expect(await run('run')).toBe(2);
    expect(host.stderr.text).toBe(
      'busyhere: busyhere.config.ts:3:3: cannot be loaded: unexpected token, expected ","\n   3 |   workers: 3,\n     |   ^\n',
    );
  });

  test('keys for run do not disturb list', async () => {
    writeFileSync(join(folder, 'busyhere.config.json'), '{ "engine": "memory" }');
    expect(await run('list')).toBe(0);
  });

  test.each([
    ['{ "engin": "udp" }', /busyhere\.config\.json: unknown key "engin"; did you mean "engine"\?/],
    ['{ "sut": "kamailio" }', /busyhere\.config\.json: sut: --sut kamailio is not available/],
    ['{ "ladder": "yes" }', /ladder: expected true or false, found "yes"/],
    ['{ "seed": {} }', /seed: expected text or a number, found keys and values/],
    ['{ "endpoint": "spip" }', /busyhere\.config\.json: endpoint: --endpoint: "spip" is not known/],
    ['{ "sutImage": "proxy" }', /sutImage is not available in this version/],
    ['[]', /expected keys and values, found an empty list/],
    ['{', /busyhere\.config\.json cannot be read/],
  ])('a configuration of %s is exit code 2', async (text, message) => {
    writeFileSync(join(folder, 'busyhere.config.json'), text);
    expect(await run('run')).toBe(2);
    expect(host.stderr.text).toMatch(message);
  });

  test('two configuration files are one too many', async () => {
    writeFileSync(join(folder, 'busyhere.config.json'), '{}');
    writeFileSync(join(folder, 'busyhere.config.js'), 'module.exports = {};');
    expect(await run('run')).toBe(2);
    expect(host.stderr.text).toContain('there is both busyhere.config.js and busyhere.config.json');
  });
});

describe('exit codes of a run', () => {
  test.each([
    [['passed', 'passed'], 0],
    [['passed', 'failed'], 1],
    [['skipped', 'failed'], 1],
    [['inconclusive', 'passed'], 4],
    [['inconclusive', 'failed'], 1],
    [['interrupted', 'failed'], 130],
  ] as const)('%j: %d', async (statuses, code) => {
    host.statusOf = ({ trust }) => statuses[trust === 'open' ? 0 : 1];
    expect(await run('run')).toBe(code);
  });

  test.each([
    [new BusyhereError('address-in-use', '127.0.0.1:5060 is taken'), 3, /^busyhere: 127\.0\.0\.1:5060 is taken$/m],
    [new BusyhereError('environment', 'no engine', 'start it'), 3, /^ {2}start it$/m],
    [new BusyhereError('internal', 'the run left 1 socket open'), 4, /left 1 socket open/],
    [new TypeError('x is undefined'), 4, /a fault of busyhere itself, please report it\nTypeError: x is undefined/],
  ] as const)('an error that ends the run: %#', async (failure, code, message) => {
    host.failure = failure;
    expect(await run('run')).toBe(code);
    expect(host.stderr.text).toMatch(message);
    expect(host.interruptCallbacks).toEqual([]);
  });
});

describe('interruption', () => {
  test('the first ends the run: reports are written, exit code 130', async () => {
    host.during = () => host.interrupt();
    expect(await run('run', '--reporter', 'list,json=out.json')).toBe(130);
    expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')).summary).toMatchObject({ passed: 1, interrupted: 3 });
    expect(host.stdout.text).toContain('? interrupted: 1 of 4 as expected so far');
    expect(host.exits).toEqual([]);
  });

  test('the second ends the process at once', async () => {
    host.during = () => {
      host.interrupt();
      host.interrupt();
    };
    await run('run');
    expect(host.exits).toEqual([130]);
  });

  test('a reader of the output that leaves is told nothing', async () => {
    host.during = () => host.interrupt('reader');
    expect(await run('run')).toBe(130);
    expect(host.stderr.text).toBe('');
  });

  test('is the affair of run alone', async () => {
    await run('run');
    expect(host.endsWhenInterrupted).toBe(false);
    await run('list');
    expect(host.endsWhenInterrupted).toBe(true);
  });

  test('nobody listens any more when the run is over', async () => {
    await run('run');
    expect(host.interruptCallbacks).toEqual([]);
  });
});

describe('reports', () => {
  test('json on standard output is nothing but json; people read on standard error', async () => {
    expect(await run('run', '--reporter', 'list,json')).toBe(0);
    expect(JSON.parse(host.stdout.text).summary.passed).toBe(4);
    expect(host.stderr.text).toContain('all 4 as expected');
  });

  test('files come into folders made for them', async () => {
    expect(await run('run', '--reporter', 'junit=a/b/junit.xml,github', '--reporter', 'json=a/out.json')).toBe(0);
    expect(readFileSync(join(folder, 'a/b/junit.xml'), 'utf8')).toContain('tests="4"');
    expect(JSON.parse(readFileSync(join(folder, 'a/out.json'), 'utf8')).cases).toHaveLength(4);
  });

  test('a file that cannot be written is exit code 3 before anything is run', async () => {
    expect(await run('run', '--reporter', 'json=scenarios')).toBe(3);
    expect(host.stderr.text).toContain('scenarios cannot be written: EISDIR');
    expect(host.runs).toEqual([]);
  });

  test('a report that fails later does not take the run down, and does not look like success', async () => {
    host.during = () => rmSync(join(folder, 'reports'), { recursive: true });
    expect(await run('run', '--reporter', 'list,json=reports/out.json')).toBe(3);
    expect(host.stderr.text).toContain('the report "json" failed: ENOENT');
    expect(host.stdout.text).toContain('all 4 as expected');
  });

  test('where a run gives no result there is no file, not an empty one, nor that of an earlier run', async () => {
    writeFileSync(join(folder, 'out.json'), '{"of":"another run"}');
    host.failure = new BusyhereError('internal', 'the run left 1 socket open');
    expect(await run('run', '--reporter', 'json=out.json,junit=junit.xml')).toBe(4);
    expect(['out.json', 'junit.xml'].map((name) => existsSync(join(folder, name)))).toEqual([false, false]);
  });

  test('a report may go to what is no file of its own', async () => {
    expect(await run('run', '--reporter', 'json=/dev/null')).toBe(0);
    expect(existsSync('/dev/null')).toBe(true);
  });

  test('the whole and every failure tell the command that replays them', async () => {
    host.statusOf = ({ trust, variant }) => (trust === 'shut' && variant.bob === 'engaged' ? 'failed' : 'passed');
    await run('run', 'scenarios', '--engine', 'memory', '-g', 'bob=');
    expect(host.stdout.text).toContain('replay  npx busyhere run scenarios -g bob= --engine memory --seed 4711');
    const command = /npx busyhere (run scenarios\/one\.yaml -g '([^']+)' --engine memory --seed 4711)/.exec(host.stdout.text);
    expect(command).not.toBeNull();
    const again = new FakeHost(folder);
    await runCommandLine(['run', 'scenarios/one.yaml', '-g', command?.[2] ?? '', '--engine', 'memory', '--seed', '4711'], again);
    expect(again.runs[0]?.cases.map(({ id }) => id)).toEqual(['one[trust=shut,bob=engaged]']);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../harness/cli/command-line.js';
import type { ExternalSut } from '../../harness/lab/external-sut.js';
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
script:
  - alice: { invite: bob, as: first }
expect:
  first: [{ observed: 486 }]
`;
const WITHOUT_TRUST = SCENARIO.replace('profiles: { open: {}, shut: {} }\nmatrix:\n  trust: [open, shut]\n', '');
const TWO_SERVERS = WITHOUT_TRUST.replace(
  '  lcs: { domain: lab.example }',
  '  lcs: { domain: lab.example }\n  west: { domain: west.example }',
);

let folder: string;
let host: FakeHost;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  mkdirSync(join(folder, 'scenarios'));
  write('scenarios/one.yaml', SCENARIO);
  host = new FakeHost(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const run = (...argv: string[]): Promise<number> => runCommandLine(['run', ...argv], host);
const sutOfRun = (): ExternalSut | undefined => host.runs[0]?.options.external;
const idsRun = (): string[] | undefined => host.runs[0]?.cases.map(({ id }) => id);

const EXTERNAL = ['--sut', 'external', '--sut-address', 'sip:127.0.0.9:5070'];

describe('wrong usage is exit code 2, with a sentence, and runs nothing', () => {
  test.each([
    [['--sut', 'external'], '--sut external needs the address of the proxy', 'say --sut-address sip:192.0.2.1:5060'],
    [['--sut-address', 'sip:127.0.0.9'], '--sut-address goes with --sut external', ''],
    [['--sut-config', 'proxy.yaml'], '--sut-config goes with --sut external', ''],
    [['--sut', 'external', '--sut-address', '127.0.0.9'], '--sut-address: expected an address such as sip:192.0.2.1:5060', ''],
    [[...EXTERNAL, '--engine', 'memory'], '--sut external does not go with --engine memory', 'real sockets'],
    [[...EXTERNAL, '--sut-config', 'nowhere.yaml'], 'nowhere.yaml: no such file', ''],
    [[...EXTERNAL, '--sut-password-from', 'NOWHERE'], 'the environment has no variable NOWHERE', ''],
    [EXTERNAL, 'the cases have the trust profiles open, shut, and it is not said which', 'say --trust NAME'],
    [['--sut', 'extern'], '--sut: "extern" is not known; did you mean "external"?', ''],
  ])('%j', async (argv, message, hint) => {
    expect(await run(...argv)).toBe(2);
    expect(host.stderr.text).toContain(message);
    expect(host.stderr.text).toContain(hint);
    expect(host.runs).toEqual([]);
  });

  test('a case with several servers, none of which is named', async () => {
    write('scenarios/one.yaml', TWO_SERVERS);
    expect(await run(...EXTERNAL)).toBe(2);
    expect(host.stderr.text).toContain('one: the case has the servers lcs, west, and it is not said which of them the proxy stands for');
  });

  test('a configuration as which no chosen case is meant', async () => {
    write('proxy.yaml', 'trust: elsewhere\n');
    expect(await run(...EXTERNAL, '--sut-config', 'proxy.yaml')).toBe(2);
    expect(host.stderr.text).toContain('the proxy is configured as elsewhere, and the cases chosen have open, shut');
  });

  test('mistakes of the file, with their places', async () => {
    write('proxy.yaml', 'horizn: 2s\n');
    expect(await run(...EXTERNAL, '--sut-config', 'proxy.yaml')).toBe(2);
    expect(host.stderr.text).toContain('busyhere: proxy.yaml:1:1: unknown key "horizn"; did you mean "horizon"?');
  });
});

test('a scenario without trust profiles needs no --trust; on loopback everybody has an address of his own', async () => {
  write('scenarios/one.yaml', WITHOUT_TRUST);
  expect(await run(...EXTERNAL)).toBe(0);
  expect(host.runs[0]?.options).toMatchObject({ sut: 'external', engine: 'udp', timers: 'fast' });
  expect(sutOfRun()).toMatchObject({ address: { address: '127.0.0.9', port: 5070 }, localAddress: null, accounts: {}, horizonMs: 2000 });
});

test('--trust, or the file, says as what the proxy is configured; only these cases are run', async () => {
  expect(await run(...EXTERNAL, '--trust', 'shut')).toBe(0);
  expect(idsRun()).toEqual(['one[trust=shut]']);
  host = new FakeHost(folder);
  write('proxy.yaml', 'address: sip:127.0.0.8\ntrust: open\ndomain: theirs.example\nhorizon: 3s\n');
  expect(await run('--sut', 'external', '--sut-config', 'proxy.yaml')).toBe(0);
  expect(idsRun()).toEqual(['one[trust=open]']);
  expect(sutOfRun()).toMatchObject({ address: { address: '127.0.0.8', port: 5060 }, domain: 'theirs.example', horizonMs: 3000 });
});

test('flags come before the file', async () => {
  write('proxy.yaml', 'address: sip:127.0.0.8\ntrust: open\ndomain: theirs.example\naccounts: { bob: { password: own } }\n');
  host.env.PROXY_PASSWORD = 'shared';
  expect(
    await run(...EXTERNAL, '--sut-config', 'proxy.yaml', '--sut-domain', 'other.example', '--sut-password-from', 'PROXY_PASSWORD'),
  ).toBe(0);
  expect(sutOfRun()).toMatchObject({
    address: { address: '127.0.0.9', port: 5070 },
    domain: 'other.example',
    accounts: { '*': { user: '$name', password: 'shared' }, bob: { user: 'bob', password: 'own' } },
  });
});

test('the replay of a case names the proxy, the profile and the file, and no password', async () => {
  write('proxy.yaml', 'accounts: { "*": { password: not-to-be-seen } }\n');
  host.statusOf = () => 'failed';
  expect(await run(...EXTERNAL, '--sut-config', 'proxy.yaml', '--trust', 'open')).toBe(1);
  expect(host.stdout.text).toMatch(
    /-g '\^one\\\[trust=open\\\]\$' --trust open --sut-address sip:127\.0\.0\.9:5070 --sut-config proxy\.yaml --sut external/,
  );
  expect(host.stdout.text).not.toContain('not-to-be-seen');
});

describe('doctor', () => {
  test('without a proxy looks at this machine', async () => {
    host.env.PATH = folder;
    expect(await runCommandLine(['doctor'], host)).toBe(0);
    expect(host.stdout.text).toContain(`✓ Node ${process.versions.node}`);
    expect(host.stdout.text).toContain('UDP on 127.0.0');
    for (const name of ['sipp', 'tshark', 'baresip', 'kamailio']) expect(host.stdout.text).toContain(name);
  });

  test('names the package of a program that is not there, which is no reason to fail', async () => {
    host.env.PATH = folder;
    await runCommandLine(['doctor'], host);
    expect(host.stdout.text).toMatch(/○ sipp is not there .*apt-get install\s+sip-tester/s);
    host = new FakeHost(folder);
    host.env.PATH = folder;
    writeFileSync(join(folder, 'sipp'), '', { mode: 0o755 });
    await runCommandLine(['doctor'], host);
    expect(host.stdout.text).toContain(`✓ sipp: ${join(folder, 'sipp')}`);
  });

  test('wants to know the same of a proxy as run', async () => {
    expect(await runCommandLine(['doctor', '--sut', 'external'], host)).toBe(2);
    expect(await runCommandLine(['doctor', ...EXTERNAL], host)).toBe(2);
    expect(host.stderr.text).toContain('it is not said which of them the proxy is configured as');
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stagesFor } from '../../harness/lab/docker/dockerfile-stages.js';
import { busyhere, resultsIn, temporaryFolder } from './command';
import { describeWithEngine, ROOT } from './engine';

jest.setTimeout(600_000);

const IMAGE = `busyhere-peers:test-${process.pid}`;
const NAME = `busyhere-peers-test-${process.pid}`;
const CONTAINED = ['--init', '--read-only', '--cap-drop', 'ALL'];
const UNPRIVILEGED = [...CONTAINED, '--security-opt', 'no-new-privileges'];

const SCENARIO = `name: A second invitation
servers:
  lcs: { domain: lab.example }
participants: { alice: { home: lcs }, bob: { home: lcs }, carol: { home: lcs } }
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: ring }
  - carol: { invite: bob, as: second, after: first is ringing }
expect:
  second: [{ observed: 486, reached: [bob] }]
`;

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' }).trim();

test('the target peers is Debian’s own programs on top of tcpdump, and not root', () => {
  const stages = stagesFor(dockerfile, 'peers');
  expect([...stages.matchAll(/^FROM \S+ AS (\S+)/gm)].map(([, name]) => name)).toEqual(['capture', 'peers']);
  expect(stages).toMatch(/install --yes --no-install-recommends kamailio sip-tester baresip-core /);
  expect(stages).not.toMatch(/^(COPY|ADD) /m); // needs nothing of the checkout
  expect([...stages.matchAll(/^USER (\S+)/gm)].at(-1)?.[1]).toBe('busyhere');
});

if (process.env.BUSYHERE_PEERS === '1') describeWithEngine('the image of peers', peersTests);
else describe.skip('the image of peers (skipped: its build takes a minute or more; BUSYHERE_PEERS=1 asks for it)', peersTests);

function peersTests(): void {
  beforeAll(() => {
    execFileSync('docker', ['build', '--quiet', '--tag', IMAGE, '-'], { input: stagesFor(dockerfile, 'peers'), stdio: 'pipe' });
  });

  afterAll(() => {
    for (const args of [
      ['rm', '--force', NAME],
      ['network', 'rm', NAME],
      ['rmi', IMAGE],
    ]) {
      spawnSync('docker', args);
    }
  });

  it.each([
    ['kamailio -V', /^version: kamailio 5/m, UNPRIVILEGED],
    ['sipp -v', /SIPp v3/, UNPRIVILEGED],
    ['baresip -h', /^baresip v/m, UNPRIVILEGED],
    ['tcpdump --version', /^tcpdump version/m, [...CONTAINED, '--cap-add', 'NET_RAW']],
  ])('%s starts without root', (command, says, limits) => {
    const { stdout, stderr } = spawnSync(
      'docker',
      ['run', '--rm', '--network', 'none', ...limits, IMAGE, 'sh', '-c', `id -un; ${command} 2>&1`],
      { encoding: 'utf8' },
    );
    expect(stdout + stderr).toMatch(says);
    expect(stdout).toMatch(/^busyhere\n/);
  });

  it('has a Kamailio that runs in a network of its own, as the proxy under test', async () => {
    const folder = temporaryFolder();
    try {
      copyFileSync(join(ROOT, 'test', 'interop', 'kamailio', 'registrar.cfg'), join(folder, 'registrar.cfg'));
      docker('network', 'create', NAME);
      const mount = ['--volume', `${join(folder, 'registrar.cfg')}:/registrar.cfg:ro`];
      const start = 'exec kamailio -f /registrar.cfg -DD -E -A LISTEN=udp:$(hostname -i):5060';
      docker('run', '--detach', '--name', NAME, '--network', NAME, ...UNPRIVILEGED, ...mount, IMAGE, 'sh', '-c', start);
      const address = docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', NAME);
      writeFileSync(join(folder, 'busy.yaml'), SCENARIO);
      writeFileSync(join(folder, 'proxy.yaml'), `address: sip:${address}:5060\naccounts: { "*": { password: "$name-secret" } }\n`);
      const sut = ['--sut', 'external', '--sut-config', join(folder, 'proxy.yaml')];
      const scenario = join(folder, 'busy.yaml');
      const report = join(folder, 'out.json');

      for (const begun = Date.now(); (await busyhere(['doctor', scenario, ...sut]).exited) !== 0; ) {
        if (Date.now() - begun > 60_000) throw new Error(`Kamailio is not there: ${docker('logs', NAME)}`);
      }
      expect(await busyhere(['run', scenario, ...sut, '--reporter', `json=${report}`]).exited).toBe(0);
      expect(resultsIn(report).summary).toMatchObject({ cases: 1, passed: 1 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

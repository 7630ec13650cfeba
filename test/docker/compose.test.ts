import { execFile, execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resultsIn, temporaryFolder } from './command';
import { describeWithEngine, hasCompose, ROOT } from './engine';

jest.setTimeout(600_000); // the images are built from the sources, with all that npm has to bring

const run = promisify(execFile);
const STAND_IN = 'busyhere-test-drachtio';
const HOSTS = ['proxy', 'proxy2', 'alice', 'bob', 'carol', 'dave', 'mallory', 'gateway'];
const NEEDED = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'harness',
  'scenarios',
  'Dockerfile',
  '.dockerignore',
  'docker-compose.yml',
];

interface Service {
  readonly privileged?: boolean;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly ports?: readonly unknown[];
  readonly network_mode?: string;
}

const describeWithCompose = hasCompose()
  ? describe
  : (title: string, tests: () => void): void => describe.skip(`${title} (skipped: no docker compose)`, tests);

describeWithEngine('docker compose', () => {
  describeWithCompose('up', () => {
    const folder = temporaryFolder();
    const project = ['compose', '--project-name', 'busyhere-test', '--project-directory', folder];
    const env: NodeJS.ProcessEnv = { ...process.env, BUSYHERE_NETWORK: '10.84.253', BUSYHERE_CASES: 'scenarios/kb834477/trespass.yaml' };

    const down = (): void => {
      execFileSync('docker', [...project, '--profile', 'drachtio', 'down', '--volumes', '--timeout', '1'], { env, stdio: 'ignore' });
    };

    beforeAll(() => {
      for (const name of NEEDED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
      down(); // what tests left that were killed
    });
    afterAll(() => {
      down();
      rmSync(folder, { recursive: true, force: true });
    });

    /** @param profile flags before the word up */
    async function up(args: readonly string[], profile: readonly string[] = []): Promise<{ code: number; output: string }> {
      const options = { env, timeout: 560_000, maxBuffer: 64 * 1024 * 1024 };
      try {
        const { stdout } = await run('docker', [...project, ...profile, 'up', ...args, '--exit-code-from', 'harness'], options);
        return { code: 0, output: stdout };
      } catch (error) {
        const { code, stdout } = error as { code: number; stdout: string };
        return { code, output: stdout };
      }
    }

    it('gives no container more than it needs, and publishes nothing', () => {
      const config = execFileSync('docker', [...project, 'config', '--format', 'json'], { env, encoding: 'utf8' });
      const { services } = JSON.parse(config) as { services: Record<string, Service> };
      expect(Object.keys(services).sort()).toEqual([...HOSTS, ...HOSTS.map((name) => `${name}-capture`), 'harness'].sort());
      for (const [name, service] of Object.entries(services)) {
        expect(service).toMatchObject({ init: true, read_only: true, cap_drop: ['ALL'], stop_grace_period: '1s' });
        expect([service.privileged ?? false, service.ports ?? []]).toEqual([false, []]);
        const added = name.endsWith('-capture') ? ['NET_RAW'] : name === 'harness' ? ['CHOWN', 'SETGID', 'SETUID'] : [];
        expect(service.cap_add ?? []).toEqual(added);
        if (name.endsWith('-capture')) expect(service.network_mode).toBe(`service:${name.replace('-capture', '')}`);
      }
    });

    it('ends with the exit code of a run that went well, and leaves reports and a capture of every host', async () => {
      const { code, output } = await up(['--build']);
      expect(output).toMatch(/all 3 as expected/);
      expect(code).toBe(0);
      const reports = join(folder, 'reports');
      expect(resultsIn(join(reports, 'results.json')).summary).toMatchObject({ cases: 3, passed: 3 });
      expect(readFileSync(join(reports, 'junit.xml'), 'utf8')).toContain('<testsuites');
      for (const name of HOSTS) expect([name, statSync(join(reports, `${name}.pcap`)).size > 24]).toEqual([name, true]);
    });

    it('has, in the profile drachtio, a drachtio-server in the middle that our application commands', async () => {
      execFileSync('docker', ['build', '--quiet', '--tag', STAND_IN, join(__dirname, 'stand-in')]);
      env.DRACHTIO_IMAGE = STAND_IN;
      env.BUSYHERE_CASES = 'scenarios/kb834477/two-homes.yaml';
      try {
        const { code, output } = await up([], ['--profile', 'drachtio']);
        expect(output).toMatch(/all 6 as expected/);
        expect(code).toBe(0);
        expect(resultsIn(join(folder, 'reports', 'results.json'))).toMatchObject({ engine: 'udp', sut: 'drachtio' });
      } finally {
        down();
        execFileSync('docker', ['image', 'rm', '--force', STAND_IN], { stdio: 'ignore' });
      }
    });

    it('ends with the exit code of a run that did not', async () => {
      env.BUSYHERE_CASES = 'scenarios/nowhere.yaml';
      expect((await up([])).code).toBe(2);
    });
  });
});

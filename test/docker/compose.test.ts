import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { resultsIn } from './command';
import { ComposeProject, describeWithCompose } from './compose-project';
import { describeWithEngine } from './engine';

jest.setTimeout(600_000); // the images are built from the sources, with all that npm has to bring

const STAND_IN = 'busyhere-test-drachtio';
const HOSTS = ['proxy', 'proxy2', 'alice', 'bob', 'carol', 'dave', 'mallory', 'gateway'];
interface Service {
  readonly privileged?: boolean;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly ports?: readonly unknown[];
  readonly network_mode?: string;
  readonly security_opt?: readonly string[];
  readonly healthcheck?: unknown;
}

const NO_MORE = { security_opt: ['no-new-privileges:true'] };
/** tcpdump has its right from its file, which `no-new-privileges` would refuse. */
const EXPECTED: Readonly<Record<string, Partial<Service>>> = {
  host: { ...NO_MORE, stop_grace_period: '1s' },
  '-capture': { stop_grace_period: '1s' },
  harness: { ...NO_MORE, stop_grace_period: '20s' },
};
const ADDED: Readonly<Record<string, readonly string[]>> = {
  '-capture': ['NET_RAW'],
  // To become whoever owns ./reports, without any right, and for the init to pass signals on to that.
  harness: ['CHOWN', 'KILL', 'SETGID', 'SETPCAP', 'SETUID'],
};

describeWithEngine('docker compose', () => {
  describeWithCompose('up', () => {
    const project = new ComposeProject('busyhere-test', '10.84.253');
    project.env.BUSYHERE_CASES = 'scenarios/kb834477/trespass.yaml';

    beforeAll(() => project.down()); // what tests left that were killed
    afterAll(() => project.remove());

    async function up(...args: Parameters<ComposeProject['up']>): Promise<{ code: number | null; output: string }> {
      const program = project.up(...args);
      return { code: await program.exited, output: Buffer.from(program.output, 'latin1').toString() };
    }

    it('gives no container more than it needs, and publishes nothing', async () => {
      const config = await project.compose('--profile', 'drachtio', 'config', '--format', 'json');
      const { services } = JSON.parse(config) as { services: Record<string, Service> };
      expect(Object.keys(services).sort()).toEqual(
        [...HOSTS, ...HOSTS.map((name) => `${name}-capture`), 'drachtio-server', 'harness'].sort(),
      );
      for (const [name, service] of Object.entries(services)) {
        const kind = /-capture$|^harness$/.exec(name)?.[0] ?? 'host';
        expect(service).toMatchObject({ init: true, read_only: true, cap_drop: ['ALL'], pids_limit: 64, ...EXPECTED[kind] });
        expect([service.privileged ?? false, service.ports ?? []]).toEqual([false, []]);
        expect(service.cap_add ?? []).toEqual(ADDED[kind] ?? []);
        expect(service.healthcheck !== undefined).toBe(kind === 'host');
        if (kind === '-capture') expect(service.network_mode).toBe(`service:${name.replace('-capture', '')}`);
      }
    });

    it('ends with the exit code of a run that went well, and leaves reports and a capture of every host', async () => {
      const { code, output } = await up(['--build']);
      expect(output).toMatch(/all 3 as expected/);
      expect(code).toBe(0);
      const { reports } = project;
      expect(resultsIn(join(reports, 'results.json')).summary).toMatchObject({ cases: 3, passed: 3 });
      expect(readFileSync(join(reports, 'junit.xml'), 'utf8')).toContain('<testsuites');
      for (const name of HOSTS) expect([name, statSync(join(reports, `${name}.pcap`)).size > 24]).toEqual([name, true]);
    });

    it('has, in the profile drachtio, a drachtio-server in the middle that our application commands', async () => {
      execFileSync('docker', ['build', '--quiet', '--tag', STAND_IN, join(__dirname, 'stand-in')]);
      project.env.DRACHTIO_IMAGE = STAND_IN;
      project.env.BUSYHERE_CASES = 'scenarios/kb834477/two-homes.yaml';
      try {
        const { code, output } = await up([], ['--profile', 'drachtio']);
        expect(output).toMatch(/all 6 as expected/);
        expect(code).toBe(0);
        expect(resultsIn(join(project.reports, 'results.json'))).toMatchObject({ engine: 'udp', sut: 'drachtio' });
      } finally {
        project.down();
        execFileSync('docker', ['image', 'rm', '--force', STAND_IN], { stdio: 'ignore' });
      }
    });

    it('ends with the exit code of a run that did not', async () => {
      project.env.BUSYHERE_CASES = 'scenarios/nowhere.yaml';
      expect((await up()).code).toBe(2);
    });
  });
});

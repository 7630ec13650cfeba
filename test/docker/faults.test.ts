import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { connectEngine } from '../../harness/lab/docker/docker-engine.js';
import { Program } from '../interop/programs';
import { busyhere, containersOf, LONG_CASE, reached, resultsIn, temporaryFolder } from './command';
import { COMMAND, describeWithEngine, madeBy, ROOT } from './engine';

jest.setTimeout(300_000);

const SHORT_CASE = ['run', '--engine', 'docker', 'scenarios/kb834477/trespass.yaml'];

/** A process is in a name space of its own, as in a container, with this machine's name and boot. */
const ELSEWHERE = ['--pid', '--fork', '--mount-proc'];
const SWEEP = `
  const { sweep } = require('./dist/cjs/lab/docker/sweep.js');
  import('dockerode').then(async ({ default: Docker }) => process.stdout.write(JSON.stringify(await sweep(new Docker(), Date.now()))));
`;

const describeBuilt = existsSync(COMMAND) ? describe : describe.skip;

describeBuilt('without an engine', () => {
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

  it('ends a run with what to do', async () => {
    const program = busyhere(SHORT_CASE, nowhere);
    expect(await program.exited).toBe(3);
    expect(program.output).toContain('no Docker engine answers');
    expect(program.output).toContain('systemctl start docker');
  });

  it('has the doctor say so, and of Compose', async () => {
    const program = busyhere(['doctor', '--engine', 'docker'], { ...nowhere, PATH: '/nowhere' });
    expect(await program.exited).toBe(3);
    expect(program.output).toContain('no Docker engine answers');
    expect(program.output).toContain('Docker Compose is not there');
  });
});

describeWithEngine('when something is wrong', () => {
  const folder = temporaryFolder();
  let engine: Docker;

  beforeAll(async () => {
    engine = await connectEngine();
  });
  const programs: Program[] = [];
  /** Nothing of what any of them made may be there afterwards. */
  const start: typeof busyhere = (...what) => {
    const program = busyhere(...what);
    programs.push(program);
    return program;
  };
  afterEach(async () => {
    for (const program of programs.splice(0)) expect(await madeBy(program, engine)).toEqual([]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The container of a host of the long case, or of the capture beside it, when all of them run. */
  async function hostOf(program: Program, name: string, what: 'host' | 'capture' = 'host'): Promise<Docker.Container> {
    const infos = await Promise.all((await containersOf(program, engine)).map((one) => one.inspect()));
    const found = infos.find(({ Config }) => Config.Labels[`busyhere.${what}`] === name);
    if (!found) throw new Error(`no ${what} of ${name}`);
    return engine.getContainer(found.Id);
  }

  it('says that the addresses are taken', async () => {
    const network = await engine.createNetwork({ Name: 'in-the-way', IPAM: { Driver: 'default', Config: [{ Subnet: '10.84.251.0/24' }] } });
    try {
      const program = start(SHORT_CASE, { BUSYHERE_NETWORK: '10.84.251' });
      expect(await program.exited).toBe(3);
      expect(program.output).toMatch(/10\.84\.251\.0\/24 cannot be made.*[\s\S]*BUSYHERE_NETWORK/);
    } finally {
      await network.remove();
    }
  });

  it('wants the beginning of a network', async () => {
    const program = start(SHORT_CASE, { BUSYHERE_NETWORK: '10.84' });
    expect(await program.exited).toBe(2);
    expect(program.output).toContain('three numbers');
  });

  it('says which container ended in the middle of a case', async () => {
    const program = start(LONG_CASE);
    await (await hostOf(program, 'bob')).kill();
    expect(await program.exited).toBe(3);
    expect(program.output).toMatch(/the container busyhere-[0-9a-f]+-bob ended in the middle of the run, with exit code 137/);
  });

  it('says which container hangs', async () => {
    const program = start(LONG_CASE);
    const proxy = await hostOf(program, 'proxy');
    await reached(proxy); // before that it is one that does not become ready
    await proxy.pause();
    expect(await program.exited).toBe(3);
    expect(program.output).toContain('the container proxy does not answer any more');
    expect(program.output).toContain('paused');
  });

  it('ends on the first Ctrl-C although a container hangs', async () => {
    const path = join(folder, 'hung.json');
    const program = start([...LONG_CASE, '--reporter', `json=${path}`]);
    const [host, beside] = [await hostOf(program, 'proxy'), await hostOf(program, 'bob', 'capture')];
    await reached(host);
    await Promise.all([host.pause(), beside.pause()]);
    await program.stop('SIGINT');
    expect(await program.exited).toBe(130);
    expect(resultsIn(path).summary).toMatchObject({ cases: 1, interrupted: 1 });
  });

  it('says that a capture cannot be kept', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    // Only root may mount; for others a folder that cannot be written to takes the same way.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', small]);
    const output = isRoot ? small : '/proc/nowhere';
    try {
      const program = start([...SHORT_CASE, '--pcap', 'on', '--output', output]);
      expect(await program.exited).toBe(3);
      expect(program.output).toMatch(/the capture .* cannot be written/);
    } finally {
      if (isRoot) execFileSync('umount', [small]);
    }
  });

  it('gives containers what they need and no more, and on Ctrl-C writes the reports and removes all', async () => {
    const path = join(folder, 'interrupted.json');
    const program = start([...LONG_CASE, '--reporter', `json=${path}`]);
    const containers = await containersOf(program, engine);
    for (const { Config, HostConfig, NetworkSettings } of await Promise.all(containers.map((one) => one.inspect()))) {
      const isCapture = 'busyhere.capture' in Config.Labels;
      expect(HostConfig.Privileged).toBe(false);
      expect(HostConfig.CapDrop).toEqual(['ALL']);
      expect(HostConfig.CapAdd ?? []).toEqual(isCapture ? ['NET_RAW'] : []);
      expect(HostConfig.ReadonlyRootfs).toBe(true);
      expect(Config.User).toBe('busyhere');
      expect(HostConfig.PortBindings ?? {}).toEqual({});
      expect(Object.values(NetworkSettings.Ports ?? {}).filter(Boolean)).toEqual([]);
    }
    await program.stop('SIGINT');
    expect(await program.exited).toBe(130);
    expect(resultsIn(path).summary).toMatchObject({ cases: 1, interrupted: 1 });
  });

  const itWithUnshare = spawnSync('unshare', [...ELSEWHERE, 'true']).status === 0 ? it : it.skip; // the right to it is root's

  itWithUnshare('leaves alone what belongs to a process that is counted elsewhere', async () => {
    const program = start(LONG_CASE);
    const before = await containersOf(program, engine);
    const swept = new Program('unshare', [...ELSEWHERE, process.execPath, '-e', SWEEP], { cwd: ROOT, boundMs: 30_000 });
    expect([await swept.exited, swept.output]).toEqual([0, expect.stringContaining('containers')]);
    await Promise.all(before.map((one) => one.inspect())); // all are there
    await program.stop('SIGINT');
  });

  it('has the next run remove what a killed one left', async () => {
    const killed = start(LONG_CASE);
    await containersOf(killed, engine);
    await killed.stop('SIGKILL');
    expect(await madeBy(killed, engine)).not.toEqual([]);
    const next = start(SHORT_CASE);
    expect(await next.exited).toBe(0);
    expect(next.output).toMatch(/removed what a run left that was killed: \d+ containers, 1 networks/);
  });
});

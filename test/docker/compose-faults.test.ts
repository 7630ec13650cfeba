import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../interop/programs';
import { resultsIn } from './command';
import { ComposeProject, describeWithCompose } from './compose-project';
import { describeWithEngine } from './engine';

jest.setTimeout(600_000); // the images are built from the sources, with all that npm has to bring

/** One case that is over at once, and one that waits: long enough to do something to it. */
const scenario = (wait: string): string => `name: A call that comes after ${wait}
servers:
  lcs: { domain: lab.example }
participants:
  alice: { home: lcs }
  bob: { home: lcs }
script:
  - alice: { invite: bob, action: voice, as: first, wait: ${wait} }
  - bob: { on: first, do: reject 486 }
expect:
  first:
    - { observed: 486 }
`;

/** More datagrams than the capture keeps for a reader that does not come, to a port where nobody listens. */
const FLOOD = `const socket = require('node:dgram').createSocket('udp4');
let left = 40_000;
const some = () => {
  for (let n = 0; n < 200 && left > 0; n++, left--) socket.send(Buffer.alloc(1000), 9, process.argv[1]);
  if (left > 0) setTimeout(some, 2);
  else socket.close();
};
some();`;

describeWithEngine('docker compose up, where something happens', () => {
  describeWithCompose('in the middle of a run', () => {
    const project = new ComposeProject('busyhere-faults', '10.84.252');
    project.env.BUSYHERE_CASES = 'scenarios/late';
    project.write('scenarios/late/at-once.yaml', scenario('10ms'));
    project.write('scenarios/late/later.yaml', scenario('60s'));

    beforeAll(() => project.down()); // what tests left that were killed
    afterEach(async () => {
      await project.compose('kill').catch(() => {}); // nothing runs any more, where all went well
      rmSync(project.reports, { recursive: true, force: true });
    });
    afterAll(() => project.remove());

    /** A run whose first case is over, and whose second one waits. */
    async function waiting(): Promise<Program> {
      const program = project.up();
      await program.said(/486 +late\/at-once/);
      return program;
    }

    const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' });

    it('ends with 130 and whole reports when the harness is stopped; nothing of ours has any right by then', async () => {
      const program = await waiting();
      const all = 'for at in /proc/[0-9]*; do echo $(tr "\\0" " " <$at/cmdline) $(grep CapBnd $at/status); done';
      const processes = docker('exec', project.container('harness'), 'sh', '-c', all).split('\n');
      const ours = processes.filter((line) => /^\S*node /.test(line));
      expect(ours).toHaveLength(2); // what is first in the container, and the command
      for (const line of ours) expect(line).toMatch(/CapBnd: 0+$/);
      await project.compose('stop', 'harness');
      expect(await program.exited).toBe(130);
      expect(resultsIn(join(project.reports, 'results.json')).summary).toMatchObject({ cases: 2, passed: 1, interrupted: 1 });
      expect(readFileSync(join(project.reports, 'junit.xml'), 'utf8')).toContain('</testsuites>');
    });

    it.each([
      ['bob', /the container bob ended, or lost its connection/],
      ['bob-capture', /the capture beside bob, which verdicts rest on, ended in the middle of the run/],
    ])('names %s where it is killed, and what to ask', async (service, what) => {
      const program = await waiting();
      docker('kill', project.container(service));
      expect(await program.exited).toBe(3);
      const all = execFileSync('sh', ['-c', `docker logs ${project.container('harness')} 2>&1`], { encoding: 'utf8' });
      const said = all.slice(all.lastIndexOf('  busyhere ')); // of this run; the container has been in others
      expect(said).toMatch(what);
      expect(said).toContain(`docker compose logs ${service}`);
      expect(said).not.toContain('ending the run'); // that is for whom a user ends
    });

    it('does not believe a run whose capture lost packets', async () => {
      const program = await waiting();
      const inCapture = (...command: string[]): string => docker('exec', project.container('bob-capture'), ...command);
      const tcpdump = inCapture('sh', '-c', 'grep -l ^tcpdump /proc/[0-9]*/comm').split('/')[2] ?? '';
      inCapture('bash', '-c', `kill -STOP ${tcpdump}`);
      docker('exec', project.container('alice'), 'node', '-e', FLOOD, '10.84.252.21');
      inCapture('bash', '-c', `kill -CONT ${tcpdump}`);
      await project.compose('stop', 'harness');
      expect(await program.exited).toBe(3);
      expect(program.output).toMatch(/the capture beside (alice|bob) lost [1-9]\d* packets, so its verdicts prove nothing/);
    });

    it('refuses addresses that no container can have, at once', async () => {
      project.env.BUSYHERE_NETWORK = '127.0.0';
      project.down(); // the network is made anew
      const program = project.up();
      try {
        expect(await program.exited).toBe(2);
        expect(program.output).toContain('BUSYHERE_NETWORK gives the first three numbers of a private network');
      } finally {
        project.down();
        project.env.BUSYHERE_NETWORK = '10.84.252';
      }
    });
  });

  const describeAsRoot = process.getuid?.() === 0 ? describeWithCompose : describe.skip;

  describeAsRoot('the owner of the reports', () => {
    const project = new ComposeProject('busyhere-owners', '10.84.251');
    project.env.BUSYHERE_CASES = 'scenarios/late';
    project.write('scenarios/late/at-once.yaml', scenario('10ms'));

    beforeAll(() => project.down()); // what tests left that were killed
    afterAll(() => project.remove());

    const ownersOf = (folder: string): number[] => {
      const files = readdirSync(folder).map((name) => statSync(join(folder, name)).uid);
      return [...new Set([statSync(folder).uid, ...files])];
    };

    it.each([
      ['is the checkout’s, where the folder was made for the run', 1234, undefined, 1234],
      ['is the folder’s', 0, 1234, 1234],
      ['stays root, where it is root’s already and something is in it', 1234, 0, 0],
    ])('%s', async (_, checkout, reports, owner) => {
      rmSync(project.reports, { recursive: true, force: true });
      chownSync(join(project.folder, 'scenarios'), checkout, checkout);
      if (reports !== undefined) {
        mkdirSync(project.reports);
        writeFileSync(join(project.reports, 'results.json'), '');
        for (const path of [project.reports, join(project.reports, 'results.json')]) chownSync(path, reports, reports);
      }
      const program = project.up();
      expect([await program.exited, program.output]).toEqual([0, expect.stringContaining('as expected')]);
      expect(ownersOf(project.reports)).toEqual([owner]);
    });

    it('is asked of a run that finds the lab standing, too', async () => {
      for (const _ of ['first', 'again']) {
        await project.compose('up', '--detach');
        expect(execFileSync('docker', ['wait', project.container('harness')], { encoding: 'utf8' })).toBe('0\n');
      }
    });
  });
});

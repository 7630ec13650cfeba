import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { formatSocketAddress } from '../../harness/platform/socket-address.js';
import { CompiledCommand } from '../cli/compiled-command';
import { Program } from './programs';
import { ownAddresses } from './sipp';

const PASSWORD = 'not-to-be-seen';
const onLinux = process.platform === 'linux' ? describe : describe.skip; // ownAddresses needs 127.0.0.0/8

onLinux('what init wrote, in an empty folder beside a proxy of somebody’s own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-init-'));
  const command = new CompiledCommand();
  const { proxy: address } = ownAddresses('proxy');
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, PROXY_PASSWORD: PASSWORD, LANG: 'C.UTF-8' };
  let proxy: Program;
  let printed = '';
  jest.setTimeout(60_000);

  /** A line as a shell runs it, `npx` being one that knows only this package. */
  const shell = (line: string): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)('sh', ['-c', line], { cwd: folder, env, timeout: 50_000 }).catch((error: Error & { stdout: string }) => {
      error.message += `\n${error.stdout}`; // what the doctor found is told there
      throw error;
    });

  beforeAll(async () => {
    await promisify(execFile)('mkdir', [join(folder, 'bin')]);
    const npx = join(folder, 'bin', 'npx');
    writeFileSync(
      npx,
      `#!/bin/sh\nwhile [ "\${1#busyhere}" = "$1" ]; do shift; done; shift\nexec '${process.execPath}' '${command.main}' "$@"\n`,
    );
    chmodSync(npx, 0o755);
    printed = (await shell('npx busyhere init')).stdout;
    const described = join(folder, 'proxy.yaml');
    writeFileSync(described, readFileSync(described, 'utf8').replace('sip:192.0.2.1:5060', `sip:${formatSocketAddress(address)}`));
    const { domain } = parse(readFileSync(described, 'utf8'));
    const accounts = ['alice', 'bob', 'carol'].map((user) => ({ user, password: PASSWORD }));
    const trust = { listeners: [{ name: 'default' }], hosts: [], quirks: [] };
    const options = { domain, accounts, trust, listeners: [{ name: 'default', address }] };
    const args = [join(__dirname, 'own-proxy.cjs'), dirname(dirname(command.main)), JSON.stringify(options)];
    proxy = new Program(process.execPath, args, { cwd: folder, boundMs: 120_000 });
    await proxy.said(/ready/);
  });
  afterAll(async () => {
    await proxy.stop();
    command.remove();
    rmSync(folder, { recursive: true });
  });

  const printedLine = (verb: string): string =>
    printed.split('\n').find((line) => line.startsWith(`  npx busyhere ${verb} scenarios/`)) ?? 'false';
  const stepsOf = (job: string): string[] => {
    const { jobs } = parse(readFileSync(join(folder, '.github', 'workflows', 'busyhere.yml'), 'utf8'));
    return jobs[job].steps.flatMap(({ run }: { run?: string }) => run ?? []);
  };

  it('the doctor that it names finds all well, given the address and the password', async () => {
    const { stdout } = await shell(printedLine('doctor'));
    expect(stdout).toMatch(/What 2 cases need of the proxy at 127\./);
    for (const name of ['alice', 'bob', 'carol']) expect(stdout).toContain(`✓ REGISTER ${name}: 401 Unauthorized, then 200 OK`);
    expect(stdout).not.toContain('✗');
  });

  it('the run that it names is as expected', async () => {
    const { stdout } = await shell(printedLine('run'));
    expect(stdout).toContain('all 2 as expected');
    expect(stdout).not.toContain(PASSWORD);
  });

  it('the workflow’s steps for that proxy do the same, and leave the report', async () => {
    for (const step of stepsOf('proxy')) await shell(step);
    expect(readFileSync(join(folder, 'busyhere-proxy.xml'), 'utf8')).toContain('<testsuite');
  });

  it('without the password it is said which variable is missing', async () => {
    await expect(shell(`unset PROXY_PASSWORD; ${printedLine('run')}`)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the environment has no variable PROXY_PASSWORD'),
    });
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address.js';
import { UdpNetwork } from '../../harness/platform/udp-network.js';
import { loadScenarios } from '../../harness/scenario/load.js';
import { CompiledCommand, type Ended } from '../cli/compiled-command';
import { BUSY_SCENARIO, externalSut, playAgainst, second } from './external';
import { Program } from './programs';
import { ownAddresses } from './sipp';

const PASSWORD = 'not-to-be-seen';
const ACCOUNTS = ['alice', 'bob', 'carol', 'dave'].map((user) => ({ user, password: PASSWORD }));
const FAULTY = { name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true };
const RUN_WITH_OUR_TIMERS = ['--timers', 'rfc3261', '--horizon', '2s'];

/** The text with the line breaks of a narrow terminal taken out. */
function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

const onLinux = process.platform === 'linux' ? describe : describe.skip; // ownAddresses needs 127.0.0.0/8

onLinux('our own proxy, in another process, as the proxy that runs already', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-external-'));
  const command = new CompiledCommand();
  const scenario = join(folder, 'busy.yaml');
  jest.setTimeout(60_000);

  beforeAll(() => writeFileSync(scenario, BUSY_SCENARIO));
  afterAll(() => {
    command.remove();
    rmSync(folder, { recursive: true });
  });

  /** Does the work beside the proxy; gives its outcome, and what the proxy still held when it was asked to end. */
  async function beside<T>(
    listener: object,
    work: (address: SocketAddress) => Promise<T>,
    over: object = {},
  ): Promise<{ outcome: T; held: unknown }> {
    const { lcs } = ownAddresses('lcs');
    const trust = { listeners: [listener], hosts: [], quirks: ['lcs2003'] };
    const options = { domain: 'lab.example', accounts: ACCOUNTS, trust, listeners: [{ name: 'default', address: lcs }], ...over };
    const args = [join(__dirname, 'own-proxy.cjs'), dirname(dirname(command.main)), JSON.stringify(options)];
    const proxy = new Program(process.execPath, args, { cwd: folder, boundMs: 60_000 });
    await proxy.said(/ready/);
    const outcome = await work(lcs).finally(() => proxy.stop());
    return { outcome, held: JSON.parse(/holds (.*)/.exec(proxy.output)?.[1] ?? 'null') };
  }

  const accounts = { '*': { user: '$name', password: PASSWORD } };
  const cli = (verb: string, address: SocketAddress, ...more: string[]): Promise<Ended> =>
    command.run([verb, scenario, '--sut', 'external', '--sut-address', `sip:${formatSocketAddress(address)}`, ...more], {
      cwd: folder,
      env: { PROXY_PASSWORD: PASSWORD, OTHER_PASSWORD: 'mistyped-secret' },
    });

  it('delivers the 486; afterwards it holds no binding and no call of ours', async () => {
    const { outcome, held } = await beside({ name: 'default' }, (address) => playAgainst(externalSut(address, { accounts })));
    expect(outcome.summary).toMatchObject({ cases: 2, passed: 2 });
    expect(held).toEqual({ bindings: 0, contexts: 0 });
  });

  it('with the fault swallows it, as concluded from the sockets around it; goodbye is said all the same', async () => {
    const { outcome, held } = await beside(FAULTY, (address) => playAgainst(externalSut(address, { accounts })));
    for (const one of outcome.cases) {
      expect(one).toMatchObject({ status: 'failed', journal: [] });
      expect(second(one)).toMatchObject({ observed: 'pending', finalAtCallee: 486, finalAtOriginator: null, shown: null });
      expect(second(one)?.loss).toMatchObject({ kind: 'swallowed', hop: 'lcs', certainty: 'inferred' });
    }
    expect(held).toEqual({ bindings: 0, contexts: 0 });
  });

  /** What KB834477 observes of the gateway's calls and of those to it, with a proxy that knows the gateway's address. */
  async function telephony(trust: string, mask: number): Promise<Record<string, unknown>> {
    const { gateway } = ownAddresses('gateway');
    const hosts = [`${gateway.address}/${mask}`, ...(mask === 32 ? [] : ['127.84.0.0/16'])];
    const settings = {
      trust: {
        listeners: [{ name: 'default' }],
        hosts: hosts.map((address) => ({ address, treatAsAuthenticated: true, throttleAsServer: true })),
        quirks: ['lcs2003'],
      },
      peers: [{ role: 'gateway', address: gateway.address }],
      routes: [{ kind: 'number', pattern: '+1*', nextHop: gateway, listener: 'default', role: 'gateway' }],
    };
    const cases = loadScenarios(['scenarios/kb834477/telephony.yaml'], join(__dirname, '..', '..'))
      .flatMap((one) => one.cases)
      .filter((one) => one.trust === trust && one.variant.bob === 'ringing');
    const play = (address: SocketAddress) => playAgainst(externalSut(address, { accounts, addresses: { gateway } }), cases);
    const { outcome, held } = await beside({ name: 'default' }, play, settings);
    expect(held).toEqual({ bindings: 0, contexts: 0 });
    expect(outcome.summary).toMatchObject({ cases: 1, passed: 1 });
    return Object.fromEntries(outcome.cases.flatMap(({ attempts }) => attempts.map(({ label, observed }) => [label, observed])));
  }

  it('with a gateway at an address that the proxy knows: the row of the table for a well set trust', async () => {
    expect(await telephony('gateway-host', 32)).toMatchObject({ 'gateway → bob': 486, 'dave → busy number': 486, 'mallory → number': 407 });
  });

  it('and the row for a mask that is too wide', async () => {
    const row = { 'gateway → bob': 'pending', 'dave → busy number': 486, 'mallory → number': 200 };
    expect(await telephony('host-mask-too-wide', 24)).toMatchObject(row);
  });

  it('from the command line: exit code 0, and a replay that names the proxy and no password', async () => {
    const { outcome } = await beside({ name: 'default' }, (address) =>
      cli('run', address, '--sut-password-from', 'PROXY_PASSWORD', ...RUN_WITH_OUR_TIMERS, '--reporter', 'list,json=result.json'),
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(
      /replay {2}npx busyhere run .*--sut-address sip:127\.\S+ --sut-password-from PROXY_PASSWORD --sut external/,
    );
    expect(outcome.stdout).not.toContain(PASSWORD);
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).not.toContain(PASSWORD);
  });

  it('with another password: exit code 2, who could not register, and where to look', async () => {
    const { outcome } = await beside({ name: 'default' }, (address) => cli('run', address, '--sut-password-from', 'OTHER_PASSWORD'));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/sip:(alice|bob|carol)@lab\.example could not register with sip:lab\.example: 40[13]/);
    expect(outcome.stderr).toMatch(/another password for (alice|bob|carol), or no such user: see `accounts`/);
    expect(outcome.stderr + outcome.stdout).not.toContain('mistyped-secret');
  });

  it('without a password: exit code 2, and that one is wanted', async () => {
    const { outcome } = await beside({ name: 'default' }, (address) => cli('run', address));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/it wants a password of (alice|bob|carol), and none was given/);
  });

  it('the doctor tells what it needs and what it answers', async () => {
    const { outcome, held } = await beside({ name: 'default' }, (address) =>
      cli('doctor', address, '--sut-password-from', 'PROXY_PASSWORD'),
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/What 2 cases need of the proxy at 127\./);
    expect(outcome.stdout).toMatch(/domain +lab\.example/);
    expect(outcome.stdout).toMatch(/bob, with the password given, from 127\.84\.\d+\.\d+:5060/);
    expect(outcome.stdout).toMatch(/✓ OPTIONS: \d{3} .* in [\d.]+ ms/);
    expect(outcome.stdout).toMatch(/✓ REGISTER carol: 401 Unauthorized, then 200 OK in [\d.]+ ms/);
    expect(outcome.stdout).not.toContain(PASSWORD);
    expect(held).toEqual({ bindings: 0, contexts: 0 });
  });

  it('the doctor tells what does not work: exit code 3', async () => {
    const { outcome } = await beside({ name: 'default' }, (address) => cli('doctor', address, '--sut-password-from', 'OTHER_PASSWORD'));
    expect(outcome.code).toBe(3);
    expect(inOneLine(outcome.stdout)).toMatch(
      /✗ REGISTER bob: 401 Unauthorized, then 40[13] \w+ in [\d.]+ ms; it has another password for bob, or no such user/,
    );
  });
});

onLinux('a proxy that does not answer', () => {
  const command = new CompiledCommand();
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-silent-'));
  const scenario = join(folder, 'busy.yaml');
  jest.setTimeout(60_000);

  beforeAll(() => writeFileSync(scenario, BUSY_SCENARIO));
  afterAll(() => {
    command.remove();
    rmSync(folder, { recursive: true });
  });

  /** Somebody listens there and says nothing. */
  async function withSilence(verb: string): Promise<Ended> {
    const { lcs } = ownAddresses('lcs');
    const socket = await new UdpNetwork().bind(lcs, { datagram: () => {} });
    try {
      return await command.run([verb, scenario, '--sut', 'external', '--sut-address', `sip:${formatSocketAddress(lcs)}`]);
    } finally {
      await socket.close();
    }
  }

  it('is exit code 3 of run, with what to do', async () => {
    const { code, stderr } = await withSilence('run');
    expect(code).toBe(3);
    expect(stderr).toMatch(/127\.\S+ does not answer: (alice|bob|carol)'s REGISTER got no final response/);
    expect(stderr).toContain('busyhere doctor --sut external --sut-address sip:127.');
  });

  it('is exit code 3 of the doctor, who says so of every request', async () => {
    const { code, stdout } = await withSilence('doctor');
    expect(code).toBe(3);
    expect(inOneLine(stdout)).toMatch(/✗ OPTIONS: no answer in \d+ ms; is the proxy running, and does it listen on UDP at 127\./);
    expect(stdout).toMatch(/✗ REGISTER bob: no answer/);
  });
});

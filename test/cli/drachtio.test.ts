import { runCommandLine } from '../../harness/cli/command-line.js';
import { type RunningDrachtioServer, startDrachtioServer } from '../../harness/drachtio/start-server.js';
import { FakeHost } from './fake-host.js';

const SECRET = 'tell-nobody';
const SECOND = 'scenarios/kb834477/second-invitation.yaml';

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost(process.cwd());
});
const run = (...argv: string[]): Promise<number> => runCommandLine(argv, host);
/** The text with the line breaks of a narrow terminal taken out. */
const said = (): string => (host.stdout.text + host.stderr.text).replace(/\s+/g, ' ');

describe('--sut drachtio', () => {
  it('runs the cases that are chosen, each server being one of our own', async () => {
    expect(await run('run', SECOND, '--sut', 'drachtio', '--trust', 'separate-listener')).toBe(0);
    expect(host.runs[0]?.options).toMatchObject({ engine: 'udp', sut: 'drachtio' });
    expect(host.runs[0]?.options.external).toBeUndefined();
    expect(host.runs[0]?.cases.every(({ skip }) => skip === undefined)).toBe(true);
    expect(said()).toContain('--sut drachtio');
  });

  it.each([
    [
      ['--sut', 'drachtio', '--engine', 'memory'],
      /--sut drachtio does not go with --engine memory: drachtio-srf brings sockets and a clock/,
    ],
    [['--drachtio-address', '127.0.0.1:9022'], /--drachtio-address goes with --sut drachtio/],
    [['--sut', 'drachtio', '--drachtio-address', 'a b'], /--drachtio-address: expected an address such as 192\.0\.2\.1:9022/],
    [['--sut', 'drachtio', '--drachtio-address', '127.0.0.1:65536'], /--drachtio-address: expected an address/],
    [['--sut', 'drachtio', '--drachtio-secret', ''], /--drachtio-secret: expected some text/],
  ])('%j is wrong usage', async (argv, message) => {
    expect(await run('run', SECOND, ...argv)).toBe(2);
    expect(host.stderr.text).toMatch(message);
    expect(host.runs).toEqual([]);
  });
});

describe('a drachtio-server that runs already', () => {
  let server: RunningDrachtioServer;
  let address: string;

  beforeAll(async () => {
    server = await startDrachtioServer({ secret: SECRET });
    address = `127.0.0.1:${server.control.port}`;
  });
  afterAll(() => server.stop());

  it('gets the application with the secret of the environment; cases that it cannot have are left out with the reason', async () => {
    host.env.DRACHTIO_SECRET = SECRET;
    expect(await run('run', SECOND, '--sut', 'drachtio', '--drachtio-address', address)).toBe(0);
    const [{ cases, options } = { cases: [], options: undefined }] = host.runs;
    expect(options?.external).toMatchObject({
      address: { address: '127.0.0.1', port: server.sip.port },
      localAddress: null,
      control: { host: '127.0.0.1', port: server.control.port, secret: SECRET },
    });
    const left = cases.filter(({ skip }) => skip !== undefined);
    expect(new Set(left.map(({ trust }) => trust))).toEqual(new Set(['separate-listener']));
    expect(left[0]?.skip).toMatch(/^lcs has the listeners users and telephony, and of a drachtio-server nobody but itself says/);
  });

  it('does not have its secret shown, neither in the command that replays nor anywhere', async () => {
    host.statusOf = () => 'failed';
    expect(
      await run('run', SECOND, '--trust', 'no-trust', '--sut', 'drachtio', '--drachtio-address', address, '--drachtio-secret', SECRET),
    ).toBe(1);
    expect(said()).toContain(`--drachtio-address ${address}`);
    expect(said()).not.toContain(SECRET);
  });

  it.each([[[SECOND, '--trust', 'separate-listener']], [['scenarios/kb834477/trespass.yaml', '-g', 'separate']]])(
    'refuses what it cannot have where nothing else is asked for: %j',
    async (argv) => {
      host.env.DRACHTIO_SECRET = SECRET;
      expect(await run('run', ...argv, '--sut', 'drachtio', '--drachtio-address', address)).toBe(2);
      expect(host.stderr.text).toMatch(/separate-listener.*\]: lcs has the listeners users and telephony/);
    },
  );

  it('that wants another secret is wrong configuration', async () => {
    expect(await run('run', SECOND, '--sut', 'drachtio', '--drachtio-address', address, '--drachtio-secret', 'mistyped')).toBe(2);
    expect(host.stderr.text).toContain(`the drachtio-server at ${address} does not accept the secret`);
    expect(said()).not.toContain('mistyped');
  });

  it('that is not there is a lack of the machine', async () => {
    const gone = await startDrachtioServer();
    await gone.stop();
    expect(await run('run', SECOND, '--sut', 'drachtio', '--drachtio-address', `127.0.0.1:${gone.control.port}`)).toBe(3);
    expect(host.stderr.text).toContain(`no drachtio-server at 127.0.0.1:${gone.control.port}`);
  });

  it('is looked at by the doctor', async () => {
    host.env.DRACHTIO_SECRET = SECRET;
    expect(await run('doctor', '--sut', 'drachtio', '--drachtio-address', address)).toBe(0);
    expect(said()).toContain(`✓ it takes the secret, and SIP over UDP at 127.0.0.1:${server.sip.port}`);
    expect(said()).toMatch(/✓ OPTIONS: 503 Service Unavailable in/);
    host.env.DRACHTIO_SECRET = 'mistyped';
    expect(await run('doctor', '--sut', 'drachtio', '--drachtio-address', address)).toBe(3);
    expect(said()).toContain('does not accept the secret; see --drachtio-secret');
    expect(said()).not.toContain('mistyped');
  });
});

it('has the doctor say that no server is needed', async () => {
  expect(await run('doctor', '--sut', 'drachtio')).toBe(0);
  expect(said()).toContain('without --drachtio-address each server of a case is one of our own');
});

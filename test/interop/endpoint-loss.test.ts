import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EndpointKind } from '../../harness/endpoint/endpoint-kind';
import { ProgramOutputs } from '../../harness/endpoint/program/program-outputs';
import { SippEndpoint } from '../../harness/endpoint/sipp/sipp-endpoint';
import { Telephone } from '../../harness/endpoint/telephone';
import { SeededRandom } from '../../harness/platform/random';
import type { SocketAddress } from '../../harness/platform/socket-address';
import { SystemClock } from '../../harness/platform/system-clock';
import { UdpNetwork } from '../../harness/platform/udp-network';
import { loadScenarios } from '../../harness/scenario/load';
import { runSuite } from '../../harness/scenario/run';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values';
import { childrenNamed } from './children';
import { describeWith } from './programs';
import { ownAddresses } from './sipp';

jest.setTimeout(60_000);

function killChildren(name: string): void {
  for (const id of childrenNamed(name)) process.kill(id, 'SIGKILL');
}

describeWith(['sipp'], 'endpoints played by sipp', () => {
  const clock = new SystemClock();
  let outputs: ProgramOutputs;
  let server: Socket;
  let outbound: SocketAddress;
  const endpoints: SippEndpoint[] = [];
  beforeEach(async () => {
    outputs = new ProgramOutputs();
    outbound = ownAddresses('server').server;
    server = createSocket('udp4');
    await new Promise<void>((resolve) => server.bind(outbound.port, outbound.address, resolve));
  });
  afterEach(async () => {
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()));
    await new Promise<void>((resolve) => server.close(() => resolve()));
    outputs.discard();
    expect(clock.pendingTimers).toBe(0);
    expect(childrenNamed('sipp')).toEqual([]);
  });

  const start = async (name: string, address: SocketAddress): Promise<SippEndpoint> => {
    const ports = { clock, network: new UdpNetwork(), random: new SeededRandom(1), timers: RFC3261_TIMERS };
    const endpoint = new SippEndpoint({ name, address, domain: 'lab.example', outbound, ...ports, outputs, statuses: [] }, new Telephone());
    endpoints.push(endpoint);
    await endpoint.start();
    return endpoint;
  };

  it('are as many at one address as are wanted, although each opens sockets for media', async () => {
    const { bob } = ownAddresses('bob');
    const answered = new Set<number>();
    const all = new Promise<void>((resolve) => {
      server.on('message', (message, { port }) => {
        if (message.toString('latin1').startsWith('SIP/2.0 200')) answered.add(port);
        if (answered.size === 54) resolve();
      });
    });
    for (let index = 0; index < 54; index++) await start(`bob${index}`, { address: bob.address, port: 20_000 + 2 * index });
    for (let index = 0; index < 54; index++) {
      const port = 20_000 + 2 * index;
      const lines = [
        `OPTIONS sip:bob@${bob.address}:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${outbound.address}:5060;branch=z9hG4bK-${index}`,
        'Max-Forwards: 70',
        'From: <sip:server@lab.example>;tag=x',
        'To: <sip:bob@lab.example>',
        `Call-ID: options-${index}`,
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
      ];
      server.send(`${lines.join('\r\n')}\r\n\r\n`, port, bob.address);
    }
    await all;
  });

  it('tell at once that their sipp has ended: of what is under way, and of what is begun afterwards', async () => {
    const bob = await start('bob', ownAddresses('bob').bob);
    const call = bob.invite('sip:carol@lab.example');
    const failed = new Promise<void>((resolve) => call.onChange(() => call.state === 'failed' && resolve()));
    const registered = bob.register().catch((error: Error) => error.message);
    killChildren('sipp');
    await failed;
    expect(await registered).toBe('bob could not register with sip:lab.example: its sipp has ended');
    expect(outputs.loss.reason).toMatchObject({ name: 'ProgramLoss', message: "bob's sipp ended by itself before the case was over" });
    const later = bob.invite('sip:carol@lab.example');
    expect(await bob.message('sip:carol@lab.example', 'Hello').done).toBeUndefined();
    expect(later.state).toBe('failed');
  });

  it('lose nothing when they are stopped', async () => {
    const bob = await start('bob', ownAddresses('bob').bob);
    await bob.stop();
    await pause(20);
    expect(outputs.loss.aborted).toBe(false);
  });
});

describe.each<EndpointKind>(['sipp', 'baresip'])('a case whose %s dies', (kind) => {
  describeWith([kind], 'while it is played', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
      expect(childrenNamed(kind)).toEqual([]);
    });

    it('fails soon, says why, and keeps its files', async () => {
      const file = join(folder, 'loss.yaml');
      writeFileSync(
        file,
        `name: loss\nservers: { lcs: { domain: lab.example } }\nparticipants:\n  bob: { home: lcs, endpoint: ${kind} }\n  carol: { home: lcs }\n` +
          'script:\n  - carol: { invite: bob, as: call }\n  - bob: { on: call, do: ring }\n' +
          '  - carol: { cancel: call, wait: 100s, after: call is ringing }\nexpect:\n  call: [{ observed: 487 }]\n',
      );
      const [scenario] = loadScenarios([file], folder);
      const begun = performance.now();
      const run = runSuite(
        scenario?.cases ?? [],
        {
          engine: 'udp',
          sut: 'builtin',
          timers: 'fast',
          seed: 1,
          workers: 1,
          signal: new AbortController().signal,
          programFiles: join(folder, 'out'),
        },
        () => {},
      );
      while (childrenNamed(kind).length === 0) await pause(5);
      await pause(1_000);
      killChildren(kind);
      const [result] = (await run).cases;
      expect(result?.status).toBe('failed');
      expect(result?.reason).toMatch(new RegExp(`^bob's ${kind} ended by itself before the case was over; `));
      expect(result?.reason).toMatch(new RegExp(`; bob's ${kind}: was ended by signal 9 \\(SIGKILL\\)`));
      expect(performance.now() - begun).toBeLessThan(30_000); // not the patience of a script, nor that of a REGISTER
      expect(result?.programs?.[0]).toMatchObject({
        participant: 'bob',
        exitCode: null,
        signal: 9,
        files: join(folder, 'out', 'loss', 'bob'),
      });
    });
  });
});

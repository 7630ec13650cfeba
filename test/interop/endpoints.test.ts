import { createSocket } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EndpointKind } from '../../harness/endpoint/endpoint-kind';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address';
import type { Case } from '../../harness/scenario/case';
import { loadScenarios } from '../../harness/scenario/load';
import type { CaseResult, RunResult } from '../../harness/scenario/result';
import { runSuite } from '../../harness/scenario/run';
import type { RunOptions } from '../../harness/scenario/run-options';
import { CompiledCommand } from '../cli/compiled-command';
import { describeWith } from './programs';
import { ownAddresses } from './sipp';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '..', '..');
/** Some of each kind that the suite of KB834477 has; the whole takes as long as there are horizons to wait for. */
const SOME =
  /second-invitation\[trust=(gateway-host|shared-listener),action=(voice|camera),|controls\/|two-homes.*bob=ringing|telephony\[trust=gateway-host/;

function options(over: Partial<RunOptions> = {}): RunOptions {
  return { engine: 'udp', sut: 'builtin', timers: 'fast', seed: 1, workers: 16, signal: new AbortController().signal, ...over };
}

function someCases(): Case[] {
  return loadScenarios(['scenarios/kb834477'], ROOT)
    .flatMap(({ cases }) => cases)
    .filter(({ id }) => SOME.test(id));
}

/** What did not pass, in words: also what was skipped, or proves nothing even when it was measured again. */
function notPassed({ cases }: RunResult): string[] {
  return cases.filter(({ status }) => status !== 'passed').map(({ id, status, reason }) => `${id}: ${status}, ${reason}`);
}

/** Ids of processes of this machine whose command line has a text. Linux. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((id) => /^\d+$/.test(id) && commandLine(id).includes(text));
}

function commandLine(id: string): string {
  try {
    return readFileSync(join('/proc', id, 'cmdline'), 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it is gone
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(10);
}

describe.each<[EndpointKind, string[]]>([
  ['sipjs-udp', []],
  ['sipp', ['sipp']],
  ['baresip', ['baresip']],
])('%s as callee, as originator and as both', (kind, programs) => {
  describeWith(programs, 'in the suite of KB834477', () => {
    it.each([
      ['bob', { bob: kind }],
      ['carol', { carol: kind }],
      ['bob and carol', { bob: kind, carol: kind }],
    ])('is as expected as %s, wherever it can do what is asked', async (_, participants) => {
      const cases = someCases().filter((one) => canPlay(one, participants));
      expect(cases.length).toBeGreaterThan(10);
      const result = await runSuite(cases, options({ endpoints: { participants } }), () => {});
      expect(notPassed(result)).toEqual([]);
      expect(result.summary).toMatchObject({ cases: cases.length, passed: cases.length });
      const losses = result.cases.flatMap(({ attempts }) => attempts.flatMap(({ loss }) => (loss ? [loss.certainty] : [])));
      expect(new Set(losses)).toEqual(new Set(['seen'])); // at the sockets of the server that lost it
    });
  });
});

/** Whether the run would take the case; what it refuses is tested elsewhere. */
function canPlay(played: Case, participants: Readonly<Record<string, EndpointKind>>): boolean {
  const named = played.participants.filter(({ name }) => name in participants);
  const taken = played.steps.every(
    ({ participant, verb }) => !(participant === 'carol' && verb === 'message' && participants.carol === 'baresip'),
  );
  const voice = played.steps.every(
    (step) => step.verb !== 'invite' || step.action === 'voice' || participants[step.participant] !== 'baresip',
  );
  const busy = played.steps.every((step) => step.verb !== 'react' || step.reaction.kind !== 'reject' || step.reaction.status === 486);
  return named.length > 0 && taken && voice && (busy || participants.bob !== 'baresip');
}

describeWith(['sipp'], 'a scenario of the user’s in sipp', () => {
  let folder: string;
  let own: Record<'bob' | 'lcs', SocketAddress>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
    own = ownAddresses('bob', 'lcs');
  });
  afterEach(() => {
    expect(processesWith(own.bob.address)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  const UAS = (after = '') => `<?xml version="1.0"?>
<scenario name="uas">
  <recv request="INVITE"/>
  ${after}
  <send retrans="500"><![CDATA[
SIP/2.0 486 Busy Here
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
X-Mine: yes
Content-Length: 0

]]></send>
  <recv request="ACK"/>
</scenario>`;
  const UAC = `<?xml version="1.0"?>
<scenario name="uac">
  <!-- <recv> is not what it begins with -->
  <send retrans="500"><![CDATA[
INVITE [target] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[participant]@[domain]>;tag=[call_number]
To: <[target]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[participant]@[local_ip]:[local_port]>
Subject: [field0]
Content-Length: 0

]]></send>
  <recv response="100" optional="true"/>
  <recv response="407" auth="true"/>
  <send><![CDATA[
ACK [target] SIP/2.0
[last_Via:]
Max-Forwards: 70
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>
</scenario>`;

  const scenario = (participant: 'bob' | 'carol', written: string): string => {
    const others = participant === 'bob' ? '{ home: lcs }' : `{ home: lcs, address: "${formatSocketAddress(own.bob)}" }`;
    const named = written.replace(
      '{ home: lcs,',
      `{ home: lcs, ${participant === 'bob' ? `address: "${formatSocketAddress(own.bob)}",` : ''}`,
    );
    const [bob, carol] = participant === 'bob' ? [named, others] : [others, named];
    const path = join(folder, 'mine.yaml');
    writeFileSync(
      path,
      `name: mine\nservers: { lcs: { domain: lab.example, address: ${own.lcs.address} } }\nparticipants:\n  bob: ${bob}\n  carol: ${carol}\n` +
        `script:\n  - carol: { invite: bob, as: call }\n${participant === 'bob' ? '' : '  - bob: { on: call, do: reject 486 }\n'}` +
        `expect:\n  call: [{ observed: ${participant === 'bob' ? '486, reached: [bob]' : '407, reached: []'} }]\n`,
    );
    return path;
  };
  const play = async (path: string, over: Partial<RunOptions> = {}): Promise<CaseResult> => {
    const [scenarioRead] = loadScenarios([path], folder);
    const { cases } = await runSuite(scenarioRead?.cases ?? [], options(over), () => {});
    return cases[0] as CaseResult;
  };

  it('plays a callee, registered before, and counts what it did', async () => {
    writeFileSync(join(folder, 'uas.xml'), UAS());
    const result = await play(scenario('bob', '{ home: lcs, endpoint: sipp, file: uas.xml }'));
    expect([result.status, result.reason]).toEqual(['passed', null]);
    expect(result.programs).toEqual([
      { participant: 'bob', program: 'sipp', exitCode: null, remarks: ['calls: 1 in, 0 out, 1 successful, 0 failed'], files: null },
    ]);
  });

  it('plays an originator, with data to inject and the keys that busyhere sets', async () => {
    writeFileSync(join(folder, 'uac.xml'), UAC);
    writeFileSync(join(folder, 'data.csv'), 'SEQUENTIAL\nHello;\n');
    const result = await play(scenario('carol', '{ home: lcs, endpoint: sipp, file: uac.xml, inject: data.csv }'));
    expect([result.status, result.reason]).toEqual(['passed', null]);
    expect(result.programs).toMatchObject([{ participant: 'carol', exitCode: 0, remarks: ['calls: 0 in, 1 out, 1 successful, 0 failed'] }]);
  });

  it('is refused where sipp cannot read it, in sipp’s own words', async () => {
    writeFileSync(join(folder, 'uas.xml'), UAS().replaceAll('recv', 'receive'));
    await expect(play(scenario('bob', '{ home: lcs, endpoint: sipp, file: uas.xml }'))).rejects.toMatchObject({
      code: 'scenario',
      message: expect.stringMatching(/uas\.xml: bob's sipp ended with exit code \d+ as soon as it had begun: .*receive/),
    });
  });

  it('explains a failed case by its exit code, and leaves its files there', async () => {
    writeFileSync(join(folder, 'uas.xml'), UAS('<nop><action><exec int_cmd="stop_now"/></action></nop>'));
    const programFiles = join(folder, 'out');
    const result = await play(scenario('bob', '{ home: lcs, endpoint: sipp, file: uas.xml }'), { programFiles });
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(/^carol → bob: expected 486.*; bob's sipp: ended with exit code \d+; calls: 1 in/);
    const [program] = result.programs ?? [];
    expect(program).toMatchObject({
      participant: 'bob',
      program: 'sipp',
      exitCode: expect.any(Number),
      files: join(programFiles, 'mine', 'bob'),
    });
    expect(readdirSync(program?.files ?? '')).toEqual(expect.arrayContaining(['statistics.csv', 'stderr', 'stdout']));
  });

  it.each(['file: uas.xml', 'persona: plain'])('says that its address is taken (%s)', async (how) => {
    writeFileSync(join(folder, 'uas.xml'), UAS());
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(own.bob.port, own.bob.address, resolve));
    try {
      await expect(play(scenario('bob', `{ home: lcs, endpoint: sipp, ${how} }`))).rejects.toMatchObject({
        code: 'address-in-use',
        message: expect.stringContaining(formatSocketAddress(own.bob)),
      });
    } finally {
      await new Promise<void>((resolve) => taken.close(() => resolve()));
    }
  });
});

describeWith(['sipp'], 'sipp that is told one thing right after the other', () => {
  const SCENARIO = `
name: at once
servers: { lcs: { domain: lab.example } }
participants:
  carol: { home: lcs }
  gateway: { role: gateway, at: lcs, numbers: { "+1*": answer } }
profiles: { open: { servers: { lcs: { routes: [{ number: "+1*", to: gateway }] } } } }
matrix: { trust: [open] }
script:
  - carol: { invite: "+15550199", as: call }
expect:
  call: [{ observed: 200, reached: [gateway] }]
`;

  it('does both: a gateway rings and answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
    try {
      const file = join(folder, 'gateway.yaml');
      writeFileSync(file, SCENARIO);
      const [read] = loadScenarios([file], folder);
      const result = await runSuite(read?.cases ?? [], options({ endpoints: { participants: { gateway: 'sipp' } } }), () => {});
      expect(notPassed(result)).toEqual([]);
      expect(result.summary.passed).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describeWith(['sipp'], 'sipp whose orders cross the messages of a call', () => {
  const crossing = (kinds: string, script: string): string => `
name: crossing
servers: { home: { domain: lab.example } }
participants: { bob: { home: home, endpoint: $bob }, carol: { home: home, endpoint: $carol } }
matrix: { ${kinds}, run: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }
script:
  - carol: { invite: bob, as: call }
${script}`;
  const HANGS_UP = `
  - bob: { on: call, do: answer }
  - carol: { hangUp: call, after: call is answered }
  - carol: { invite: bob, as: again, wait: 600ms }
  - bob: { on: again, do: answer }
expect: { call: [{ observed: 200 }], again: [{ observed: 200 }] } # busy if no BYE had come
`;
  const CANCELS = `
  - bob: { on: call, do: ring }
  - carol: { cancel: call, after: call is ringing }
  - bob: { on: call, do: reject 486, after: call is ringing }
expect: { call: [{ observed: [486, 487] }] }
`;

  it.each([
    ['hangs up what it may not have heard to be answered', HANGS_UP],
    ['cancels what is being rejected', CANCELS],
  ])('loses no call: one %s', async (_, script) => {
    const folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
    try {
      const kinds = ['bob: [own, sipp], carol: [sipp]', 'bob: [sipp], carol: [own]'];
      const cases = kinds.flatMap((kind, index) => {
        const file = join(folder, `crossing-${index}.yaml`);
        writeFileSync(file, crossing(kind, script));
        return loadScenarios([file], folder)[0]?.cases ?? [];
      });
      const result = await runSuite(cases, options(), () => {});
      expect(notPassed(result)).toEqual([]);
      expect(result.summary.passed).toBe(30);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.each([
  ['sipp', 'sipp'],
  ['baresip', 'baresip'],
])('a parent that is killed (%s)', (kind, program) => {
  describeWith([program], 'and cannot say goodbye', () => {
    let command: CompiledCommand;
    beforeAll(() => {
      command = new CompiledCommand();
    });
    afterAll(() => command.remove());

    it('takes its children with it', async () => {
      const { bob } = ownAddresses('bob');
      const folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
      const file = join(folder, 'long.yaml');
      writeFileSync(
        file,
        `name: long\nservers: { lcs: { domain: lab.example } }\nparticipants:\n  bob: { home: lcs, endpoint: ${kind}, address: "${formatSocketAddress(bob)}" }\n` +
          '  carol: { home: lcs }\nscript:\n  - carol: { invite: bob, as: call }\n  - bob: { on: call, do: ring }\n  - carol: { cancel: call, wait: 100s }\nexpect:\n  call: [{ observed: 487 }]\n',
      );
      const temporary = mkdtempSync(join(folder, 'tmp-'));
      const isUp = (): boolean => holdsUdp(bob);
      let killed = 0;
      const ended = command.run(['run', file, '--timers', 'rfc3261'], {
        env: { TMPDIR: temporary },
        onOutput: (_, kill) => {
          if (killed++ === 0) void until(isUp).then(() => kill('SIGKILL'));
        },
      });
      expect((await ended).signal).toBe('SIGKILL');
      const since = performance.now();
      await until(() => !isUp());
      await until(() => processesWith(temporary).length === 0); // its files are named on its command line
      expect(performance.now() - since).toBeLessThan(1_000); // the promise itself; some 20 ms are measured
      rmSync(folder, { recursive: true, force: true });
    });
  });
});

/** Whether somebody of this machine has a UDP address open. Linux. */
function holdsUdp({ address, port }: SocketAddress): boolean {
  const octets = Buffer.from(address.split('.').map(Number).reverse()).toString('hex');
  return readFileSync('/proc/net/udp', 'latin1').includes(` ${octets}:${port.toString(16).padStart(4, '0')} `.toUpperCase());
}

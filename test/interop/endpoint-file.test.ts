import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadScenarios } from '../../harness/scenario/load';
import type { CaseResult } from '../../harness/scenario/result';
import { runSuite } from '../../harness/scenario/run';
import { childrenNamed } from './children';
import { describeWith } from './programs';

jest.setTimeout(60_000);

const response = (line: string): string => `<send><![CDATA[
SIP/2.0 ${line}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`;
const request = (method: string, cseq: number): string => `<send><![CDATA[
${method} [target] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:[participant]@[domain]>;tag=[call_number]
To: <[target]>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq} ${method === 'ACK' ? 'ACK' : 'INVITE'}
Contact: <sip:[participant]@[local_ip]:[local_port]>
Content-Length: 0

]]></send>`;
const RINGS = `<?xml version="1.0"?>
<scenario><recv request="INVITE"/>${response('180 Ringing')}<recv request="CANCEL"/></scenario>`;
const CALLS = (final: string): string =>
  `<?xml version="1.0"?>
<scenario>${request('INVITE', 1)}<recv response="100" optional="true"/><recv response="180" optional="true"/>` +
  `<recv response="${final}"/>${request('ACK', 1)}</scenario>`;

describeWith(['sipp'], 'a scenario of the user’s whose sipp ends', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
    writeFileSync(join(folder, 'rings.xml'), RINGS);
    writeFileSync(join(folder, 'calls.xml'), CALLS('486'));
    writeFileSync(join(folder, 'hopes.xml'), CALLS('200'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    expect(childrenNamed('sipp')).toEqual([]);
  });

  const play = async (parts: {
    bob?: string;
    carol?: string;
    script: string;
    expect: string;
  }): Promise<CaseResult & { tookMs: number }> => {
    const client = (at: 'home' | 'at', extra = ''): string => `{ ${at}: lcs${extra} }`;
    const path = join(folder, 'ends.yaml');
    writeFileSync(
      path,
      `name: ends\nservers: { lcs: { domain: lab.example } }\nparticipants:\n  bob: ${client('home', parts.bob)}\n  dave: ${client('home')}\n` +
        `  carol: ${client('at', parts.carol)}\n  erin: ${client('at')}\n` +
        'profiles: { open: { servers: { lcs: { hosts: [{ address: carol, treatAsAuthenticated: true }, { address: erin, treatAsAuthenticated: true }] } } } }\n' +
        `matrix: { trust: [open] }\nscript:\n${parts.script}expect:\n${parts.expect}`,
    );
    const begun = performance.now();
    const [scenario] = loadScenarios([path], folder);
    const settings = { engine: 'udp', sut: 'builtin', timers: 'fast', seed: 1, workers: 1 } as const;
    const { cases } = await runSuite(scenario?.cases ?? [], { ...settings, signal: new AbortController().signal }, () => {});
    return { ...(cases[0] as CaseResult), tookMs: performance.now() - begun };
  };
  const signalled = async (signal: NodeJS.Signals, afterMs: number): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (childrenNamed('sipp').length === 0 && performance.now() < deadline) await pause(5);
    await pause(afterMs);
    for (const id of childrenNamed('sipp')) process.kill(id, signal);
  };
  const FILE = (name: string): string => `, endpoint: sipp, file: ${name}.xml`;
  const LONG_CALL = '  - erin: { invite: bob, as: call }\n  - erin: { cancel: call, wait: 100s }\n';

  it.each<[string, NodeJS.Signals, string]>([
    ['by a signal', 'SIGKILL', 'was ended by signal 9 (SIGKILL)'],
    ['of its own accord', 'SIGTERM', 'ended with exit code 0'],
  ])('before any call, %s, fails its case at once', async (_, signal, told) => {
    const idle = '  - erin: { invite: dave, as: call }\n  - dave: { on: call, do: ring }\n  - erin: { cancel: call, wait: 100s }\n';
    const [result] = await Promise.all([
      play({ bob: FILE('rings'), script: idle, expect: '  call: [{ observed: 487 }]\n' }),
      signalled(signal, 700),
    ]);
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(/^bob's sipp ended by itself before the case was over; /);
    expect(result.reason).toContain(`; bob's sipp: ${told}`);
    expect(result.tookMs).toBeLessThan(30_000); // not the 100 s of the script
  });

  it.each([
    ['a callee', { bob: FILE('rings'), script: LONG_CALL }],
    [
      'a caller',
      {
        carol: FILE('calls'),
        script:
          '  - carol: { invite: bob, as: call }\n  - bob: { on: call, do: ring }\n  - bob: { on: call, do: reject 486, wait: 100s }\n',
      },
    ],
  ])('by a signal in the middle of a call of %s fails its case at once', async (_, parts) => {
    const [result] = await Promise.all([play({ ...parts, expect: '  call: [{ observed: 487 }]\n' }), signalled('SIGKILL', 700)]);
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(/^(bob|carol)'s sipp ended by itself before the case was over; /);
    expect(result.programs).toMatchObject([{ exitCode: null, signal: 9 }]);
    expect(result.tookMs).toBeLessThan(30_000);
  });

  it('with a code that says that its call failed leaves the verdict to what was seen', async () => {
    const result = await play({
      carol: FILE('hopes'),
      script: '  - carol: { invite: bob, as: call }\n  - bob: { on: call, do: reject 486 }\n',
      expect: '  call: [{ observed: 486 }]\n',
    });
    expect([result.status, result.reason]).toEqual(['passed', null]);
    expect(result.programs).toMatchObject([{ participant: 'carol', exitCode: 1 }]);
  });

  it('plays one call after the other, each counted by itself', async () => {
    const result = await play({
      carol: FILE('calls'),
      script:
        '  - carol: { invite: bob, as: one }\n  - bob: { on: one, do: reject 486 }\n' +
        '  - carol: { invite: dave, as: two, after: one is rejected }\n  - dave: { on: two, do: reject 486 }\n',
      expect: '  one: [{ observed: 486 }]\n  two: [{ observed: 486 }]\n',
    });
    expect([result.status, result.reason]).toEqual(['passed', null]);
    const remarks = expect.arrayContaining(['calls: 0 in, 1 out, 1 successful, 0 failed']);
    expect(result.programs).toMatchObject([
      { exitCode: 0, remarks },
      { exitCode: 0, remarks },
    ]);
  });

  it('is not played for two calls at once: the case fails soon, and says so', async () => {
    const result = await play({
      carol: FILE('calls'),
      script:
        '  - carol: { invite: bob, as: one }\n  - bob: { on: one, do: ring }\n  - carol: { invite: dave, as: two, after: one is ringing }\n' +
        '  - dave: { on: two, do: reject 486 }\n  - bob: { on: one, do: reject 486, after: two is rejected }\n',
      expect: '  one: [{ observed: 486 }]\n  two: [{ observed: 486 }]\n',
    });
    expect(result.status).toBe('failed');
    expect(result.reason).toMatch(/^carol's sipp cannot call sip:dave@lab\.example: it still plays the call before, .* one at a time; /);
    expect(result.tookMs).toBeLessThan(20_000); // the script would have waited for 32 s
  });

  it('makes no calls where it waits for them', async () => {
    const result = await play({
      carol: FILE('rings'),
      script: '  - carol: { invite: bob, as: call }\n',
      expect: '  call: [{ observed: 486 }]\n',
    });
    expect(result.reason).toMatch(/^carol's sipp cannot call sip:bob@lab\.example: its file begins with a recv, and waits for calls; /);
  });
});

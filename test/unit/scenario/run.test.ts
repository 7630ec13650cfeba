import { OutgoingInvitation } from '../../../harness/endpoint/outgoing-invitation.js';
import { UdpNetwork } from '../../../harness/platform/udp-network.js';
import type { Case } from '../../../harness/scenario/case.js';
import { loadScenario, loadScenarios } from '../../../harness/scenario/load.js';
import type { AttemptResult, CaseResult, RunResult } from '../../../harness/scenario/result.js';
import { runSuite } from '../../../harness/scenario/run.js';
import type { RunEvent } from '../../../harness/scenario/run-events.js';
import type { RunOptions } from '../../../harness/scenario/run-options.js';
import { Turnstile } from '../../../harness/scenario/turnstile.js';

jest.setTimeout(30_000);

const SECOND = 'scenarios/kb834477/second-invitation.yaml';
const SENTENCE = 'Your request to have a voice conversation cannot be delivered to bob.';

function memory(changes: Partial<RunOptions> = {}): RunOptions {
  return { engine: 'memory', sut: 'builtin', timers: 'rfc3261', seed: 1, workers: 4, signal: new AbortController().signal, ...changes };
}

/** The RFC's timers forgive this process 500 ms, which no machine that runs other tests beside this one takes; a second shows enough. */
function udp(changes: Partial<RunOptions> = {}): RunOptions {
  return memory({ engine: 'udp', horizonMs: 1_000, ...changes });
}

/** The one-server cases of KB834477 with voice and bob ringing. */
function kbCases(): Case[] {
  const all = loadScenarios([SECOND], process.cwd()).flatMap(({ cases }) => cases);
  return all.filter(({ variant }) => variant.action === 'voice' && variant.bob === 'ringing' && ONE_SERVER.includes(String(variant.trust)));
}

const ONE_SERVER = ['telephony-off', 'no-trust', 'gateway-host', 'separate-listener', 'shared-listener', 'host-mask-too-wide'];
const FAULTY = ['shared-listener', 'host-mask-too-wide'];

async function play(cases: readonly Case[], options: RunOptions): Promise<{ result: RunResult; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const result = await runSuite(cases, options, (event) => events.push(event));
  return { result, events };
}

function second(result: CaseResult): AttemptResult {
  const attempt = result.attempts.find(({ originator }) => originator === 'carol');
  if (!attempt) throw new Error('carol made no attempt');
  return attempt;
}

describe.each([
  ['memory', memory()],
  ['udp', udp()],
  ['udp, one address for all', udp({ singleAddress: true })],
])('KB834477 on %s', (_name, options) => {
  test('the 486 reaches carol except where clients get a gateway’s trust, and there it is swallowed at the server', async () => {
    const { result } = await play(kbCases(), options);
    expect(result.cases.map(({ status, reason }) => ({ status, reason }))).toEqual(
      ONE_SERVER.map(() => ({ status: 'passed', reason: null })),
    );
    for (const played of result.cases) {
      const faulty = FAULTY.includes(String(played.variant.trust));
      const { observed, finalAtCallee, finalAtOriginator, reached, loss, shown } = second(played);
      expect({ observed, finalAtCallee, finalAtOriginator, reached, shown }).toEqual({
        observed: faulty ? 'pending' : 486,
        finalAtCallee: 486,
        finalAtOriginator: faulty ? null : 486,
        reached: ['bob'],
        shown: faulty ? null : SENTENCE,
      });
      expect(loss && { kind: loss.kind, hop: loss.hop, certainty: loss.certainty }).toEqual(
        faulty ? { kind: 'swallowed', hop: 'lcs', certainty: 'seen' } : null,
      );
      expect(played.journal.some(({ decision }) => decision === 'absorb 486')).toBe(faulty);
    }
  });
});

test('alice’s call, unharmed, rings on in every case', async () => {
  const { result } = await play(kbCases(), memory());
  for (const { attempts } of result.cases)
    expect(attempts[0]).toMatchObject({ label: 'alice → bob', observed: 'ringing', expected: [], loss: null });
});

test('events come in order, one start and one end for each case', async () => {
  const cases = kbCases();
  const { events, result } = await play(cases, memory({ workers: 1 }));
  const expected = ['runStarted', ...cases.flatMap(() => ['caseStarted', 'caseFinished']), 'runFinished'];
  expect(events.map(({ type }) => type)).toEqual(expected);
  expect(result.summary).toEqual({ cases: 6, passed: 6, failed: 0, skipped: 0, inconclusive: 0, interrupted: 0 });
  expect(result).toMatchObject({ schemaVersion: 1, engine: 'memory', timers: 'rfc3261', horizonMs: 32_000, seed: 1 });
});

test('a seed repeats a run in every detail', async () => {
  const details = async (seed: number) => (await play(kbCases(), memory({ seed }))).result.cases;
  expect(await details(5)).toEqual(await details(5));
});

describe('a verdict cannot be talked into anything', () => {
  afterEach(() => jest.restoreAllMocks());

  test('an originator that claims to have got a 486 is still pending', async () => {
    jest.spyOn(OutgoingInvitation.prototype, 'state', 'get').mockReturnValue('rejected');
    jest.spyOn(OutgoingInvitation.prototype, 'finalStatus', 'get').mockReturnValue(486);
    jest.spyOn(OutgoingInvitation.prototype, 'shown', 'get').mockReturnValue(SENTENCE);
    const { result } = await play(
      kbCases().filter(({ trust }) => trust === 'shared-listener'),
      memory(),
    );
    expect(result.cases.map((played) => second(played))).toMatchObject([
      { observed: 'pending', finalAtOriginator: null, loss: { kind: 'swallowed', hop: 'lcs' }, shown: SENTENCE },
    ]);
  });

  test('an originator that claims to hear nothing got its 486 all the same', async () => {
    jest.spyOn(OutgoingInvitation.prototype, 'state', 'get').mockReturnValue('ringing');
    jest.spyOn(OutgoingInvitation.prototype, 'finalStatus', 'get').mockReturnValue(undefined);
    const { result } = await play(
      kbCases().filter(({ trust }) => trust === 'gateway-host'),
      memory(),
    );
    expect(result.cases.map((played) => second(played))).toMatchObject([{ observed: 486, finalAtOriginator: 486, loss: null }]);
  });
});

test('a telephone that repeats its 180 within the horizon does not put the verdict off for ever', async () => {
  const [idle] = loadScenarios(['scenarios/kb834477/controls/idle.yaml'], process.cwd()).flatMap(({ cases }) => cases);
  const { result } = await play(idle ? [idle] : [], memory({ horizonMs: 150_000 }));
  expect(result.cases.map(({ status, durationMs }) => ({ status, short: durationMs < 151_000 }))).toEqual([
    { status: 'passed', short: true },
  ]);
});

test('what is not as expected fails, and says what was observed and where the final was lost', async () => {
  const cases = kbCases()
    .filter(({ trust }) => trust === 'shared-listener')
    .map((played) => ({
      ...played,
      expectations: played.expectations.map((expectation) => ({ ...expectation, observed: [486 as const], loss: null })),
    }));
  const { result } = await play(cases, memory());
  expect(result.cases[0]).toMatchObject({
    status: 'failed',
    reason: 'carol → bob: expected 486, observed pending; the final was swallowed at lcs',
  });
});

test('after as many failures as may be, the rest is skipped with the reason', async () => {
  const failing = kbCases().map((played) => ({
    ...played,
    expectations: played.expectations.map((expectation) => ({ ...expectation, observed: [600], loss: null })),
  }));
  const { result } = await play(failing, memory({ workers: 1, bail: 2 }));
  expect(result.cases.map(({ status }) => status)).toEqual(['failed', 'failed', 'skipped', 'skipped', 'skipped', 'skipped']);
  expect(result.cases[5]?.reason).toContain('--bail');
});

test('an interruption ends the run: what ran is torn down, what did not is interrupted too, the result is whole', async () => {
  const aborter = new AbortController();
  const events: RunEvent[] = [];
  const result = await runSuite(kbCases(), udp({ workers: 2, signal: aborter.signal }), (event) => {
    events.push(event);
    if (event.type === 'caseStarted') aborter.abort(new Error('Ctrl-C'));
  });
  expect(result.summary).toMatchObject({ cases: 6, interrupted: 6 });
  expect(events.at(-1)?.type).toBe('runFinished');
});

test('a step that waits in vain fails its case with the step and the condition', async () => {
  const scenario = loadScenario(
    {
      name: 'waits in vain',
      servers: { lcs: { domain: 'lab.example' } },
      participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' } },
      script: [
        { alice: { invite: 'bob', as: 'first' } },
        { bob: { on: 'first', do: 'ring' } },
        { alice: { message: 'bob', text: 'hello', after: 'first is answered' } },
      ],
      expect: { first: [{ observed: 'ringing' }] },
    },
    'inline',
    process.cwd(),
  );
  const { result } = await play(scenario.cases, memory());
  expect(result.cases[0]?.status).toBe('failed');
  expect(result.cases[0]?.reason).toMatch(/^step 3 \(alice: message\) waited \d+ ms for “first is answered”, in vain/);
});

test('cases that stall give their places to others, however many they are', async () => {
  const scenario = loadScenario(
    {
      name: 'stalls',
      servers: { lcs: { domain: 'lab.example' } },
      participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' } },
      matrix: { turn: [1, 2, 3, 4, 5, 6, 7, 8] },
      script: [
        { alice: { invite: 'bob', as: 'first' } },
        { bob: { on: 'first', do: 'ring' } },
        { alice: { hangUp: 'first', after: 'first is answered' } },
      ],
      expect: { first: [{ observed: 'ringing' }] },
    },
    'inline',
    process.cwd(),
  );
  const { result } = await play(scenario.cases, udp({ horizonMs: 20 }));
  expect(result.summary).toMatchObject({ cases: 8, passed: 0, interrupted: 0 });
});

test('links over which nobody can register fail their case, and no other', async () => {
  const { cases } = loadScenario(
    {
      name: 'A dead link',
      servers: { lcs: { domain: 'lab.example' } },
      participants: { bob: { home: 'lcs' }, carol: { home: 'lcs' } },
      matrix: { loss: ['100%', '0%'] },
      links: { 'lcs-bob': { loss: '$loss' } },
      script: [{ carol: { invite: 'bob', as: 'call' } }, { bob: { on: 'call', do: 'busy' } }],
      expect: { call: [{ observed: 486 }] },
    },
    'dead-link',
    process.cwd(),
  );
  const { result } = await play(cases, memory());
  expect(result.cases).toMatchObject([
    { status: 'failed', reason: 'sip:bob@lab.example could not register with sip:lab.example: no final response', attempts: [] },
    { status: 'passed' },
  ]);
});

test('an address that was asked for and is taken ends the run', async () => {
  const other = await new UdpNetwork().bind({ address: '127.0.0.1', port: 0 }, { datagram: () => {} });
  const scenario = loadScenario(
    {
      name: 'asks for an address',
      servers: { lcs: { domain: 'lab.example', address: `127.0.0.1:${other.local.port}` } },
      participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' } },
      script: [{ alice: { invite: 'bob', as: 'first' } }],
      expect: { first: [{ observed: 'ringing' }] },
    },
    'inline',
    process.cwd(),
  );
  await expect(play(scenario.cases, udp())).rejects.toMatchObject({
    code: 'address-in-use',
    message: expect.stringContaining(String(other.local.port)),
  });

  const events: RunEvent[] = [];
  const [good] = kbCases();
  const cases = [good as Case, ...scenario.cases];
  await expect(runSuite(cases, udp({ workers: 1 }), (event) => events.push(event))).rejects.toMatchObject({ code: 'address-in-use' });
  const finished = events.filter(({ type }) => type === 'runFinished');
  expect(finished).toMatchObject([
    {
      result: {
        summary: { cases: 2, passed: 1, interrupted: 1 },
        cases: [
          { status: 'passed' },
          { status: 'interrupted', reason: expect.stringMatching(/^the run ended with an error before it: .* is taken/) },
        ],
      },
    },
  ]);
  expect(events.at(-1)).toBe(finished[0]);

  const alone: RunEvent[] = [];
  await expect(runSuite(scenario.cases, udp(), (event) => alone.push(event))).rejects.toMatchObject({ code: 'address-in-use' });
  expect(alone.filter(({ type }) => type === 'runFinished')).toMatchObject([
    { result: { summary: { cases: 1, interrupted: 1 }, cases: [{ status: 'interrupted', reason: expect.stringContaining('error') }] } },
  ]);
  await other.close();
});

test('over UDP a case of ours begins when the one before it has done what it does, or is waiting', async () => {
  const visits: { from: number; to: number }[] = [];
  const { enter } = Turnstile.prototype;
  const entering = jest.spyOn(Turnstile.prototype, 'enter').mockImplementation(async function (this: Turnstile) {
    const leave = await enter.call(this);
    const visit = { from: performance.now(), to: Number.POSITIVE_INFINITY };
    visits.push(visit);
    return () => {
      visit.to = Math.min(visit.to, performance.now());
      leave();
    };
  });
  const { result } = await play(kbCases(), udp({ timers: 'fast', workers: 8 }));
  entering.mockRestore();
  expect(visits.length).toBeGreaterThanOrEqual(2 * result.cases.length); // each enters again to be judged
  for (const [index, { from }] of visits.slice(1).entries()) {
    // Who waits is taken for gone after 100 ms.
    const before = visits[index];
    expect(from).toBeGreaterThanOrEqual(Math.min(before?.to ?? 0, (before?.from ?? 0) + 50));
  }
});

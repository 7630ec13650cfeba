import { PastCalls } from '../../../harness/lab/past-calls';
import { SeededRandom } from '../../../harness/platform/random';
import { runInVirtualTime } from '../../../harness/platform/virtual-time';
import type { Case } from '../../../harness/scenario/case';
import { loadScenario } from '../../../harness/scenario/load';
import { type CaseRun, runCase } from '../../../harness/scenario/run-case';
import { Turnstile } from '../../../harness/scenario/turnstile';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values';
import { labOptions, MemorySite } from '../lab/container/memory-site';

const ABSORBED = `
name: A container that hesitates
servers: { lcs: { domain: lab.example, quirks: [lcs2003], listeners: { default: { treatAllConnectionsAsServer: true, treatAllConnectionsAsTrusted: true } } } }
participants: { alice: { home: lcs }, bob: { home: lcs }, carol: { home: lcs, persona: plain }, dave: { home: lcs } }
`;

const PASSED = { result: { status: 'passed', reason: null } };

function caseOf(text: string): Case {
  const [only] = loadScenario(`${ABSORBED}${text}`, 'hesitant', '.').cases;
  if (!only) throw new Error('no case');
  return only;
}

/** @param hesitationOf how much later than it is told, and says that it was, the container at an address sends a message, ms */
async function play(played: Case, hesitant: string, hesitationOf: (text: string) => number): Promise<CaseRun> {
  const site = new MemorySite();
  const options = labOptions(site);
  return runInVirtualTime(
    site.clock,
    (async () => {
      await site.add('lcs', 'server', '10.0.0.10');
      for (const [index, name] of ['alice', 'bob', 'carol', 'dave'].entries()) await site.add(name, 'participant', `10.0.0.${20 + index}`);
      site.hesitate(hesitant, hesitationOf);
      const run = await runCase(played, {
        engine: options.engine,
        timers: RFC3261_TIMERS,
        horizonMs: 32_000,
        random: new SeededRandom(3),
        signal: new AbortController().signal,
        loop: undefined,
        external: undefined,
        site: site.site,
        drachtio: false,
        past: new PastCalls(),
        singleAddress: false,
        turnstile: new Turnstile(site.clock, 1, 1_000),
      });
      await site.stop();
      return run;
    })(),
  );
}

test.each([0, 5, 200])('a CANCEL that leaves %i ms after it was asked for is part of the case', async (ms) => {
  const cancelled = caseOf(`
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: ring }
  - carol: { invite: bob, as: second, after: first is ringing }
  - carol: { cancel: second, after: second is pending }
expect:
  second: [{ observed: 487, cancel: 200 }]
`);
  expect(await play(cancelled, '10.0.0.22', () => ms)).toMatchObject(PASSED);
});

test.each([0, 5, 200])('an answer that leaves %i ms after it was asked for is part of the case', async (ms) => {
  const answered = caseOf(`
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: ring }
  - carol: { invite: bob, as: second, after: first is ringing }
  - bob: { on: first, do: answer, after: second is pending }
expect:
  first: [{ observed: 200 }]
  second: [{ observed: pending, loss: { kind: swallowed, hop: lcs } }]
`);
  expect(await play(answered, '10.0.0.21', () => ms)).toMatchObject(PASSED);
});

test.each([0, 60, 200])(
  'a CANCEL that leaves %i ms after it was asked for is not taken for done by what else its sender sends',
  async (ms) => {
    const cancelled = caseOf(
      `
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: ring }
  - carol: { invite: bob, as: second, after: first is ringing }
  - dave: { on: third, do: ring }
  - carol: { invite: dave, as: third, after: second is pending }
  - carol: { cancel: second }
expect:
  second: [{ observed: 487, cancel: 200 }]
`,
    );
    const hesitationOf = (text: string): number => (text.startsWith('CANCEL') ? ms : Math.min(ms, 50));
    expect(await play(cancelled, '10.0.0.22', hesitationOf)).toMatchObject(PASSED);
  },
);

test('nobody waits for what an endpoint is told not to send', async () => {
  const answered = caseOf(`
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: ring }
  - bob: { on: first, do: ignore }
  - bob: { on: first, do: answer }
expect:
  first: [{ observed: 200 }]
`);
  const run = await play(answered, '10.0.0.21', () => 0);
  expect(run).toMatchObject(PASSED);
  const timeOf = (status: number): number | undefined => {
    const response = new RegExp(`^SIP/2.0 ${status} .*^CSeq: \\d+ INVITE`, 'ms');
    return run.trace.recorder.events.find(({ bytes }) => response.test(bytes.toString('latin1')))?.time;
  };
  expect(timeOf(200)).toBeLessThan((timeOf(180) ?? Number.NaN) + 100); // of virtual time
});

test('a case may be over at the moment of its last datagram', async () => {
  const words = caseOf(`
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: ring }
  - carol: { message: alice, as: words, text: hello, after: first is ringing }
expect:
  words: [{ observed: 200 }]
`);
  expect(await play(words, '10.0.0.21', () => 0)).toMatchObject(PASSED);
});

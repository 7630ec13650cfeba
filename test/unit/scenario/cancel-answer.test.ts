import { memoryEngine } from '../../../harness/lab/engine.js';
import { PastCalls } from '../../../harness/lab/past-calls.js';
import type { DatagramNetwork } from '../../../harness/platform/datagram-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { SipProxy } from '../../../harness/proxy/proxy.js';
import type { Case } from '../../../harness/scenario/case.js';
import { loadScenario } from '../../../harness/scenario/load.js';
import type { CaseResult } from '../../../harness/scenario/result.js';
import { runCase } from '../../../harness/scenario/run-case.js';
import type { ScenarioInput } from '../../../harness/scenario/scenario-schema.js';
import { Turnstile } from '../../../harness/scenario/turnstile.js';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';
import { sutAt } from '../lab/external-sut';

const PROXY = { address: '192.0.2.200', port: 5060 };
const SUT = sutAt(PROXY, { accounts: { '*': { user: '$name', password: 'secret' } } });

function scenario(cancel: number | number[], gives = true): ScenarioInput {
  return {
    name: 'carol gives up',
    servers: { lcs: { domain: 'lab.example' } },
    participants: { bob: { home: 'lcs' }, carol: { home: 'lcs' } },
    script: [
      { carol: { invite: 'bob', as: 'call' } },
      { bob: { on: 'call', do: 'ring' } },
      ...(gives ? [{ carol: { cancel: 'call', after: 'call is ringing' } }] : []),
    ],
    expect: { call: [{ observed: 487, cancel }] },
  };
}

const caseOf = (input: ScenarioInput): Case => loadScenario(input, 'gives-up', '.').cases[0] as Case;

/** A network in which a proxy's datagrams are rewritten, or lost where nothing is left of them. */
function rewriting(inner: DatagramNetwork, rewrite: (text: string) => string): DatagramNetwork {
  return {
    bind: async (local, handlers) => {
      const socket = await inner.bind(local, handlers);
      const send: typeof socket.send = (bytes, to, failed) => {
        const text = rewrite(bytes.toString('latin1'));
        if (text !== '') socket.send(Buffer.from(text, 'latin1'), to, failed);
      };
      return { ...socket, local: socket.local, send, close: () => socket.close() };
    },
  };
}

/** Plays the case against a proxy whose answers to CANCEL are rewritten. */
async function play(played: Case, rewrite: (answer: string) => string): Promise<CaseResult> {
  const random = new SeededRandom(1);
  const engine = memoryEngine(random);
  const proxy = new SipProxy({
    name: 'theirs',
    clock: engine.clock,
    random: new SeededRandom(2),
    network: rewriting(engine.network, (text) => (/^SIP\/2\.0 200/.test(text) && /^CSeq: \d+ CANCEL/m.test(text) ? rewrite(text) : text)),
    timers: RFC3261_TIMERS,
    domain: 'lab.example',
    trust: { listeners: [{ name: 'default' }], hosts: [], quirks: [] },
    peers: [],
    accounts: ['bob', 'carol'].map((user) => ({ user, password: 'secret' })),
    routes: [],
    listeners: [{ name: 'default', address: PROXY }],
  });
  await engine.complete(proxy.start());
  const { result } = await runCase(played, {
    engine,
    timers: RFC3261_TIMERS,
    horizonMs: 2_000,
    random,
    signal: new AbortController().signal,
    loop: undefined,
    external: SUT,
    site: undefined,
    drachtio: false,
    past: new PastCalls(),
    singleAddress: false,
    turnstile: new Turnstile(engine.clock, 1, 1_000),
  });
  await engine.complete(proxy.stop());
  expect(engine.leftovers()).toEqual({ sockets: 0, timers: 0 });
  return result;
}

const untouched = (text: string): string => text;

test('the response that a CANCEL got is told apart from that of its INVITE', async () => {
  const result = await play(caseOf(scenario(200)), untouched);
  expect(result).toMatchObject({ status: 'passed', attempts: [{ observed: 487, finalAtOriginator: 487, cancel: 200 }] });
});

test('a CANCEL that gets no response fails the case, although the INVITE gets its 487', async () => {
  const result = await play(caseOf(scenario(200)), () => '');
  expect(result).toMatchObject({
    status: 'failed',
    reason: "carol → bob: carol's CANCEL was to get 200, and got no response of its own",
    attempts: [{ observed: 487, cancel: null }],
  });
});

test('so does one that gets another, unless that is allowed', async () => {
  const refuse = (text: string): string => text.replace('200 OK', '481 Call/Transaction Does Not Exist');
  expect(await play(caseOf(scenario(200)), refuse)).toMatchObject({
    status: 'failed',
    reason: "carol → bob: carol's CANCEL was to get 200, and got 481",
  });
  expect(await play(caseOf(scenario([200, 481])), refuse)).toMatchObject({ status: 'passed', attempts: [{ cancel: 481 }] });
});

test('an answer that comes after the 487 is waited for', async () => {
  const slow: string[] = [];
  const result = await play(caseOf(scenario(200)), (text) => (slow.push(text) < 3 ? '' : text)); // what carol sends again is answered again
  expect(slow.length).toBe(3);
  expect(result).toMatchObject({ status: 'passed', attempts: [{ observed: 487, cancel: 200 }] });
});

test('to expect a response to a CANCEL that nobody sends is a mistake of the scenario', () => {
  expect(() => caseOf(scenario(200, false))).toThrow('no step cancels call: there is no CANCEL that could get a response');
});

test.each([[199], [700], [[]], ['200'], [[200, 'yes']]])('a code that no final response has is a mistake: %j', (cancel) => {
  expect(() => caseOf(scenario(cancel as number))).toThrow('expected a response code from 200 to 699, or a list of codes');
});

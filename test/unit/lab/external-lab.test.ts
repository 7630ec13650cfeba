import { type Engine, memoryEngine } from '../../../harness/lab/engine.js';
import { ExternalLab } from '../../../harness/lab/external-lab.js';
import type { ExternalSut } from '../../../harness/lab/external-sut.js';
import { PastCalls } from '../../../harness/lab/past-calls.js';
import type { Participant, Server, Topology } from '../../../harness/lab/topology.js';
import { delay } from '../../../harness/platform/clock.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { SipProxy } from '../../../harness/proxy/proxy.js';
import { FAST_TIMERS, RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';
import { sutAt } from './external-sut';

const PROXY = { address: '192.0.2.200', port: 5060 };

function client(name: string, server = 'lcs'): Participant {
  return {
    name,
    role: 'client',
    entrance: { server, listener: 'default' },
    account: true,
    persona: 'messenger',
    numbers: [],
    address: null,
  };
}

function server(name: string, over: Partial<Server> = {}): Server {
  const listener = { name: 'default', treatAllConnectionsAsTrusted: false, treatAllConnectionsAsServer: false, refuseClients: false };
  return { name, domain: `${name}.example`, quirks: [], address: null, listeners: [listener], hosts: [], routes: [], ...over };
}

function topology(over: Partial<Topology> = {}): Topology {
  return { servers: [server('lcs')], participants: [client('alice'), client('bob'), client('carol')], links: [], ...over };
}

const SUT = sutAt(PROXY, { accounts: { '*': { user: '$name', password: 'secret of $name' } } });

/** A proxy that is there before the lab and after it, in the same simulated network. */
async function runningProxy(engine: Engine, accounts: readonly { user: string; password: string }[]): Promise<SipProxy> {
  const proxy = new SipProxy({
    name: 'theirs',
    clock: engine.clock,
    random: new SeededRandom(99),
    network: engine.network,
    timers: RFC3261_TIMERS,
    domain: 'lcs.example',
    trust: { listeners: [{ name: 'default' }], hosts: [], quirks: [] },
    peers: [],
    accounts,
    routes: [],
    listeners: [{ name: 'default', address: PROXY }],
    digestAlgorithms: ['MD5'],
  });
  await proxy.start();
  return proxy;
}

const ACCOUNTS = ['alice', 'bob', 'carol'].map((user) => ({ user, password: `secret of ${user}` }));

interface Stage {
  readonly engine: Engine;
  readonly proxy: SipProxy;
  lab(sut?: Partial<ExternalSut>, of?: Topology): ExternalLab;
}

/** Does the work in a world with a proxy, and ends that proxy; nothing may be left then. */
async function play<T>(work: (stage: Stage) => Promise<T>, accounts = ACCOUNTS): Promise<T> {
  const random = new SeededRandom(1);
  const engine = memoryEngine(random);
  const past = new PastCalls();
  const lab = (sut: Partial<ExternalSut> = {}, of = topology()): ExternalLab =>
    new ExternalLab(of, { engine, timers: RFC3261_TIMERS, random, sut: { ...SUT, ...sut }, singleAddress: false, past });
  const outcome = await engine.complete(
    (async () => {
      const proxy = await runningProxy(engine, accounts);
      const result = await work({ engine, proxy, lab });
      await proxy.stop();
      return result;
    })(),
  );
  expect(engine.leftovers()).toEqual({ sockets: 0, timers: 0 });
  return outcome;
}

test('registers, calls, and leaves with nothing behind: no binding, no call', async () => {
  await play(async ({ engine, proxy, lab: make }) => {
    const lab = make();
    await lab.start();
    expect(proxy.bindings).toBe(3);
    const first = lab.endpoint('alice').invite(lab.addressOfRecord('bob'));
    await delay(engine.clock, 1000);
    const second = lab.endpoint('carol').invite(lab.addressOfRecord('bob'));
    await delay(engine.clock, 1000);
    expect({ first: first.state, second: second.state, status: second.finalStatus }).toEqual({
      first: 'ringing',
      second: 'rejected',
      status: 486,
    });
    await lab.stop();
    await delay(engine.clock, 1000);
    expect({ bindings: proxy.bindings, contexts: proxy.openContexts, first: first.state }).toEqual({
      bindings: 0,
      contexts: 0,
      first: 'cancelled',
    });
    expect(lab.journal).toEqual([]);
  });
});

test('whoever rings repeats his 180 by the clock of the proxy, not by our fast timers, so that a trace comes to rest', async () => {
  await play(async ({ engine, proxy }) => {
    const random = new SeededRandom(2);
    const past = new PastCalls();
    const lab = new ExternalLab(topology(), { engine, timers: FAST_TIMERS, random, sut: SUT, singleAddress: false, past });
    await lab.start();
    const call = lab.endpoint('alice').invite(lab.addressOfRecord('bob'));
    await delay(engine.clock, 30_000);
    const rung = lab.trace.events.filter(({ point, bytes }) => point === 'alice' && bytes.toString('latin1').startsWith('SIP/2.0 180'));
    expect({ state: call.state, rung: rung.length }).toEqual({ state: 'ringing', rung: 1 });
    await lab.stop();
    await delay(engine.clock, 1000);
    expect(proxy.openContexts).toBe(0);
  });
});

test('accounts may be called as they like; on the screen stand the names of the scenario', async () => {
  const accounts = [
    { user: 'u-alice', password: 'one' },
    { user: '1003', password: 'two' },
  ];
  await play(async ({ engine, lab: make }) => {
    const named = { '*': { user: 'u-$name', password: 'one' }, bob: { user: '1003', password: 'two' } };
    const lab = make({ accounts: named }, topology({ participants: [client('alice'), client('bob')] }));
    await lab.start();
    expect(lab.addressOfRecord('bob')).toBe('sip:1003@lcs.example');
    lab.endpoint('bob').onInvitation((call) => call.reject(486));
    const call = lab.endpoint('alice').invite(lab.addressOfRecord('bob'));
    await delay(engine.clock, 1000);
    expect(call.shown).toBe('Your request to have a voice conversation cannot be delivered to bob.');
    await lab.stop();
  }, accounts);
});

test('the proxy has its own domain', async () => {
  await play(async ({ lab: make }) => {
    const lab = make({ domain: 'lcs.example' }, topology({ servers: [server('lcs', { domain: 'lab.example' })] }));
    await lab.start();
    expect(lab.domainOf('bob')).toBe('lcs.example');
    expect(lab.nameOf(PROXY)).toBe('lcs');
    await lab.stop();
  });
});

test('a participant has the same address in every lab; given addresses are kept', async () => {
  await play(async ({ lab: make }) => {
    const addresses = { bob: { address: '192.0.2.77', port: 5099 } };
    const one = make();
    await one.start();
    const places = ['alice', 'carol'].map((name) => one.endpoint(name).address);
    await one.stop();
    const other = make({ addresses }, topology({ participants: [client('carol'), client('bob'), client('alice')] }));
    await other.start();
    expect(['alice', 'carol'].map((name) => other.endpoint(name).address)).toEqual(places);
    expect(other.endpoint('bob').address).toEqual(addresses.bob);
    await other.stop();
    const shared = make({ localAddress: '192.0.2.50' });
    await shared.start();
    expect(new Set(['alice', 'bob', 'carol'].map((name) => shared.endpoint(name).address.address))).toEqual(new Set(['192.0.2.50']));
    expect(shared.nameOf(shared.endpoint('bob').address)).toBe('bob');
    await shared.stop();
  });
});

test('a run with the seed of an earlier one uses none of its Call-IDs and branches again', async () => {
  await play(async ({ engine, lab: make }) => {
    const identifiers = async (): Promise<string[]> => {
      const lab = make();
      await lab.start();
      await lab.stop();
      await delay(engine.clock, 1000);
      return lab.trace.events.flatMap(({ bytes }) => bytes.toString('latin1').match(/(?<=branch=|Call-ID: )\S+/g) ?? []);
    };
    const first = new Set(await identifiers());
    const again = await identifiers();
    expect(again.filter((one) => first.has(one))).toEqual([]);
    expect(again.length).toBeGreaterThan(0);
  });
});

test('an INVITE of an earlier case that the proxy repeats is no call of the next case, whose callee is free', async () => {
  await play(async ({ engine, lab: make }) => {
    const earlier = make();
    await earlier.start();
    earlier.endpoint('alice').invite(earlier.addressOfRecord('bob'));
    await delay(engine.clock, 1000);
    const invite = earlier.trace.events.find(({ point, bytes }) => point === 'bob' && bytes.toString('latin1').startsWith('INVITE'));
    await earlier.stop();
    await delay(engine.clock, 40_000); // no transaction knows it any more

    const later = make();
    await later.start();
    const proxy = await engine.network.bind({ address: '192.0.2.199', port: 5060 }, { datagram: () => {} });
    if (invite) proxy.send(invite.bytes, later.endpoint('bob').address);
    await delay(engine.clock, 100);
    const call = later.endpoint('carol').invite(later.addressOfRecord('bob'));
    await delay(engine.clock, 1000);
    expect(invite).toBeDefined();
    expect(call.state).toBe('ringing');
    await later.stop();
    await proxy.close();
  });
});

test('of several servers the proxy stands for one, and the others are made here', async () => {
  const both = topology({ servers: [server('lcs'), server('pstn')], participants: [client('alice'), client('dave', 'pstn')] });
  await play(async ({ proxy, lab: make }) => {
    expect(() => make({}, both)).toThrow('the case has the servers lcs, pstn, and it is not said which of them the proxy stands for');
    expect(() => make({ server: 'east' }, both)).toThrow('the proxy stands for the server east, and the case has: lcs, pstn');
    const lab = make({ server: 'lcs' }, both);
    await lab.start(); // dave registers with a server of ours, whose password nobody gave
    expect(proxy.bindings).toBe(1);
    await lab.stop();
  });
});

test('a further listener has to be known', async () => {
  const [listener] = server('lcs').listeners;
  const listeners = listener ? [listener, { ...listener, name: 'telephony' }] : [];
  const two = topology({ servers: [server('lcs', { listeners })] });
  await play(async ({ lab: make }) => {
    expect(() => make({}, two)).toThrow('the case needs a listener "telephony" of lcs');
    const telephony = { address: '192.0.2.200', port: 5070 };
    const lab = make({ listeners: { telephony } }, two);
    await lab.start();
    expect(lab.addressOf({ server: 'lcs', listener: 'telephony' })).toEqual(telephony);
    expect([lab.nameOf(telephony), lab.nameOf(PROXY)]).toEqual(['lcs', 'lcs']);
    await lab.stop();
  });
});

test('a wrong password and no password are told apart, and no secret is told', async () => {
  const failure = (sut: Partial<ExternalSut>): Promise<Error> =>
    play(async ({ lab: make }) => {
      const lab = make(sut);
      const error = await lab.start().then(
        () => new Error('it registered'),
        (reason: Error) => reason,
      );
      await lab.stop();
      return error;
    });
  const wrong = await failure({ accounts: { '*': { user: '$name', password: 'mistyped' } } });
  expect(wrong).toMatchObject({ code: 'configuration', hint: expect.stringMatching(/another password for \w+, or no such user/) });
  expect(JSON.stringify([wrong.message, wrong])).not.toContain('mistyped');
  const none = await failure({ accounts: {} });
  expect(none).toMatchObject({ code: 'configuration', hint: expect.stringMatching(/it wants a password of \w+, and none was given/) });
});

test('a proxy that does not answer is missing from the environment', async () => {
  await play(async ({ lab: make }) => {
    const lab = make({ address: { address: '192.0.2.201', port: 5060 } });
    await expect(lab.start()).rejects.toMatchObject({ code: 'environment', hint: expect.stringContaining('busyhere doctor') });
    await lab.stop();
  });
});

import { memoryEngine } from '../../../harness/lab/engine.js';
import { InProcessLab } from '../../../harness/lab/in-process-lab.js';
import type { LabElement } from '../../../harness/lab/make-server.js';
import type { HostSettings, Participant, Server, Topology } from '../../../harness/lab/topology.js';
import { delay } from '../../../harness/platform/clock.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values.js';

function client(name: string): Participant {
  return {
    name,
    role: 'client',
    entrance: { server: 'lcs', listener: 'default' },
    account: true,
    persona: 'messenger',
    numbers: [],
    address: null,
  };
}

function topology(hosts: readonly HostSettings[]): Topology {
  const listener = { name: 'default', treatAllConnectionsAsTrusted: false, treatAllConnectionsAsServer: false, refuseClients: false };
  const server: Server = {
    name: 'lcs',
    domain: 'lab.example',
    quirks: ['lcs2003'],
    address: null,
    listeners: [listener],
    hosts,
    routes: [],
  };
  return { links: [], servers: [server], participants: [client('alice'), client('bob'), client('carol')] };
}

const wideMask: HostSettings = {
  address: { kind: 'name', name: 'alice', prefixLength: 24 },
  port: null,
  outboundOnly: false,
  throttleAsServer: true,
  treatAsAuthenticated: true,
};

/** alice calls bob, who rings; carol calls bob; what carol got within a minute. */
async function play(hosts: readonly HostSettings[], seed: number) {
  const random = new SeededRandom(seed);
  const engine = memoryEngine(random);
  const lab = new InProcessLab(topology(hosts), { engine, timers: RFC3261_TIMERS, random });
  const outcome = await engine.complete(
    (async () => {
      await lab.start();
      const first = lab.endpoint('alice').invite('sip:bob@lab.example');
      await delay(engine.clock, 1_000);
      const second = lab.endpoint('carol').invite('sip:bob@lab.example');
      await delay(engine.clock, 60_000);
      const calls = { first: first.state, second: second.state, shown: second.shown };
      await lab.stop();
      return calls;
    })(),
  );
  const wire = lab.trace.events
    .map(({ time, point, sighting, bytes }) => `${time} ${point} ${sighting}\n${bytes.toString('latin1')}`)
    .join('\n');
  return { ...outcome, lab, wire, leftovers: engine.leftovers() };
}

test('without trust in clients carol gets the 486, and nothing is left', async () => {
  const { first, second, shown, leftovers } = await play([], 1);
  expect({ first, second, shown, leftovers }).toEqual({
    first: 'ringing',
    second: 'rejected',
    shown: 'Your request to have a voice conversation cannot be delivered to bob.',
    leftovers: { sockets: 0, timers: 0 },
  });
});

test('with a mask that covers the clients the 486 ends at the server, and its journal says by which setting', async () => {
  const { first, second, shown, lab } = await play([wideMask], 1);
  expect({ first, second, shown }).toEqual({ first: 'ringing', second: 'proceeding', shown: null });
  expect(lab.journal.map(({ decision }) => decision)).toContain('absorb 486');
});

test('the same seed gives the same traffic to the octet, another seed other traffic', async () => {
  const [one, again, other] = [await play([], 7), await play([], 7), await play([], 8)];
  expect(one.wire).toBe(again.wire);
  expect(one.wire).not.toBe(other.wire);
});

test('a worse link delays what passes it, in both directions, and nothing else; the trace shows when it was sent', async () => {
  const random = new SeededRandom(3);
  const engine = memoryEngine(random);
  const links = [{ between: ['lcs', 'bob'] as const, quality: { delayMs: 50 } }];
  const lab = new InProcessLab({ ...topology([]), links }, { engine, timers: RFC3261_TIMERS, random });
  await engine.complete(lab.start().then(() => lab.stop()));
  const journey = (from: string, to: string): number => {
    const passing = lab.trace.events.filter(({ source, destination }) => lab.nameOf(source) === from && lab.nameOf(destination) === to);
    const [sent, received] = [passing.find(({ sighting }) => sighting === 'sent'), passing.find(({ sighting }) => sighting === 'received')];
    return Math.round((received?.time ?? Number.NaN) - (sent?.time ?? Number.NaN));
  };
  expect([journey('bob', 'lcs'), journey('lcs', 'bob')]).toEqual([50, 50]);
  expect([journey('carol', 'lcs'), journey('lcs', 'carol')]).toEqual([0, 0]);
  expect(engine.leftovers()).toEqual({ sockets: 0, timers: 0 });
});

test('nobody is waited for any more who does not answer, once the lab is not wanted', async () => {
  const random = new SeededRandom(1);
  const engine = memoryEngine(random);
  const end = new AbortController();
  const mute = (): LabElement => ({ start: () => Promise.resolve(), stop: () => Promise.resolve() });
  const lab = new InProcessLab(topology([]), { engine, timers: RFC3261_TIMERS, random, makeServer: mute, signal: end.signal });
  engine.clock.setTimer(100, () => end.abort(new Error('enough')));
  await engine.complete(
    (async () => {
      await expect(lab.start()).rejects.toThrow('enough');
      await lab.stop();
    })(),
  );
  expect(engine.clock.now()).toBeLessThan(200); // not Timer F
  expect(engine.leftovers()).toEqual({ sockets: 0, timers: 0 });
});

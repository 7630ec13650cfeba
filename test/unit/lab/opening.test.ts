import { type Engine, memoryEngine } from '../../../harness/lab/engine';
import { InProcessLab } from '../../../harness/lab/in-process-lab';
import { type MakeEndpoint, makeChosenEndpoint } from '../../../harness/lab/make-endpoint';
import type { Participant, Topology } from '../../../harness/lab/topology';
import { delay } from '../../../harness/platform/clock';
import { BusyhereError } from '../../../harness/platform/errors';
import { SeededRandom } from '../../../harness/platform/random';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values';

const entrance = { server: 'lcs', listener: 'default' };
const client = (name: string): Participant => ({
  name,
  role: 'client',
  entrance,
  account: true,
  persona: 'plain',
  numbers: [],
  address: null,
});
const listener = { name: 'default', treatAllConnectionsAsTrusted: false, treatAllConnectionsAsServer: false, refuseClients: false };
const TOPOLOGY: Topology = {
  links: [],
  servers: [{ name: 'lcs', domain: 'lab.example', quirks: [], address: null, listeners: [listener], hosts: [], routes: [] }],
  participants: [client('bob'), client('carol')],
};

/** A network whose sockets take a while to open, as those of programs do. */
function slowEngine(random: SeededRandom): Engine {
  const engine = memoryEngine(random);
  const { clock, network } = engine;
  return { ...engine, network: { bind: (local, handlers) => delay(clock, 10).then(() => network.bind(local, handlers)) } };
}

/** @param failures what becomes of bob's starts, one after the other */
async function open(
  failures: BusyhereError[],
): Promise<{ error: unknown; leftovers: ReturnType<Engine['leftovers']>; starts: number; told: number }> {
  const random = new SeededRandom(1);
  const engine = slowEngine(random);
  let starts = 0;
  const makeEndpoint: MakeEndpoint = (plan) => {
    const endpoint = makeChosenEndpoint(plan);
    if (plan.participant.name !== 'bob') return endpoint;
    const start = endpoint.start.bind(endpoint);
    endpoint.start = async () => {
      const failure = failures[starts++];
      if (failure) plan.outputs.tell({ participant: 'bob', program: 'sipp', exitCode: 254, remarks: [] });
      if (failure) throw failure;
      await start();
    };
    return endpoint;
  };
  const lab = new InProcessLab(TOPOLOGY, { engine, timers: RFC3261_TIMERS, random, makeEndpoint });
  const error = await engine.complete(
    lab.start().then(
      () => lab.stop(),
      (thrown: unknown) => thrown,
    ),
  );
  await engine.complete(delay(engine.clock, 60_000));
  return { error, leftovers: engine.leftovers(), starts, told: lab.outputs.reports.length };
}

describe('a lab of which one cannot start', () => {
  const taken = (): BusyhereError => new BusyhereError('address-in-use', 'taken');

  it('closes those that open their sockets later than that', async () => {
    const unreadable = new BusyhereError('scenario', 'no file');
    expect(await open([unreadable])).toEqual({ error: unreadable, leftovers: { sockets: 0, timers: 0 }, starts: 1, told: 1 });
  });

  it('goes on to other addresses where its own is taken, with nothing left of those before', async () => {
    expect(await open([taken(), taken()])).toEqual({ error: undefined, leftovers: { sockets: 0, timers: 0 }, starts: 3, told: 0 });
  });
});

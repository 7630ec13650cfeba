import { admit } from '../../../../harness/lab/container/admission.js';
import type { Command } from '../../../../harness/lab/container/control-message.js';
import { ElementTable } from '../../../../harness/lab/container/element-table.js';
import type { HostRole } from '../../../../harness/lab/container/role.js';
import { MemoryNetwork } from '../../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { FAST_TIMERS } from '../../../../harness/transaction/timer-values.js';

type Opening = Extract<Command, { do: 'openEndpoint' | 'openServer' }>;

const common = { name: 'x', timers: FAST_TIMERS, seed: 1, links: [], domain: 'lab.example' };

function endpoint(role: 'client' | 'gateway'): Opening {
  const address = { address: '10.0.0.1', port: 5070 };
  return { do: 'openEndpoint', element: 'case1/x', settings: { ...common, address, role, persona: 'plain', endpoint: 'own', numbers: [] } };
}

function server(drachtioGuardMs?: number): Opening {
  const settings = { ...common, trust: { listeners: [], hosts: [], quirks: [] }, peers: [], accounts: [], routes: [], recordRoute: false };
  const listeners = [{ name: 'default', address: { address: '10.0.0.1', port: 5070 } }];
  const guard = drachtioGuardMs === undefined ? {} : { drachtioGuardMs };
  return { do: 'openServer', element: 'case1/x', settings: { ...settings, listeners, ...guard } };
}

const OPENINGS = { endpoint: endpoint('client'), gateway: endpoint('gateway'), proxy: server(), B2BUA: server(1_000) };

it.each<[HostRole['role'], (keyof typeof OPENINGS)[]]>([
  ['endpoint', ['endpoint', 'gateway']],
  ['gateway', ['gateway']],
  ['proxy', ['proxy', 'B2BUA']],
  ['b2bua', ['B2BUA']],
])('a container of the role %s takes in %j and nothing else', (role, kinds) => {
  const taken = Object.entries(OPENINGS).filter(([, opening]) => {
    try {
      admit({ role, name: 'host' }, opening);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining(`the role ${role}`) });
      return false;
    }
  });
  expect(taken.map(([kind]) => kind)).toEqual(kinds);
});

it('says what the container is, what it was to take in, and which role it needs for that', async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: new SeededRandom(1) });
  const table = new ElementTable({ role: 'proxy', name: 'pstn' }, { clock, network }, () => {});
  await expect(table.execute(endpoint('client'))).rejects.toMatchObject({
    code: 'configuration',
    message: 'the container pstn has the role proxy, which is no place for an endpoint: case1/x',
    hint: 'give it the role endpoint',
  });
  expect(table.size).toBe(0);

  await table.execute(server());
  expect(table.size).toBe(1);
  await table.stop();
  expect([network.openSockets, clock.pendingTimers]).toEqual([0, 0]);
});

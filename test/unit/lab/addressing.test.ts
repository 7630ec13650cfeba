import { type AddressBlock, LoopbackPlan, SimulatedPlan, SingleAddressPlan } from '../../../harness/lab/address-plan.js';
import { Addressing } from '../../../harness/lab/addressing.js';
import type { Participant, Server, Topology } from '../../../harness/lab/topology.js';
import { SeededRandom } from '../../../harness/platform/random.js';

function listener(name: string) {
  return { name, treatAllConnectionsAsTrusted: false, treatAllConnectionsAsServer: false, refuseClients: false };
}

const server: Server = {
  name: 'lcs',
  domain: 'lab.example',
  quirks: [],
  address: null,
  listeners: [listener('default'), listener('gateway')],
  hosts: [],
  routes: [{ kind: 'number', pattern: '+1*', nextHop: 'gateway', nextHopRole: 'gateway', from: 'gateway' }],
};

function participant(name: string, address: string | null = null): Participant {
  return {
    name,
    role: 'client',
    entrance: { server: 'lcs', listener: 'default' },
    account: true,
    persona: 'messenger',
    numbers: [],
    address,
  };
}

const topology: Topology = { links: [], servers: [server], participants: [participant('alice'), participant('gateway')] };

function placed(block: AddressBlock): Addressing {
  return new Addressing(topology, block);
}

const flags = { outboundOnly: false, throttleAsServer: true, treatAsAuthenticated: true };

describe('where every host has an address of its own', () => {
  const addressing = placed(new SimulatedPlan().nextBlock());

  test('listeners and participants sit on the well-known port', () => {
    expect(addressing.entrance({ server: 'lcs', listener: 'default' })).toEqual({ address: '192.0.2.2', port: 5060 });
    expect(addressing.entrance({ server: 'lcs', listener: 'gateway' })).toEqual({ address: '192.0.2.3', port: 5060 });
    expect(addressing.participant('gateway')).toEqual({ address: '192.0.2.5', port: 5060 });
  });

  test('both listeners, and any port of a host, have the host’s name', () => {
    expect(addressing.nameOf({ address: '192.0.2.2', port: 5060 })).toBe('lcs');
    expect(addressing.nameOf({ address: '192.0.2.3', port: 5060 })).toBe('lcs');
    expect(addressing.nameOf({ address: '192.0.2.4', port: 40_000 })).toBe('alice');
    expect(addressing.nameOf({ address: '192.0.2.99', port: 5060 })).toBeUndefined();
  });

  test('a name among the authorised hosts is the host, with a prefix length the network around it', () => {
    const host = { address: { kind: 'name', name: 'gateway', prefixLength: null }, port: null, ...flags } as const;
    expect(addressing.hostTrust(host, [server])).toEqual({ address: '192.0.2.5', ...flags });
    const mask = { ...host, address: { kind: 'name', name: 'gateway', prefixLength: 24 } } as const;
    expect(addressing.hostTrust(mask, [server])).toEqual({ address: '192.0.2.5/24', ...flags });
    const literal = { ...host, address: { kind: 'literal', text: '10.0.0.0/8' }, port: 5070 } as const;
    expect(addressing.hostTrust(literal, [server])).toEqual({ address: '10.0.0.0/8', port: 5070, ...flags });
  });

  test('a next hop gets its role by address', () => {
    expect(addressing.peer(server.routes[0] as Server['routes'][0], [server])).toEqual({ role: 'gateway', address: '192.0.2.5' });
  });
});

describe('where all share one address', () => {
  const addressing = placed(new SingleAddressPlan(new SeededRandom(1)).nextBlock());

  test('ports tell hosts apart, in trust entries and roles too', () => {
    const gateway = addressing.participant('gateway');
    expect(gateway.address).toBe('127.0.0.1');
    expect(gateway.port).not.toBe(addressing.participant('alice').port);
    const host = { address: { kind: 'name', name: 'gateway', prefixLength: null }, port: null, ...flags } as const;
    expect(addressing.hostTrust(host, [server])).toEqual({ address: '127.0.0.1', port: gateway.port, ...flags });
    const block = { ...host, address: { kind: 'name', name: 'gateway', prefixLength: 32 } } as const;
    expect(addressing.hostTrust(block, [server])).toEqual({ address: '127.0.0.1', port: gateway.port, ...flags });
    expect(addressing.peer(server.routes[0] as Server['routes'][0], [server])).toEqual({ role: 'gateway', ...gateway });
    expect(addressing.nameOf({ address: '127.0.0.1', port: 9 })).toBeUndefined();
  });

  test('a mask still covers everybody', () => {
    const mask = { address: { kind: 'name', name: 'gateway', prefixLength: 24 }, port: null, ...flags } as const;
    expect(addressing.hostTrust(mask, [server])).toEqual({ address: '127.0.0.1/24', ...flags });
  });
});

test('an address that was asked for is used as it is, and one that is none is refused', () => {
  const asked: Topology = {
    links: [],
    servers: [{ ...server, address: '127.0.0.9:5070' }],
    participants: [participant('alice', '127.0.0.8')],
  };
  const addressing = new Addressing(asked, new SimulatedPlan().nextBlock());
  expect(addressing.entrance({ server: 'lcs', listener: 'gateway' })).toEqual({ address: '127.0.0.9', port: 5071 });
  expect(addressing.participant('alice')).toEqual({ address: '127.0.0.8', port: 5060 });
  const wrong: Topology = { links: [], servers: [], participants: [participant('alice', 'nowhere')] };
  expect(() => new Addressing(wrong, new SimulatedPlan().nextBlock())).toThrow('nowhere is no IP address');
});

test('blocks follow from the seed, one after the other, all on loopback', () => {
  const blocks = (seed: number): string[] => {
    const plan = new LoopbackPlan(new SeededRandom(seed));
    return Array.from({ length: 300 }, () => plan.nextBlock().name);
  };
  expect(blocks(1)).toEqual(blocks(1));
  expect(new Set(blocks(1)).size).toBe(300);
  for (const name of blocks(7)) expect(name).toMatch(/^127\.(?:[2-9]|[1-9]\d|1\d\d|2[0-4]\d|25[01])\.\d+\.0\/24$/);
});

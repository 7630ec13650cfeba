import os, { type NetworkInterfaceInfo } from 'node:os';
import type { DatagramNetwork } from '../../../harness/platform/datagram-network.js';
import { BusyhereError } from '../../../harness/platform/errors.js';
import { containerReach } from '../../../harness/testcontainers/container-reach.js';

function own(address: string, internal = false): NetworkInterfaceInfo {
  return { address, internal, family: 'IPv4', netmask: '255.255.0.0', mac: '00:00:00:00:00:00', cidr: `${address}/16` };
}

let open = 0;

/** A machine that has this address besides those of its running interfaces. */
const sockets: DatagramNetwork = {
  bind: async (local) => {
    if (local.address !== '172.20.0.1') throw new BusyhereError('address-unavailable', `${local.address} is not here`);
    open += 1;
    return {
      local,
      send: () => {},
      close: async () => {
        open -= 1;
      },
    };
  },
};

beforeEach(() => {
  jest.spyOn(os, 'networkInterfaces').mockReturnValue({ lo: [own('127.0.0.1', true)], eth0: [own('172.18.0.5')] });
});

afterEach(() => {
  jest.restoreAllMocks();
  expect(open).toBe(0);
});

it.each([
  ['address', 'we are a container in it', [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }]],
  ['address', 'one of its ranges is ours', [{ Subnet: 'fd00:18::/64', Gateway: 'fd00:18::1' }, { Subnet: '172.18.0.0/24' }]],
  ['address', 'we are the gateway of a network that has no container yet', [{ Subnet: '172.20.0.0/16', Gateway: '172.20.0.1' }]],
  ['loopback', 'the gateway is somebody else', [{ Subnet: '172.19.0.0/16', Gateway: '172.19.0.1' }]],
  ['loopback', 'our address is beside it', [{ Subnet: '172.18.1.0/24' }]],
  ['loopback', 'it is of the kind that everybody has', [{ Subnet: '127.0.0.0/8' }]],
  ['loopback', 'nothing is known of it', [{}]],
])('by %s: %s', async (reach, _, ranges) => {
  expect(await containerReach(ranges, sockets)).toBe(reach);
});

import type Docker from 'dockerode';
import { DockerSite } from '../../../../harness/lab/docker/docker-site.js';
import { BusyhereError, type ErrorCode } from '../../../../harness/platform/errors.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { MemoryStreams } from '../../drachtio/memory-streams';

/** A run's lab in an engine whose networks this machine cannot open a socket in. */
function opening(code: ErrorCode) {
  const networks: string[] = [];
  const engine = {
    createNetwork: async ({ Name }: { Name: string }) => {
      networks.push(Name);
      return { id: 'n1' };
    },
    getNetwork: () => ({ remove: async () => void networks.pop() }),
  };
  const clock = new VirtualClock();
  const site = DockerSite.open({
    engine: engine as unknown as Docker,
    images: { lab: 'lab', capture: 'capture' },
    clock,
    streams: new MemoryStreams(clock),
    random: new SeededRandom(1),
    network: { bind: ({ address }) => Promise.reject(new BusyhereError(code, `cannot open a UDP socket on ${address}:0`)) },
    hosts: [{ name: 'proxy', kind: 'server' }],
    prefix: '10.84.7',
    signal: new AbortController().signal,
  });
  return { site, networks };
}

describe('a lab whose network is not this machine’s', () => {
  it('is refused with what to do, and leaves no network', async () => {
    const { site, networks } = opening('address-unavailable');
    await expect(site).rejects.toMatchObject({
      code: 'environment',
      message: 'this machine does not reach the network of the containers: it has no address 10.84.7.1 in it',
      hint: expect.stringContaining('docker compose up'),
    });
    expect(networks).toEqual([]);
  });

  it('is not what any other failure is taken for', async () => {
    const { site, networks } = opening('address-in-use');
    await expect(site).rejects.toMatchObject({ code: 'address-in-use' });
    expect(networks).toEqual([]);
  });
});

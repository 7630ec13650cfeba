import type Docker from 'dockerode';
import { createLabNetwork } from '../../../../harness/lab/docker/lab-network.js';
import { SeededRandom } from '../../../../harness/platform/random.js';

/** An engine in which some networks are taken. */
function engineWith(isTaken: (subnet: string) => boolean) {
  const asked: string[] = [];
  const createNetwork = async ({ IPAM }: { IPAM: { Config: { Subnet: string }[] } }) => {
    const subnet = IPAM.Config[0]?.Subnet ?? '';
    asked.push(subnet);
    if (isTaken(subnet))
      throw Object.assign(new Error('(HTTP code 403)'), { json: { message: 'Pool overlaps with other one on this address space' } });
    return { id: 'n1' };
  };
  return { engine: { createNetwork } as unknown as Docker, asked };
}

const wish = { name: 'busyhere-1', labels: {}, random: new SeededRandom(1) };

describe('the network of a run', () => {
  it('passes over addresses that are taken', async () => {
    const { engine, asked } = engineWith(() => asked.length < 3);
    const network = await createLabNetwork(engine, { ...wish, prefix: undefined });
    expect(new Set(asked).size).toBe(3);
    expect(asked.at(-1)).toBe(`${network.gateway.replace(/1$/, '')}0/24`);
    expect(network.address(20)).toBe(network.gateway.replace(/1$/, '20'));
  });

  it('gives up where all are', async () => {
    const { engine } = engineWith(() => true);
    await expect(createLabNetwork(engine, { ...wish, prefix: undefined })).rejects.toMatchObject({
      code: 'environment',
      hint: expect.stringContaining('BUSYHERE_NETWORK'),
    });
  });

  it('has the addresses that were asked for, or none', async () => {
    const free = engineWith(() => false);
    expect((await createLabNetwork(free.engine, { ...wish, prefix: '10.99.7' })).gateway).toBe('10.99.7.1');
    const taken = engineWith(() => true);
    await expect(createLabNetwork(taken.engine, { ...wish, prefix: '10.99.7' })).rejects.toMatchObject({ code: 'environment' });
    expect(taken.asked).toEqual(['10.99.7.0/24']);
  });

  it.each(['10.84', '10.84.7.0', '10.84.300', 'lab', '10.84.7/24'])('is not where %s is', async (prefix) => {
    const { engine, asked } = engineWith(() => false);
    await expect(createLabNetwork(engine, { ...wish, prefix })).rejects.toMatchObject({ code: 'usage' });
    expect(asked).toEqual([]);
  });
});

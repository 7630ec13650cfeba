import type Docker from 'dockerode';
import { examineReach } from '../../../harness/cli/doctor-docker.js';

/** An engine whose bridge has these gateways; undefined: it has no bridge. */
function engineWith(gateways: readonly string[] | undefined): Docker {
  const inspect = async () => {
    if (!gateways) throw Object.assign(new Error('no such network'), { statusCode: 404 });
    return { IPAM: { Config: gateways.map((Gateway) => ({ Gateway })) } };
  };
  return { getNetwork: () => ({ inspect }) } as unknown as Docker;
}

describe('the doctor, asked whether containers can be reached', () => {
  it('says so where the bridge’s gateway is this machine’s', async () => {
    const looked: string[] = [];
    const finding = await examineReach(engineWith(['fd00::1', '172.17.0.1']), async (address) => looked.push(address) > 0, 'bad');
    expect(finding).toEqual({
      state: 'good',
      text: 'containers can be reached from here by their addresses: 172.17.0.1 is this machine’s',
    });
    expect(looked).toEqual(['172.17.0.1']);
  });

  it('says what to do where it is another machine’s, virtual or not', async () => {
    const finding = await examineReach(engineWith(['172.17.0.1']), async () => false, 'bad');
    expect(finding).toEqual({ state: 'bad', text: expect.stringContaining('docker compose up') });
  });

  it.each([
    ['has no bridge', undefined],
    ['has a bridge without addresses', []],
  ])('claims nothing where the engine %s', async (_, gateways) => {
    const finding = await examineReach(engineWith(gateways), async () => true, 'bad');
    expect(finding).toEqual({ state: 'missing', text: expect.stringContaining('not known') });
  });
});

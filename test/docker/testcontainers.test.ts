import os from 'node:os';
import type Docker from 'dockerode';
import { Network, type StartedNetwork, type StartedTestContainer } from 'testcontainers';
import { connectEngine } from '../../harness/lab/docker/docker-engine.js';
import { UdpNetwork } from '../../harness/platform/udp-network.js';
import {
  type EndpointContainer,
  type IncomingCall,
  type OutgoingCall,
  type ProxyContainer,
  startEndpointContainer,
  startProxyContainer,
} from '../../harness/testcontainers/index.js';
import { describeWithEngine } from './engine';

jest.setTimeout(240_000); // the first that needs the image builds it
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'; // an image of its own, which is not everywhere to be had

const DOMAIN = 'lab.example';
const FAULT = {
  listeners: [{ name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true }],
  quirks: ['lcs2003' as const],
};

/** Resolves when the call is in one of the states. */
function reaches(call: OutgoingCall, ...states: OutgoingCall['state'][]): Promise<string> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (states.includes(call.state)) resolve(call.state);
    };
    call.onChange(look);
    look();
  });
}

async function inspected(container: StartedTestContainer): Promise<Docker.ContainerInspectInfo> {
  return (await connectEngine()).getContainer(container.getId()).inspect();
}

describeWithEngine('the lab in somebody’s own tests', () => {
  let network: StartedNetwork;
  let proxy: ProxyContainer;
  const endpoints: EndpointContainer[] = [];

  beforeAll(async () => {
    network = await new Network().start();
    const names = ['alice', 'bob', 'carol'];
    const accounts = names.map((user) => ({ user, password: `${user}-secret` }));
    proxy = await startProxyContainer({ network, domain: DOMAIN, accounts });
    const start = (user: string): Promise<EndpointContainer> =>
      startEndpointContainer({ network, user, domain: DOMAIN, outbound: proxy.address, account: { user, password: `${user}-secret` } });
    endpoints.push(...(await Promise.all(names.map(start))));
    await Promise.all(endpoints.map(({ endpoint }) => endpoint.register()));
  });

  afterAll(async () => {
    await Promise.all([...endpoints, proxy].map((one) => one?.stop()));
    await network?.stop();
  });

  it('lets a busy response through, and under other trust does not', async () => {
    const [alice, bob, carol] = endpoints.map(({ endpoint }) => endpoint);
    const invited = new Promise<IncomingCall>((resolve) => {
      bob?.onInvitation((call) => {
        call.ring();
        resolve(call);
      });
    });
    const first = alice?.invite(`sip:bob@${DOMAIN}`) as OutgoingCall;
    expect(await reaches(first, 'ringing')).toBe('ringing');
    expect((await invited).from).toBe(`sip:alice@${DOMAIN}`);

    const second = carol?.invite(`sip:bob@${DOMAIN}`) as OutgoingCall;
    expect(await reaches(second, 'rejected', 'failed')).toBe('rejected');
    expect(second.finalStatus).toBe(486);

    await proxy.setTrust(FAULT); // registrations and alice's call stay
    const third = carol?.invite(`sip:bob@${DOMAIN}`) as OutgoingCall;
    const absorbed = (): boolean => proxy.journal.some(({ decision }) => decision === 'absorb 486');
    for (const begun = Date.now(); !absorbed() && Date.now() - begun < 10_000; ) await carol?.options(`sip:${DOMAIN}`).done;
    expect(absorbed()).toBe(true);
    expect(third.finalStatus).toBeUndefined();

    third.cancel();
    expect(await reaches(third, 'cancelled')).toBe('cancelled');
    first.hangUp();
    expect(await reaches(first, 'cancelled')).toBe('cancelled');
  });

  it('publishes nothing, is in its network alone, and may do no more than the hosts of a run', async () => {
    for (const { container } of [proxy, ...endpoints]) {
      const { HostConfig, NetworkSettings, Config } = await inspected(container);
      expect(Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? [])).toEqual([]);
      expect(HostConfig.PortBindings ?? {}).toEqual({});
      expect(Object.keys(NetworkSettings.Networks)).toEqual([network.getName()]);
      expect(HostConfig).toMatchObject({
        Privileged: false,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: 64,
        Init: true,
      });
      expect(HostConfig.CapAdd ?? []).toEqual([]);
      expect(Config.User).toBe('busyhere');
    }
  });

  it('is reached through this machine’s loopback address alone where it cannot be by its own', async () => {
    const spies = [
      jest.spyOn(os, 'networkInterfaces').mockReturnValue({}),
      jest.spyOn(UdpNetwork.prototype, 'bind').mockRejectedValue(new Error('somebody else’s address')),
    ];
    const account = { user: 'alice', password: 'alice-secret' };
    const dave = await startEndpointContainer({ network, user: 'alice', alias: 'dave', domain: DOMAIN, outbound: proxy.address, account });
    for (const spy of spies) spy.mockRestore();
    try {
      await dave.endpoint.register();
      const { NetworkSettings, HostConfig } = await inspected(dave.container);
      expect(NetworkSettings.Ports).toEqual({ '7060/tcp': [{ HostIp: '127.0.0.1', HostPort: expect.stringMatching(/^\d+$/) }] });
      expect(HostConfig.ReadonlyRootfs).toBe(true);
    } finally {
      await dave.stop();
    }
  });

  it('refuses the trust of a listener that is not there, and names those that are', async () => {
    const listeners = [{ name: 'pstn', treatAllConnectionsAsTrusted: true }];
    const refusal = { code: 'configuration', message: 'trust: the proxy has no listener "pstn"; it has "default"' };
    await expect(proxy.setTrust({ listeners })).rejects.toMatchObject(refusal);
    await expect(startProxyContainer({ network, domain: DOMAIN, trust: { listeners } })).rejects.toMatchObject(refusal);
  });

  it('tells what could not be done while nobody waited for it, and leaves no container', async () => {
    const erin = await startEndpointContainer({ network, user: 'erin', domain: DOMAIN, outbound: proxy.address });
    await (await connectEngine()).getContainer(erin.container.getId()).kill();
    const call = erin.endpoint.invite(`sip:bob@${DOMAIN}`);
    expect(await reaches(call, 'failed')).toBe('failed');
    await expect(erin.stop()).rejects.toMatchObject({
      code: 'transport',
      message: expect.stringContaining('erin does not answer any more'),
    });
    await expect(inspected(erin.container)).rejects.toMatchObject({ statusCode: 404 });
  });
});

import { Network, type StartedNetwork } from 'testcontainers';
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
});

import type { ExternalSut } from '../../../harness/lab/external-sut.js';
import { needsOf } from '../../../harness/lab/sut-needs.js';
import { loadScenario } from '../../../harness/scenario/load.js';

const SCENARIO = `name: Telephony
servers:
  lcs: { domain: lab.example }
participants:
  bob: { home: lcs }
  mallory: { home: lcs, account: false }
  gateway: { role: gateway, at: lcs, numbers: { "+1*": answer } }
profiles:
  own-listener:
    servers:
      lcs:
        listeners: { users: {}, telephony: { treatAllConnectionsAsTrusted: true } }
        hosts: [{ address: gateway/32, treatAsAuthenticated: true, throttleAsServer: true }]
        routes: [{ number: "+1*", to: gateway, from: telephony }]
    participants: { gateway: { at: lcs/telephony } }
  own-server:
    servers:
      lcs: { routes: [{ number: "+1*", to: pstn }] }
      pstn: { domain: pstn.example }
    participants: { gateway: { at: pstn } }
matrix: { trust: [own-listener, own-server] }
script: [{ mallory: { invite: bob, as: first } }]
expect: { first: [{ observed: 407 }] }
`;

const SUT: ExternalSut = {
  address: { address: '192.0.2.1', port: 5060 },
  listeners: { telephony: { address: '192.0.2.1', port: 5070 } },
  server: 'lcs',
  domain: null,
  accounts: { '*': { user: 'u-$name', password: null } },
  localAddress: '192.0.2.9',
  addresses: { gateway: { address: '192.0.2.9', port: 5080 }, bob: { address: '192.0.2.9', port: 5081 } },
  trust: [],
  horizonMs: 2000,
};

const [ownListener, ownServer] = loadScenario(SCENARIO, 'telephony', '.').cases.map((one) => needsOf(SUT, one, false));

test('accounts, addresses, routes and trust of a case, as the proxy must have them', () => {
  const proxy = { address: '192.0.2.1', port: 5060 };
  expect(ownListener).toMatchObject({
    server: 'lcs',
    domain: 'lab.example',
    users: [{ name: 'bob', user: 'u-bob', password: null, domain: 'lab.example', local: { address: '192.0.2.9', port: 5081 }, proxy }],
    strangers: [
      expect.stringMatching(/^mallory \(client\) from 192\.0\.2\.9:\d+ to 192\.0\.2\.1:5060$/),
      'gateway (gateway) from 192.0.2.9:5080 to 192.0.2.1:5070',
    ],
    routes: ['+1* to gateway at 192.0.2.9:5080'],
    trust: [
      'listener telephony at 192.0.2.1:5070: treatAllConnectionsAsTrusted',
      expect.stringMatching(
        /^host 192\.0\.2\.9:5080 \(gateway\): (treatAsAuthenticated|throttleAsServer), (treatAsAuthenticated|throttleAsServer)$/,
      ),
    ],
    neighbours: [],
  });
});

test('servers beside it are busyhere’s own, and who is connected to them sends nothing to the proxy', () => {
  expect(ownServer?.neighbours).toEqual([expect.stringMatching(/^pstn at 192\.0\.2\.9:\d+, for pstn\.example$/)]);
  expect(ownServer?.routes).toEqual([expect.stringMatching(/^\+1\* to pstn at 192\.0\.2\.9:\d+$/)]);
  expect(ownServer?.strangers.join()).not.toContain('gateway');
});

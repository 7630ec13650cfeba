import { judgeFlow } from '../../../harness/trust/judge-flow.js';
import { trustModel } from '../../../harness/trust/trust-model.js';
import type { HostTrust, ListenerTrust, Peer } from '../../../harness/trust/trust-settings.js';
import { flowFrom } from './flows.js';

const HOST = '192.0.2.10';
const BOOLEANS = [false, true];

function judge(
  settings: { listener?: Partial<ListenerTrust>; hosts?: HostTrust[]; peers?: Peer[] },
  direction: 'request' | 'response',
  from = HOST,
) {
  const listeners = [{ name: 'default', ...settings.listener }];
  const model = trustModel('lcs', { listeners, hosts: settings.hosts ?? [], quirks: [] }, settings.peers ?? []);
  return judgeFlow(model, flowFrom(from), direction);
}

describe('authenticated and trusted server, every combination of the five flags', () => {
  const combinations = BOOLEANS.flatMap((trusted) =>
    BOOLEANS.flatMap((server) =>
      BOOLEANS.flatMap((authenticated) =>
        BOOLEANS.flatMap((throttle) => BOOLEANS.map((outboundOnly) => ({ trusted, server, authenticated, throttle, outboundOnly }))),
      ),
    ),
  );

  test.each(combinations)('%j', ({ trusted, server, authenticated, throttle, outboundOnly }) => {
    const settings = {
      listener: { treatAllConnectionsAsTrusted: trusted, treatAllConnectionsAsServer: server },
      hosts: [{ address: HOST, treatAsAuthenticated: authenticated, throttleAsServer: throttle, outboundOnly }],
    };
    const response = judge(settings, 'response');
    expect(response.authenticated).toBe(trusted || authenticated);
    expect(response.trustedServer).toBe((trusted && server) || (authenticated && throttle));

    const request = judge(settings, 'request');
    expect(request.authenticated).toBe(trusted || (authenticated && !outboundOnly));
    expect(request.trustedServer).toBe((trusted && server) || (authenticated && throttle && !outboundOnly));

    for (const judged of [response, request]) {
      expect(judged.authenticatedBy === '-').toBe(!judged.authenticated);
      expect(judged.trustedServerBy === '-').toBe(!judged.trustedServer);
      expect(judged.role).toBe('client'); // trust entries never give a role
    }
  });

  test('the settings that decided are named', () => {
    expect(judge({ listener: { treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true } }, 'request')).toMatchObject({
      authenticatedBy: 'listeners[default].treatAllConnectionsAsTrusted',
      trustedServerBy: 'listeners[default].treatAllConnectionsAsTrusted+treatAllConnectionsAsServer',
    });
    expect(
      judge({ hosts: [{ address: '192.0.2.0/24', port: 5060, treatAsAuthenticated: true, throttleAsServer: true }] }, 'request'),
    ).toMatchObject({
      authenticatedBy: 'hosts[192.0.2.0/24 port 5060].treatAsAuthenticated',
      trustedServerBy: 'hosts[192.0.2.0/24 port 5060].treatAsAuthenticated+throttleAsServer',
    });
  });

  test('the settings of another listener do not count', () => {
    const listeners = [{ name: 'gateways', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true }];
    const model = trustModel('lcs', { listeners, hosts: [], quirks: [] }, []);
    expect(judgeFlow(model, flowFrom(HOST, 'default'), 'request')).toMatchObject({ authenticated: false, trustedServer: false });
    expect(judgeFlow(model, flowFrom(HOST, 'gateways'), 'request')).toMatchObject({ authenticated: true, trustedServer: true });
  });
});

describe('which authorised host counts', () => {
  const authenticated = { treatAsAuthenticated: true };

  test.each<[string, HostTrust[], string, boolean]>([
    ['the address', [{ address: HOST, ...authenticated }], `${HOST}:5060`, true],
    ['another address', [{ address: '192.0.2.11', ...authenticated }], `${HOST}:5060`, false],
    ['a block', [{ address: '192.0.2.0/28', ...authenticated }], `${HOST}:5060`, true],
    ['another block', [{ address: '192.0.2.16/28', ...authenticated }], `${HOST}:5060`, false],
    ['any port', [{ address: HOST, ...authenticated }], `${HOST}:50123`, true],
    ['the port', [{ address: HOST, port: 5070, ...authenticated }], `${HOST}:5070`, true],
    ['another port', [{ address: HOST, port: 5070, ...authenticated }], `${HOST}:5060`, false],
    ['an exception from a block', [{ address: '192.0.2.0/24', ...authenticated }, { address: HOST }], `${HOST}:5060`, false],
    ['an exception that stands first', [{ address: HOST }, { address: '192.0.2.0/24', ...authenticated }], `${HOST}:5060`, false],
    [
      'a longer prefix against a port',
      [{ address: '192.0.2.0/24', port: 5060, ...authenticated }, { address: HOST }],
      `${HOST}:5060`,
      false,
    ],
    ['a port against none', [{ address: HOST }, { address: HOST, port: 5060, ...authenticated }], `${HOST}:5060`, true],
    ['the first of equals', [{ address: HOST, ...authenticated }, { address: HOST }], `${HOST}:5060`, true],
    ['IPv6', [{ address: '2001:db8::/64', ...authenticated }], '[2001:db8::7]:5060', true],
  ])('%s', (_name, hosts, from, expected) => {
    expect(judge({ hosts }, 'request', from).authenticated).toBe(expected);
  });
});

describe('roles come from the topology', () => {
  const peers: Peer[] = [
    { role: 'gateway', address: '192.0.2.10' },
    { role: 'server', address: '192.0.2.20', port: 5070 },
    { role: 'server', address: '192.0.2.10', port: 5080 },
  ];

  test.each([
    ['192.0.2.10:5060', 'gateway'],
    ['192.0.2.10:61000', 'gateway'], // without a port every port is the peer's
    ['192.0.2.10:5080', 'server'],
    ['192.0.2.20:5070', 'server'],
    ['192.0.2.20:5060', 'client'],
    ['192.0.2.30:5060', 'client'],
  ])('%s is a %s', (from, role) => {
    expect(judge({ peers }, 'request', from).role).toBe(role);
  });
});

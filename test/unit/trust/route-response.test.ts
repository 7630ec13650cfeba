import { routeResponse } from '../../../harness/trust/route-response.js';
import { trustModel } from '../../../harness/trust/trust-model.js';
import type { HostTrust, ListenerTrust, Peer, TrustQuirk } from '../../../harness/trust/trust-settings.js';
import { flowFrom } from './flows.js';

const CLIENT = '192.0.2.1:5060';
const PEERS: Peer[] = [
  { role: 'gateway', address: '192.0.2.10' },
  { role: 'server', address: '192.0.2.20' },
];

interface Settings {
  listener?: Partial<ListenerTrust>;
  hosts?: HostTrust[];
  quirks?: TrustQuirk[];
}

const SHARED_LISTENER: Settings = {
  listener: { treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true },
  quirks: ['lcs2003'],
};
const WIDE_MASK: Settings = {
  hosts: [{ address: '192.0.2.0/24', treatAsAuthenticated: true, throttleAsServer: true }],
  quirks: ['lcs2003'],
};

function route(settings: Settings, response: { from?: string; status?: number; method?: string; initial?: boolean } = {}) {
  const listeners = [{ name: 'default', ...settings.listener }];
  const model = trustModel('lcs', { listeners, hosts: settings.hosts ?? [], quirks: settings.quirks ?? [] }, PEERS);
  const { from = CLIENT, status = 486, method = 'INVITE', initial = true } = response;
  return routeResponse(model, { flow: flowFrom(from), status, method, initial });
}

describe.each([
  ['a listener whose connections are all trusted servers', SHARED_LISTENER],
  ['a host entry that covers the clients', WIDE_MASK],
])('the quirk lcs2003 with %s', (_name, settings) => {
  test.each([300, 302, 400, 401, 404, 407, 408, 480, 486, 488, 499, 500, 503, 600, 603, 699])('absorbs %i from a client', (status) => {
    expect(route(settings, { status }).outcome).toBe('absorb');
  });

  test.each([100, 180, 183, 199, 200, 202, 299, 487])('passes %i', (status) => {
    expect(route(settings, { status }).outcome).toBe('forward');
  });

  test.each(['MESSAGE', 'BYE', 'OPTIONS', 'REGISTER', 'SUBSCRIBE', 'INFO', 'UPDATE'])('passes the rejection of a %s', (method) => {
    expect(route(settings, { method }).outcome).toBe('forward');
  });

  test('passes the rejection of a re-INVITE', () => {
    expect(route(settings, { initial: false }).outcome).toBe('forward');
  });

  test.each([
    ['gateway', '192.0.2.10:5060'],
    ['server', '192.0.2.20:5060'],
  ])("passes a %s's own rejection", (_role, from) => {
    expect(route(settings, { from }).outcome).toBe('forward');
  });

  test('without the quirk everything passes', () => {
    for (const status of [180, 200, 302, 486, 503, 603]) expect(route({ ...settings, quirks: [] }, { status }).outcome).toBe('forward');
  });

  test('the journal names the quirk and the setting that made the flow a server’s', () => {
    const { journal } = route(settings);
    expect(journal).toMatchObject({ server: 'lcs', decision: 'absorb 486', flow: 'default 192.0.2.250:5060 – 192.0.2.1:5060' });
    expect(journal.setting).toMatch(/^quirks\.lcs2003, (listeners\[default\]|hosts\[192\.0\.2\.0\/24\])\./);
  });
});

describe('the quirk lcs2003 where the flow is not a trusted server’s', () => {
  test.each<[string, Settings]>([
    ['nothing is trusted', {}],
    ['the listener is trusted, not as a server', { listener: { treatAllConnectionsAsTrusted: true } }],
    ['the listener is a server, not trusted', { listener: { treatAllConnectionsAsServer: true } }],
    ['the host is authenticated, not throttled as a server', { hosts: [{ address: '192.0.2.1', treatAsAuthenticated: true }] }],
    ['the host is throttled as a server, not authenticated', { hosts: [{ address: '192.0.2.1', throttleAsServer: true }] }],
    ['another host is', { hosts: [{ address: '192.0.2.2', treatAsAuthenticated: true, throttleAsServer: true }] }],
    ['another listener is', { listener: { name: 'other', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true } }],
  ])('%s: 486 passes', (_name, settings) => {
    expect(route({ ...settings, quirks: ['lcs2003'] }).outcome).toBe('forward');
  });

  test('outboundOnly: the entry counts for responses', () => {
    const hosts = [{ address: '192.0.2.1', treatAsAuthenticated: true, throttleAsServer: true, outboundOnly: true }];
    expect(route({ hosts, quirks: ['lcs2003'] }).outcome).toBe('absorb');
  });
});

import { admitRequest } from '../../../harness/trust/admit-request.js';
import { trustModel } from '../../../harness/trust/trust-model.js';
import type { HostTrust, ListenerTrust, Peer, TrustSettings } from '../../../harness/trust/trust-settings.js';
import { flowFrom } from './flows.js';

const CLIENT = '192.0.2.1:5060';
const GATEWAY = '192.0.2.10:5060';
const SERVER = '192.0.2.20:5060';
const PEERS: Peer[] = [
  { role: 'gateway', address: '192.0.2.10' },
  { role: 'server', address: '192.0.2.20' },
];
const ACCEPT = { action: 'accept' };
const CHALLENGE_401 = { action: 'challenge', status: 401 };
const CHALLENGE_407 = { action: 'challenge', status: 407 };
const REFUSE = { action: 'refuse', status: 403 };

function admit(
  from: string,
  method: string,
  settings: { listener?: Partial<ListenerTrust>; hosts?: HostTrust[]; refuseClients?: boolean } = {},
  inDialog = false,
) {
  const trust: TrustSettings = {
    listeners: [{ name: 'default', ...settings.listener }],
    hosts: settings.hosts ?? [],
    quirks: [],
    refuseClients: settings.refuseClients ?? false,
  };
  return admitRequest(trustModel('lcs', trust, PEERS), { flow: flowFrom(from), method, inDialog });
}

describe('what is not authenticated is challenged', () => {
  test.each([
    ['REGISTER', CHALLENGE_401],
    ['INVITE', CHALLENGE_407],
    ['MESSAGE', CHALLENGE_407],
    ['OPTIONS', CHALLENGE_407],
    ['SUBSCRIBE', CHALLENGE_407],
    ['ACK', ACCEPT],
    ['CANCEL', ACCEPT],
  ])('%s outside a dialog', (method, outcome) => {
    for (const from of [CLIENT, GATEWAY, SERVER]) expect(admit(from, method).outcome).toEqual(outcome);
  });

  test.each(['INVITE', 'BYE', 'INFO', 'UPDATE', 'ACK', 'CANCEL'])('%s within a dialog is not', (method) => {
    expect(admit(CLIENT, method, {}, true).outcome).toEqual(ACCEPT);
  });
});

describe('what is authenticated is not challenged', () => {
  test.each(['REGISTER', 'INVITE', 'MESSAGE', 'OPTIONS'])('%s', (method) => {
    expect(admit(CLIENT, method, { listener: { treatAllConnectionsAsTrusted: true } }).outcome).toEqual(ACCEPT);
    expect(admit(CLIENT, method, { hosts: [{ address: '192.0.2.1', treatAsAuthenticated: true }] }).outcome).toEqual(ACCEPT);
  });

  test('treatAllConnectionsAsServer or throttleAsServer alone authenticates nobody', () => {
    expect(admit(CLIENT, 'INVITE', { listener: { treatAllConnectionsAsServer: true } }).outcome).toEqual(CHALLENGE_407);
    expect(admit(CLIENT, 'INVITE', { hosts: [{ address: '192.0.2.1', throttleAsServer: true }] }).outcome).toEqual(CHALLENGE_407);
  });
});

describe('who may not open a flow is refused', () => {
  const outboundOnly = [{ address: '192.0.2.10', outboundOnly: true, treatAsAuthenticated: true }];

  test.each(['REGISTER', 'INVITE', 'MESSAGE', 'OPTIONS', 'ACK'])('%s from a host that is outboundOnly', (method) => {
    expect(admit(GATEWAY, method, { hosts: outboundOnly }).outcome).toEqual(REFUSE);
    expect(admit(GATEWAY, method, { hosts: outboundOnly, listener: { treatAllConnectionsAsTrusted: true } }).outcome).toEqual(REFUSE);
    expect(admit(CLIENT, method, { hosts: outboundOnly }).outcome).not.toEqual(REFUSE);
  });

  test('within a dialog, which our request opened, it may', () => {
    expect(admit(GATEWAY, 'BYE', { hosts: outboundOnly }, true).outcome).toEqual(ACCEPT);
  });

  test('a CANCEL ends only what was let in', () => {
    expect(admit(GATEWAY, 'CANCEL', { hosts: outboundOnly }).outcome).toEqual(ACCEPT);
    expect(admit(CLIENT, 'CANCEL', { refuseClients: true }).outcome).toEqual(ACCEPT);
  });

  test.each([
    ['the listener', { listener: { refuseClients: true, treatAllConnectionsAsTrusted: true } }, 'listeners[default].refuseClients'],
    ['the server', { refuseClients: true, listener: { treatAllConnectionsAsTrusted: true } }, 'refuseClients'],
  ])('clients, where %s refuses them, also when trusted and within dialogs', (_name, settings, setting) => {
    for (const method of ['REGISTER', 'INVITE', 'MESSAGE', 'OPTIONS', 'ACK']) {
      expect(admit(CLIENT, method, settings).outcome).toEqual(REFUSE);
      expect(admit(CLIENT, method, settings, true).outcome).toEqual(REFUSE);
    }
    expect(admit(CLIENT, 'INVITE', settings).journal.setting).toBe(setting);
    for (const peer of [GATEWAY, SERVER]) expect(admit(peer, 'INVITE', settings).outcome).toEqual(ACCEPT);
  });
});

test('the journal entry says who decided what about whom, by which setting, and why', () => {
  expect(admit(CLIENT, 'INVITE', { listener: { treatAllConnectionsAsTrusted: true } }).journal).toEqual({
    server: 'lcs',
    flow: 'default 192.0.2.250:5060 – 192.0.2.1:5060',
    setting: 'listeners[default].treatAllConnectionsAsTrusted',
    decision: 'admit INVITE',
    reason: 'what arrives on this flow counts as authenticated',
  });
  expect(admit(CLIENT, 'REGISTER').journal).toMatchObject({ setting: '-', decision: 'challenge REGISTER with 401' });
});

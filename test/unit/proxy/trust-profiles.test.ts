import type { Route } from '../../../harness/proxy/proxy-options.js';
import type { TrustSettings } from '../../../harness/trust/trust-settings.js';
import type { Peer } from './peer.js';
import { at, DOMAIN, NOTHING_LEFT, World } from './world.js';

const BUSY = 'sip:+15550100@lab.example';
const BOB = 'sip:bob@lab.example';
const GATEWAY = '192.0.2.10';
const NOTHING_TRUSTED: TrustSettings = { listeners: [], hosts: [], quirks: ['lcs2003'] };
const ALL_TRUSTED = { treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true };
const TO_GATEWAY: Route = { kind: 'number', pattern: '+1*', nextHop: at(`${GATEWAY}:5060`), listener: 'default', role: 'gateway' };

interface Profile {
  readonly trust: TrustSettings;
  readonly routes: readonly Route[];
  /** Where the gateway sends its calls. */
  readonly entrance?: string;
}

/** The profiles with one server. */
const PROFILES: Record<string, Profile> = {
  'telephony-off': { trust: NOTHING_TRUSTED, routes: [] },
  'no-trust': { trust: NOTHING_TRUSTED, routes: [TO_GATEWAY] },
  'gateway-host': { trust: { ...NOTHING_TRUSTED, hosts: [{ address: GATEWAY, treatAsAuthenticated: true }] }, routes: [TO_GATEWAY] },
  'separate-listener': {
    trust: { ...NOTHING_TRUSTED, listeners: [{ name: 'gateways', ...ALL_TRUSTED }] },
    routes: [{ ...TO_GATEWAY, listener: 'gateways' }],
    entrance: 'gateways',
  },
  'shared-listener': { trust: { ...NOTHING_TRUSTED, listeners: [{ name: 'default', ...ALL_TRUSTED }] }, routes: [TO_GATEWAY] },
  'host-mask-too-wide': {
    trust: { ...NOTHING_TRUSTED, hosts: [{ address: '192.0.2.0/24', treatAsAuthenticated: true, throttleAsServer: true }] },
    routes: [TO_GATEWAY],
  },
};

/** What is observed at the originator; `pending`: no final response within 400 s. */
type Observed = number | 'pending';

describe.each<[string, Observed, Observed, Observed, Observed, Observed | undefined]>([
  // profile, carol → bob, gateway → bob, dave → busy number, mallory → number, mallory → the gateway's listener
  ['telephony-off', 486, 407, 404, 407, undefined],
  ['no-trust', 486, 407, 486, 407, undefined],
  ['gateway-host', 486, 486, 486, 407, undefined],
  ['separate-listener', 486, 486, 486, 407, 200],
  ['shared-listener', 'pending', 'pending', 486, 200, undefined],
  ['host-mask-too-wide', 'pending', 'pending', 486, 200, undefined],
])('%s', (name, carolToBob, gatewayToBob, daveToNumber, malloryToNumber, malloryStraight) => {
  let world: World;
  let gateway: Peer;
  let bob: Peer;
  const profile = PROFILES[name];

  beforeEach(async () => {
    if (!profile) throw new Error(`no profile ${name}`);
    const separate = profile.entrance === undefined ? [] : [{ name: profile.entrance, address: at('192.0.2.200:5070') }];
    const { trust, routes } = profile;
    world = await World.open({ trust, routes, listeners: [{ name: 'default', address: at('192.0.2.200:5060') }, ...separate] });
    gateway = await world.peer(`${GATEWAY}:5060`);
    bob = await world.peer('192.0.2.2:5060');
    register(bob, 'bob');
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  function register(peer: Peer, user: string): void {
    const aor = `<sip:${user}@${DOMAIN}>`;
    const headers = [`From: ${aor};tag=r`, `To: ${aor}`, `Contact: <sip:${user}@${peer.host}>`];
    world.send(peer, 'REGISTER', `sip:${DOMAIN}`, headers);
    if (peer.lastResponse('REGISTER').message.status !== 401) return;
    world.send(peer, 'REGISTER', `sip:${DOMAIN}`, [
      ...headers,
      'CSeq: 2 REGISTER',
      world.credentials(peer, 'REGISTER', `sip:${DOMAIN}`, user),
    ]);
  }

  /** Calls, answering a challenge if there is an account to do so; what the callee says is 486, or 200 for numbers that are not busy. */
  function call(originator: Peer, uri: string, user: string, callee: Peer, answer: number, account = true, entrance?: string): Observed {
    const to = world.entrance(entrance);
    const from = `From: <sip:${user}@${DOMAIN}>;tag=o`;
    world.send(originator, 'INVITE', uri, [from], to);
    if (account && originator.statuses('INVITE').at(-1) === 407) {
      world.send(originator, 'INVITE', uri, [from, 'CSeq: 2 INVITE', world.credentials(originator, 'INVITE', uri, user)], to);
    }
    if (callee.requests('INVITE').length > 0) {
      callee.respond(callee.lastRequest('INVITE'), answer, { headers: [`Contact: <sip:callee@${callee.host}>`] });
    }
    world.clock.advance(400_000);
    const finals = [...new Set(originator.statuses('INVITE').filter((status) => status >= 200))];
    return finals.at(-1) ?? 'pending';
  }

  test(`carol → bob: ${carolToBob}`, async () => {
    expect(call(await world.peer('192.0.2.3:5060'), BOB, 'carol', bob, 486)).toBe(carolToBob);
  });

  test(`gateway → bob: ${gatewayToBob}`, () => {
    expect(call(gateway, BOB, '+15550199', bob, 486, false, profile?.entrance)).toBe(gatewayToBob);
  });

  test(`dave → busy number: ${daveToNumber}`, async () => {
    expect(call(await world.peer('192.0.2.4:5060'), BUSY, 'dave', gateway, 486)).toBe(daveToNumber);
  });

  test(`mallory → number: ${malloryToNumber}`, async () => {
    expect(call(await world.peer('192.0.2.66:5060'), 'sip:+15550101@lab.example', 'mallory', gateway, 200, false)).toBe(malloryToNumber);
    expect(gateway.requests('INVITE')).toHaveLength(malloryToNumber === 200 ? 1 : 0);
  });

  if (malloryStraight !== undefined) {
    test(`mallory → number, straight to the gateway's listener: ${malloryStraight}`, async () => {
      const mallory = await world.peer('192.0.2.66:5060');
      expect(call(mallory, 'sip:+15550101@lab.example', 'mallory', gateway, 200, false, profile?.entrance)).toBe(malloryStraight);
    });
  }
});

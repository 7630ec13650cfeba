import type { Route } from '../../../harness/proxy/proxy-options.js';
import type { HostTrust, TrustSettings } from '../../../harness/trust/trust-settings.js';
import type { Peer } from './peer.js';
import { at, DOMAIN, NOTHING_LEFT, World } from './world.js';

const HOME = '192.0.2.200:5060';
const TELEPHONY = '192.0.2.210:5060';
const GATEWAY = '192.0.2.10:5060';
const NUMBER = 'sip:+15550100@lab.example';
const BOB = 'sip:bob@lab.example';
const LISTENER = 'default';

function route(kind: 'number' | 'domain', pattern: string, nextHop: string, role: 'gateway' | 'server'): Route {
  return { kind, pattern, nextHop: at(nextHop), listener: LISTENER, role };
}

/** A server that may do all, as each of the two is to the other. */
function authorised(server: string): HostTrust {
  return { address: at(server).address, treatAsAuthenticated: true, throttleAsServer: true };
}

/** KB834477's resolutions 1 and 2: a server of its own for the gateway, open to clients or not. */
describe.each([
  ['dedicated-gateway-server', false, 200],
  ['clients-kept-off', true, 403],
])('%s', (_name, refuseClients, straight) => {
  let world: World;
  let gateway: Peer;
  let bob: Peer;

  beforeEach(async () => {
    const home: TrustSettings = { listeners: [], hosts: [authorised(TELEPHONY)], quirks: ['lcs2003'] };
    const telephony: TrustSettings = {
      listeners: [{ name: LISTENER, treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true, refuseClients }],
      hosts: [authorised(HOME)],
      quirks: ['lcs2003'],
    };
    world = await World.open({ trust: home, recordRoute: true, routes: [route('number', '+1*', TELEPHONY, 'server')] });
    await world.addProxy('telephony', {
      trust: telephony,
      accounts: [],
      listeners: [{ name: LISTENER, address: at(TELEPHONY) }],
      routes: [route('number', '+1*', GATEWAY, 'gateway'), route('domain', DOMAIN, HOME, 'server')],
    });
    gateway = await world.peer(GATEWAY);
    bob = await world.peer('192.0.2.2:5060');
    signedIn(bob, 'REGISTER', `sip:${DOMAIN}`, 'bob');
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  /** Sends a request, and again with credentials when it is challenged. */
  function signedIn(peer: Peer, method: string, uri: string, user: string): void {
    const aor = `<sip:${user}@${DOMAIN}>`;
    const headers = [`From: ${aor};tag=o`, ...(method === 'REGISTER' ? [`To: ${aor}`] : [])];
    world.send(peer, method, uri, headers);
    expect([401, 407]).toContain(peer.lastResponse(method).message.status);
    world.send(peer, method, uri, [...headers, `CSeq: 2 ${method}`, world.credentials(peer, method, uri, user)]);
  }

  test('carol → bob: 486', async () => {
    const carol = await world.peer('192.0.2.3:5060');
    signedIn(carol, 'INVITE', BOB, 'carol');
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([407, 486]);
  });

  test('gateway → bob: 486, through both servers', () => {
    world.send(gateway, 'INVITE', BOB, ['From: <sip:+15550199@lab.example>;tag=g'], at(TELEPHONY));
    expect(bob.lastRequest('INVITE').message.vias).toHaveLength(3);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(gateway.statuses('INVITE')).toEqual([486]);
  });

  test('dave → busy number: 486, through both servers, home on the path of the dialog', async () => {
    const dave = await world.peer('192.0.2.4:5060');
    signedIn(dave, 'INVITE', NUMBER, 'dave');
    expect(gateway.lastRequest('INVITE').message.headers.list('Record-Route')).toEqual([`<sip:${HOME};lr>`]);
    gateway.respond(gateway.lastRequest('INVITE'), 486);
    world.settle();
    expect(dave.statuses('INVITE')).toEqual([407, 486]);
  });

  test(`a dialog passes through home; dave himself is ${refuseClients ? 'kept off' : 'let in'} at the other server within it, too`, async () => {
    const dave = await world.peer('192.0.2.4:5060');
    signedIn(dave, 'INVITE', NUMBER, 'dave');
    const [recorded = ''] = gateway.lastRequest('INVITE').message.headers.list('Record-Route');
    gateway.respond(gateway.lastRequest('INVITE'), 200, { headers: [`Contact: <sip:trunk@${GATEWAY}>`, `Record-Route: ${recorded}`] });
    world.settle();
    const dialog = ['From: <sip:dave@lab.example>;tag=o', `To: <${NUMBER}>;tag=callee`];
    world.send(dave, 'ACK', `sip:trunk@${GATEWAY}`, [...dialog, `Route: ${recorded}`, 'CSeq: 2 ACK']);
    expect(gateway.requests('ACK')).toHaveLength(1);
    world.send(dave, 'ACK', `sip:trunk@${GATEWAY}`, [...dialog, 'CSeq: 2 ACK'], at(TELEPHONY));
    world.send(dave, 'BYE', `sip:trunk@${GATEWAY}`, [...dialog, 'CSeq: 3 BYE'], at(TELEPHONY));
    expect(gateway.requests('ACK')).toHaveLength(refuseClients ? 1 : 2);
    expect(gateway.requests('BYE')).toHaveLength(refuseClients ? 0 : 1);
    expect(dave.statuses('BYE')).toEqual(refuseClients ? [403] : []);
    world.send(dave, 'BYE', `sip:trunk@${GATEWAY}`, [...dialog, `Route: ${recorded}`, 'CSeq: 4 BYE']);
    gateway.respond(gateway.lastRequest('BYE'), 200);
    world.settle();
    expect(dave.statuses('BYE').at(-1)).toBe(200);
  });

  test(`mallory → number, by home: 407; straight to the gateway's server: ${straight}`, async () => {
    const mallory = await world.peer('192.0.2.66:5060');
    world.send(mallory, 'INVITE', NUMBER);
    expect(mallory.statuses('INVITE')).toEqual([407]);
    world.send(mallory, 'INVITE', NUMBER, ['Call-ID: straight'], at(TELEPHONY));
    for (const arrival of gateway.requests('INVITE')) gateway.respond(arrival, 200);
    world.settle();
    expect(mallory.statuses('INVITE')).toEqual([407, straight]);
    expect(gateway.requests('INVITE')).toHaveLength(straight === 200 ? 1 : 0);
  });
});

test('the server of the busy callee decides: with the fault at the originator’s server only, the 486 passes', async () => {
  const faulty: TrustSettings = {
    listeners: [{ name: LISTENER, treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true }],
    hosts: [],
    quirks: ['lcs2003'],
  };
  const sound: TrustSettings = { listeners: [], hosts: [authorised(HOME)], quirks: ['lcs2003'] };
  for (const [carolsServer, bobsServer, expected] of [
    [faulty, sound, [486]],
    [sound, faulty, []],
  ] as const) {
    const carolsHosts = [...carolsServer.hosts, { address: '192.0.2.3', treatAsAuthenticated: true }];
    const world = await World.open({
      trust: { ...carolsServer, hosts: carolsHosts },
      routes: [route('domain', 'b.example', TELEPHONY, 'server')],
    });
    const bobs = { ...bobsServer, hosts: [...bobsServer.hosts, { address: '192.0.2.2', treatAsAuthenticated: true }] };
    await world.addProxy('b', {
      trust: bobs,
      domain: 'b.example',
      listeners: [{ name: LISTENER, address: at(TELEPHONY) }],
      routes: [route('domain', DOMAIN, HOME, 'server')],
    });
    const carol = await world.peer('192.0.2.3:5060');
    const bob = await world.peer('192.0.2.2:5060');
    const aor = '<sip:bob@b.example>';
    world.send(bob, 'REGISTER', 'sip:b.example', [`From: ${aor};tag=r`, `To: ${aor}`, 'Contact: <sip:bob@192.0.2.2>'], at(TELEPHONY));
    world.send(carol, 'INVITE', 'sip:bob@b.example');
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual(expected);
    expect(await world.close()).toEqual(NOTHING_LEFT);
  }
});

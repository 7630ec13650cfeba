import type { Route } from '../../../harness/proxy/proxy-options.js';
import type { Peer } from './peer.js';
import { at, NOTHING_LEFT, World } from './world.js';

const LISTENERS = [
  { name: 'clients', address: at('192.0.2.200:5060') },
  { name: 'gateways', address: at('192.0.2.201:5070') },
];
const GATEWAY: Omit<Route, 'pattern'> = { kind: 'number', nextHop: at('192.0.2.10:5060'), listener: 'gateways', role: 'gateway' };
const OTHER: Omit<Route, 'pattern'> = { ...GATEWAY, nextHop: at('192.0.2.11:5060') };
const SERVER: Route = { kind: 'domain', pattern: 'partner.example', nextHop: at('192.0.2.20:5080'), listener: 'gateways', role: 'server' };

describe('where a request goes', () => {
  let world: World;
  let carol: Peer;
  const peers = new Map<string, Peer>();

  async function open(options: Parameters<typeof World.open>[0] = {}): Promise<void> {
    world = await World.open({ listeners: LISTENERS, ...options });
    carol = await world.peer('192.0.2.3:5060');
    for (const [name, address] of Object.entries({
      bob: '192.0.2.2:5060',
      gateway: '192.0.2.10:5060',
      other: '192.0.2.11:5060',
      server: '192.0.2.20:5080',
      elsewhere: '198.51.100.1:5060',
    })) {
      peers.set(name, await world.peer(address));
    }
  }

  function peer(name: string): Peer {
    const found = peers.get(name);
    if (!found) throw new Error(`no peer ${name}`);
    return found;
  }

  /** Who got the one request that was sent. */
  function receivers(): string[] {
    return [...peers].filter(([, { arrivals }]) => arrivals.some(({ message }) => message.kind === 'request')).map(([name]) => name);
  }

  afterEach(async () => {
    peers.clear();
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test.each([
    ['sip:+15550100@lab.example', ['gateway']], // the number itself
    ['sip:+1-555-(01)00@lab.example', ['gateway']], // separators are for the eye
    ['sip:+15550100;phone-context=x@lab.example', ['gateway']],
    ['sip:+15550199@lab.example', ['other']], // the longest prefix
    ['sip:+16660000@lab.example', ['gateway']],
    ['sip:+15550100@192.0.2.200:5060', ['gateway']], // an address of ours is our domain
    ['sip:+15550100@LAB.example', ['gateway']],
    ['sip:+15550100@partner.example', ['gateway']], // a number is a number in every domain that we have a route to
    ['sip:+4930123@lab.example', []],
    ['sip:peter+1@lab.example', []], // no number
    ['sip:eve@partner.example', ['server']],
    ['sip:eve@198.51.100.1', ['elsewhere']],
    ['sip:eve@unknown.invalid;maddr=198.51.100.1', ['elsewhere']],
    ['sip:eve@unknown.invalid', []],
    ['sip:eve@198.51.100.1;transport=tcp', []],
  ])('%s: to %j', async (uri, expected) => {
    const routes: Route[] = [{ ...GATEWAY, pattern: '+1*' }, { ...OTHER, pattern: '+1555*' }, { ...GATEWAY, pattern: '+15550100' }, SERVER];
    await open({ routes });
    world.send(carol, 'MESSAGE', uri);
    expect(receivers()).toEqual(expected);
    for (const name of expected) expect(peer(name).lastRequest('MESSAGE').message.requestUri).toBe(uri);
  });

  test('to a static next hop from the listener of the route, to a stranger from where the request came in', async () => {
    await open({ routes: [{ ...GATEWAY, pattern: '+1*' }, SERVER] });
    world.send(carol, 'MESSAGE', 'sip:+15550100@lab.example', ['Call-ID: 1']);
    world.send(carol, 'MESSAGE', 'sip:eve@partner.example', ['Call-ID: 2']);
    world.send(carol, 'MESSAGE', 'sip:eve@192.0.2.20:5080', ['Call-ID: 3']); // the next hop by its address
    world.send(carol, 'MESSAGE', 'sip:eve@198.51.100.1', ['Call-ID: 4']);
    for (const name of ['gateway', 'server']) {
      for (const { source } of peer(name).requests()) expect(source).toEqual(at('192.0.2.201:5070'));
    }
    expect(peer('server').requests()).toHaveLength(2);
    expect(peer('elsewhere').lastRequest('MESSAGE').source).toEqual(at('192.0.2.200:5060'));
  });

  test('users of our own domain who live on another server: registered here first, else by the route', async () => {
    await open({ routes: [{ ...SERVER, pattern: 'lab.example' }] });
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example', ['Call-ID: 1']);
    expect(receivers()).toEqual(['server']);
    world.register(peer('bob'), 'bob');
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example', ['Call-ID: 2']);
    expect(receivers()).toEqual(['bob', 'server']);
    expect(peer('server').requests()).toHaveLength(1);
  });

  test('a next hop that nobody can resolve or reach counts as 503, which goes upstream as 500', async () => {
    await open();
    world.send(carol, 'INVITE', 'sip:eve@unknown.invalid');
    expect(carol.statuses('INVITE')).toEqual([500]);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('a 503 from a branch goes upstream as 500', async () => {
    await open();
    world.register(peer('bob'), 'bob');
    world.send(carol, 'INVITE', 'sip:bob@lab.example');
    peer('bob').respond(peer('bob').lastRequest('INVITE'), 503, { headers: ['Retry-After: 5'] });
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([500]);
    expect(carol.lastResponse('INVITE').message.headers.has('Retry-After')).toBe(false);
  });

  test('a Route left after ours was taken off is followed, whatever the Request-URI says', async () => {
    await open();
    const route = ['Route: <sip:192.0.2.200:5060;lr>, <sip:198.51.100.1;lr>', 'Route: <sip:last.invalid;lr>'];
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example', route);
    expect(receivers()).toEqual(['elsewhere']);
    const { message } = peer('elsewhere').lastRequest('MESSAGE');
    expect(message.requestUri).toBe('sip:bob@lab.example');
    expect(message.headers.list('Route')).toEqual(['<sip:198.51.100.1;lr>', '<sip:last.invalid;lr>']);
  });

  test('also for a REGISTER of our own domain', async () => {
    await open();
    world.send(carol, 'REGISTER', 'sip:lab.example', ['Route: <sip:198.51.100.1;lr>']);
    expect(receivers()).toEqual(['elsewhere']);
    expect(world.proxy.bindings).toBe(0);
  });

  test('a strict router as next hop finds itself in the Request-URI', async () => {
    await open();
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example', ['Route: <sip:strict@198.51.100.1>, <sip:last.invalid;lr>']);
    const { message } = peer('elsewhere').lastRequest('MESSAGE');
    expect(message.requestUri).toBe('sip:strict@198.51.100.1');
    expect(message.headers.list('Route')).toEqual(['<sip:last.invalid;lr>', '<sip:bob@lab.example>']);
  });

  test('a strict router that sent us our own Record-Route value is understood', async () => {
    await open();
    world.send(carol, 'MESSAGE', 'sip:192.0.2.200:5060;lr', ['Route: <sip:bob@198.51.100.1>']);
    const { message } = peer('elsewhere').lastRequest('MESSAGE');
    expect(message.requestUri).toBe('sip:bob@198.51.100.1');
    expect(message.headers.has('Route')).toBe(false);
  });

  test('a maddr that is ours is taken off', async () => {
    await open({ routes: [SERVER] });
    world.register(peer('bob'), 'bob');
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example;maddr=192.0.2.200;transport=udp', ['Call-ID: 1']);
    expect(receivers()).toEqual(['bob']);
    world.send(carol, 'MESSAGE', 'sip:eve@partner.example:5060;maddr=192.0.2.200;user=ip', ['Call-ID: 2']);
    expect(peer('server').lastRequest('MESSAGE').message.requestUri).toBe('sip:eve@partner.example;user=ip');
  });

  test('Record-Route names the listener; both of them where the request crosses from one to the other', async () => {
    await open({ routes: [{ ...GATEWAY, pattern: '+1*' }], recordRoute: true });
    world.register(peer('bob'), 'bob');
    world.send(carol, 'INVITE', 'sip:bob@lab.example', ['Call-ID: 1']);
    world.send(carol, 'INVITE', 'sip:+15550100@lab.example', ['Call-ID: 2', 'Record-Route: <sip:before.invalid;lr>']);
    expect(peer('bob').lastRequest('INVITE').message.headers.list('Record-Route')).toEqual(['<sip:192.0.2.200:5060;lr>']);
    expect(peer('gateway').lastRequest('INVITE').message.headers.list('Record-Route')).toEqual([
      '<sip:192.0.2.201:5070;lr>',
      '<sip:192.0.2.200:5060;lr>',
      '<sip:before.invalid;lr>',
    ]);
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example', ['Call-ID: 3']);
    expect(peer('bob').lastRequest('MESSAGE').message.headers.has('Record-Route')).toBe(false);
    world.send(carol, 'INVITE', 'sip:bob@lab.example', ['Call-ID: 4', 'To: <sip:bob@lab.example>;tag=b']); // changes no route set
    expect(peer('bob').lastRequest('INVITE').message.headers.has('Record-Route')).toBe(false);
  });

  test('requests within a dialog that crosses leave from the far listener, on either side', async () => {
    await open({ routes: [{ ...GATEWAY, pattern: '+1*' }], recordRoute: true });
    const gateway = peer('gateway');
    world.send(carol, 'INVITE', 'sip:+15550100@lab.example', ['Call-ID: x', 'From: <sip:carol@lab.example>;tag=c']);
    const invite = gateway.lastRequest('INVITE');
    const recorded = invite.message.headers.list('Record-Route');
    gateway.respond(invite, 200, { headers: ['Contact: <sip:trunk@192.0.2.10:5060>', `Record-Route: ${recorded.join(', ')}`] });
    world.settle();
    const dialog = ['Call-ID: x', 'From: <sip:carol@lab.example>;tag=c', 'To: <sip:+15550100@lab.example>;tag=callee'];
    const routeOfCaller = `Route: ${[...recorded].reverse().join(', ')}`;
    world.send(carol, 'ACK', 'sip:trunk@192.0.2.10:5060', [...dialog, routeOfCaller]);
    const ack = gateway.lastRequest('ACK');
    expect(ack.source).toEqual(at('192.0.2.201:5070'));
    expect(ack.message.requestUri).toBe('sip:trunk@192.0.2.10:5060');
    expect(ack.message.headers.has('Route')).toBe(false);
    const reversed = ['Call-ID: x', 'To: <sip:carol@lab.example>;tag=c', 'From: <sip:+15550100@lab.example>;tag=callee'];
    world.send(gateway, 'BYE', 'sip:carol@192.0.2.3:5060', [...reversed, `Route: ${recorded.join(', ')}`], world.entrance('gateways'));
    expect(carol.lastRequest('BYE').source).toEqual(at('192.0.2.200:5060'));
    carol.respond(carol.lastRequest('BYE'), 200);
    world.settle();
    expect(gateway.statuses('BYE')).toEqual([200]);
  });
});

test('IPv6: contacts, next hops and our own address in any spelling', async () => {
  const world = await World.open({
    listeners: [{ name: 'default', address: at('[2001:db8::200]:5060') }],
    trust: { listeners: [], hosts: [{ address: '2001:db8::/32', treatAsAuthenticated: true }], quirks: [] },
  });
  const carol = await world.peer('[2001:db8::3]:5060');
  const bob = await world.peer('[2001:db8::2]:5060');
  world.register(bob, 'bob', '<sip:bob@[2001:DB8:0:0::2]>');
  world.send(carol, 'MESSAGE', 'sip:bob@lab.example', ['Route: <sip:[2001:DB8:0::0200];lr>', 'Call-ID: 1']);
  bob.respond(bob.lastRequest('MESSAGE'), 200);
  world.settle();
  expect(carol.statuses('MESSAGE')).toEqual([200]);
  expect(bob.lastRequest('MESSAGE').message.topVia?.sentBy).toBe('[2001:db8::200]:5060');
  world.send(carol, 'MESSAGE', 'sip:bob@[2001:db8:::2]', ['Call-ID: 2']); // RFC 5118 §4.10
  expect(bob.requests('MESSAGE')).toHaveLength(2);
  expect(await world.close()).toEqual(NOTHING_LEFT);
});

describe('loops', () => {
  test('a request that comes back unchanged is answered 482, one with another Request-URI goes on', async () => {
    const world = await World.open();
    const carol = await world.peer('192.0.2.3:5060');
    const mirror = await world.peer('192.0.2.2:5060');
    world.register(mirror, 'bob');
    world.send(carol, 'MESSAGE', 'sip:bob@lab.example');
    const { message } = mirror.lastRequest('MESSAGE');
    const back = (uri: string, extra: readonly string[] = []) => {
      const vias = [
        `Via: SIP/2.0/UDP ${mirror.host};branch=${world.newBranch()}`,
        ...message.headers.all('Via').map((via) => `Via: ${via}`),
      ];
      const kept = ['From', 'To', 'Call-ID'].map((name) => `${name}: ${message.headers.get(name)}`);
      mirror.send(world.entrance(), [`MESSAGE ${uri} SIP/2.0`, ...vias, ...kept, 'CSeq: 1 MESSAGE', 'Max-Forwards: 60', ...extra]);
      world.settle();
    };
    back('sip:bob@lab.example');
    expect(mirror.statuses('MESSAGE')).toEqual([482]);
    expect(mirror.requests('MESSAGE')).toHaveLength(1);
    back('sip:alice@lab.example'); // a spiral: alice's calls were to go to bob
    expect(mirror.statuses('MESSAGE')).toEqual([482, 480]);
    const elsewhere = await world.peer('198.51.100.1:5060');
    back('sip:bob@lab.example', ['Route: <sip:198.51.100.1;lr>']); // another spiral
    expect(elsewhere.requests('MESSAGE')).toHaveLength(1);
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('of two proxies that take each other for the way ends by itself', async () => {
    const routeTo = (address: string): Route[] => [
      { kind: 'domain', pattern: 'lost.example', nextHop: at(address), listener: 'default', role: 'server' },
    ];
    const world = await World.open({ routes: routeTo('192.0.2.201:5060') });
    await world.addProxy('second', {
      domain: 'second.example',
      routes: routeTo('192.0.2.200:5060'),
      listeners: [{ name: 'default', address: at('192.0.2.201:5060') }],
    });
    const carol = await world.peer('192.0.2.3:5060');
    world.send(carol, 'MESSAGE', 'sip:eve@lost.example');
    expect(carol.statuses('MESSAGE')).toEqual([482]);
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });
});

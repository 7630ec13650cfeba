import type { Peer } from './peer.js';
import { NOTHING_LEFT, World } from './world.js';

const BOB = 'sip:bob@lab.example';

describe('before a request is forwarded', () => {
  let world: World;
  let carol: Peer;
  let bob: Peer;

  beforeEach(async () => {
    world = await World.open();
    carol = await world.peer('192.0.2.3:5060');
    bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
  });

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test.each<[string, string, string, string[], number]>([
    ['no forwards left', 'INVITE', BOB, ['Max-Forwards: 0'], 483],
    ['a scheme that we do not understand', 'MESSAGE', 'unknown:bob', [`To: <${BOB}>`], 416],
    ['a secure scheme, which no listener serves', 'MESSAGE', 'sips:bob@lab.example', [], 416],
    ['a telephone URI', 'INVITE', 'tel:+15550100', [], 416],
    ['options that the proxy would have to understand', 'INVITE', BOB, ['Proxy-Require: foo, bar'], 420],
    ['a CSeq of another method', 'INVITE', BOB, ['CSeq: 1 MESSAGE'], 400],
    ['no Call-ID', 'INVITE', BOB, ['Call-ID:'], 400],
    ['a user whom nobody knows', 'INVITE', 'sip:eve@lab.example', [], 404],
    ['a user who is not there', 'INVITE', 'sip:alice@lab.example', [], 480],
    ['a number without a route', 'INVITE', 'sip:+15550100@lab.example', [], 404],
    ['no user at our domain', 'INVITE', 'sip:lab.example', [], 404],
  ])('%s: %s %s', (_name, method, uri, extra, status) => {
    world.send(carol, method, uri, extra);
    const answers = carol.arrivals.map(({ message }) => ('status' in message ? message.status : message.method));
    expect(answers).toEqual([status]);
    expect(bob.requests()).toHaveLength(0);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('the options are named in Unsupported', () => {
    world.send(carol, 'INVITE', BOB, ['Proxy-Require: foo, bar']);
    expect(carol.lastResponse('INVITE').message.headers.list('Unsupported')).toEqual(['foo', 'bar']);
  });

  test('answers of our own carry a To tag', () => {
    world.send(carol, 'INVITE', BOB, ['Max-Forwards: 0']);
    expect(carol.lastResponse('INVITE').message.toTag).toMatch(/^[0-9a-f]{8}$/);
  });

  test('a request without Max-Forwards gets 70; one with 1 may still pass', () => {
    world.send(carol, 'MESSAGE', BOB, ['Max-Forwards:']);
    expect(bob.lastRequest('MESSAGE').message.maxForwards).toBe(70);
    world.send(carol, 'MESSAGE', BOB, ['Max-Forwards: 1', 'Call-ID: b']);
    expect(bob.lastRequest('MESSAGE').message.maxForwards).toBe(0);
  });

  test('a method that nobody knows is forwarded like any other', () => {
    world.send(carol, 'DANCE', BOB);
    bob.respond(bob.lastRequest('DANCE'), 501);
    world.settle();
    expect(carol.statuses('DANCE')).toEqual([501]);
  });

  test('OPTIONS to the proxy itself is answered, OPTIONS to a user is forwarded', () => {
    world.send(carol, 'OPTIONS', 'sip:lab.example');
    expect(carol.statuses('OPTIONS')).toEqual([200]);
    expect(carol.lastResponse('OPTIONS').message.headers.get('Allow')).toContain('INVITE');
    world.send(carol, 'OPTIONS', 'sip:192.0.2.200:5060', ['Call-ID: address']);
    expect(carol.statuses('OPTIONS')).toEqual([200, 200]);
    world.send(carol, 'OPTIONS', BOB, ['Call-ID: user']);
    expect(bob.requests('OPTIONS')).toHaveLength(1);
  });

  test.each([
    ['REGISTER', 'sip:lab.example'],
    ['OPTIONS', 'sip:lab.example'],
  ])('%s to the proxy itself is not judged as if it were to be forwarded', (method, uri) => {
    const to = 'To: <sip:bob@lab.example>';
    world.send(carol, method, uri, [to, 'Max-Forwards: 0', 'Proxy-Require: foo']);
    expect(carol.statuses(method)).toEqual([200]);
  });

  test('OPTIONS to a user whose forwards end here get 483, as RFC 4475 §3.3.11 wants', () => {
    world.send(carol, 'OPTIONS', BOB, ['Max-Forwards: 0']);
    expect(carol.statuses('OPTIONS')).toEqual([483]);
    expect(bob.requests()).toHaveLength(0);
  });

  test('a REGISTER for another domain is forwarded, and judged so', () => {
    world.send(carol, 'REGISTER', 'sip:192.0.2.2', ['Max-Forwards: 0']);
    expect(carol.statuses('REGISTER')).toEqual([483]);
    world.send(carol, 'REGISTER', 'sip:192.0.2.2', ['Call-ID: b']);
    expect(bob.requests('REGISTER')).toHaveLength(1);
  });

  test('merged requests are left to the endpoint', () => {
    world.send(carol, 'INVITE', BOB);
    world.send(carol, 'INVITE', BOB); // the same request by another way: only the branch differs
    expect(bob.requests('INVITE')).toHaveLength(2);
    expect(carol.statuses('INVITE')).toEqual([]);
  });

  test('a retransmission is answered by the transaction and not forwarded again', () => {
    const lines = world.lines(carol, 'INVITE', BOB);
    carol.send(world.entrance(), lines);
    world.settle();
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    carol.send(world.entrance(), lines);
    world.settle();
    expect(bob.requests('INVITE')).toHaveLength(1);
    expect(carol.statuses('INVITE')).toEqual([180, 180]);
  });
});

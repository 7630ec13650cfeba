import type { Peer } from './peer.js';
import { NOTHING_LEFT, SHARED_LISTENER, World } from './world.js';

const BOB = 'sip:bob@lab.example';

describe('a user with several contacts', () => {
  let world: World;
  let carol: Peer;
  let phones: Peer[];

  /** Registers one phone for each preference. */
  async function open(preferences: readonly number[], options: Parameters<typeof World.open>[0] = {}): Promise<void> {
    world = await World.open(options);
    carol = await world.peer('192.0.2.3:5060');
    phones = [];
    for (const [index, q] of preferences.entries()) {
      const phone = await world.peer(`192.0.2.${20 + index}:5060`);
      world.register(phone, 'bob', `<sip:bob@${phone.host}>;q=${q}`);
      phones.push(phone);
    }
  }

  function phone(index: number): Peer {
    const found = phones[index];
    if (!found) throw new Error(`no phone ${index}`);
    return found;
  }

  function answer(index: number, status: number, options: Parameters<Peer['respond']>[2] = {}): void {
    phone(index).respond(phone(index).lastRequest('INVITE'), status, { tag: `phone${index}`, ...options });
    world.settle();
  }

  function counts(method: string): number[] {
    return phones.map((one) => one.requests(method).length);
  }

  afterEach(async () => {
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('equally preferred ones ring at the same time, each on a branch of its own', async () => {
    await open([1, 1, 1]);
    world.send(carol, 'INVITE', BOB);
    expect(counts('INVITE')).toEqual([1, 1, 1]);
    expect(new Set(phones.map((one) => one.lastRequest('INVITE').message.topVia?.branch)).size).toBe(3);
    answer(0, 180);
    answer(2, 183);
    expect(carol.statuses('INVITE')).toEqual([180, 183]);
    expect(carol.responses('INVITE').map(({ message }) => message.toTag)).toEqual(['phone0', 'phone2']);
  });

  test.each([
    ['Max-Breadth: 7', ['3', '2', '2']],
    ['Max-Breadth: 1000', ['20', '20', '20']],
    ['Max-Breadth: many', ['20', '20', '20']],
    ['Max-Breadth:', ['20', '20', '20']],
  ])('they share the breadth of the request (RFC 5393 §5.3.3): %s', async (breadth, parts) => {
    await open([1, 1, 1]);
    world.send(carol, 'INVITE', BOB, [breadth]);
    expect(phones.map((one) => one.lastRequest('INVITE').message.headers.all('Max-Breadth'))).toEqual(parts.map((part) => [part]));
  });

  test('those for whom there is no breadth wait until another has declined', async () => {
    await open([1, 1, 1]);
    world.send(carol, 'INVITE', BOB, ['Max-Breadth: 2']);
    expect(counts('INVITE')).toEqual([1, 1, 0]);
    answer(0, 486);
    expect(counts('INVITE')).toEqual([1, 1, 0]);
    answer(1, 486);
    expect(counts('INVITE')).toEqual([1, 1, 1]);
    expect(phone(2).lastRequest('INVITE').message.headers.get('Max-Breadth')).toBe('2');
    answer(2, 200);
    expect(carol.statuses('INVITE')).toEqual([200]);
  });

  test.each([false, true])('without any breadth left nobody rings: 440 (stateless: %p)', async (stateless) => {
    await open([1], { stateless });
    world.send(carol, 'INVITE', BOB, ['Max-Breadth: 0']);
    expect([carol.statuses('INVITE'), counts('INVITE')]).toEqual([[440], [0]]);
  });

  test('less preferred ones ring when the others have declined', async () => {
    await open([0.3, 0.9, 0.3]);
    world.send(carol, 'INVITE', BOB);
    expect(counts('INVITE')).toEqual([0, 1, 0]);
    answer(1, 486);
    expect(carol.statuses('INVITE')).toEqual([]);
    expect(counts('INVITE')).toEqual([1, 1, 1]);
    answer(0, 480);
    answer(2, 404);
    expect(carol.statuses('INVITE')).toEqual([486]); // of one class, the first
    expect(world.proxy.openContexts).toBe(0);
  });

  test('the first 200 wins, the others are cancelled', async () => {
    await open([1, 1, 1, 0.5]);
    world.send(carol, 'INVITE', BOB);
    answer(0, 180);
    answer(1, 180);
    answer(0, 200, { headers: ['Contact: <sip:bob@192.0.2.20>'] });
    expect(carol.statuses('INVITE')).toEqual([180, 180, 200]);
    expect(counts('CANCEL')).toEqual([0, 1, 0, 0]); // the third said nothing yet, so its CANCEL waits
    answer(2, 180);
    expect(counts('CANCEL')).toEqual([0, 1, 1, 0]);
    answer(1, 487);
    answer(2, 487);
    expect(carol.statuses('INVITE')).toEqual([180, 180, 200]);
    expect(counts('INVITE')).toEqual([1, 1, 1, 0]);
    expect(world.proxy.openContexts).toBe(0);
  });

  test('every 200 goes upstream, and every repetition of one', async () => {
    await open([1, 1]);
    world.send(carol, 'INVITE', BOB);
    answer(0, 200);
    answer(1, 200);
    answer(0, 200);
    answer(1, 200);
    expect(carol.statuses('INVITE')).toEqual([200, 200, 200, 200]);
    expect(carol.responses('INVITE').map(({ message }) => message.toTag)).toEqual(['phone0', 'phone1', 'phone0', 'phone1']);
    world.clock.advance(33_000); // Timers L and M
    answer(0, 200);
    expect(carol.statuses('INVITE')).toHaveLength(4); // RFC 6026: what matches no transaction is not forwarded
  });

  test('a 6xx cancels the others, and goes upstream when they have ended', async () => {
    await open([1, 1, 0.5]);
    world.send(carol, 'INVITE', BOB);
    answer(1, 180);
    answer(0, 603);
    expect(carol.statuses('INVITE')).toEqual([180]);
    expect(counts('CANCEL')).toEqual([0, 1, 0]);
    answer(1, 487);
    expect(carol.statuses('INVITE')).toEqual([180, 603]);
    expect(counts('INVITE')).toEqual([1, 1, 0]);
  });

  test('a 200 that crosses the CANCEL of a 6xx wins all the same', async () => {
    await open([1, 1]);
    world.send(carol, 'INVITE', BOB);
    answer(1, 180);
    answer(0, 603);
    answer(1, 200);
    expect(carol.statuses('INVITE')).toEqual([180, 200]);
    expect(world.proxy.openContexts).toBe(0);
  });

  test.each<[string, number[], number]>([
    ['the lowest class', [503, 486, 302], 302],
    ['what helps to try again', [404, 415, 486], 415],
    ['a challenge', [486, 407, 404], 407],
    ['the first of equals', [480, 486, 404], 480],
    ['anything but silence and cancelling', [408, 487, 486], 486],
    ['503 only where there is nothing else, and then as 500', [503, 503, 503], 500],
  ])('of several failures the best goes upstream: %s', async (_name, statuses, expected) => {
    await open([1, 1, 1]);
    world.send(carol, 'INVITE', BOB);
    for (const [index, status] of statuses.entries()) answer(index, status);
    expect(carol.statuses('INVITE')).toEqual([expected]);
  });

  test('all challenges of all branches go upstream together', async () => {
    await open([1, 1, 1]);
    world.send(carol, 'INVITE', BOB);
    answer(0, 401, { headers: ['WWW-Authenticate: Digest realm="zero", nonce="0"'] });
    answer(1, 407, {
      headers: ['Proxy-Authenticate: Digest realm="one", nonce="1"', 'Proxy-Authenticate: Digest realm="one b", nonce="1"'],
    });
    answer(2, 401, { headers: ['WWW-Authenticate: Digest realm="two", nonce="2"'] });
    const { message } = carol.lastResponse('INVITE');
    expect(message.status).toBe(401);
    expect(message.headers.all('WWW-Authenticate').map(realm)).toEqual(['zero', 'two']);
    expect(message.headers.all('Proxy-Authenticate').map(realm)).toEqual(['one', 'one b']);
  });

  test('CANCEL ends all branches, and spares the contacts that are left', async () => {
    await open([1, 1, 0.5]);
    const via = `Via: SIP/2.0/UDP ${carol.host};branch=${world.newBranch()}`;
    world.send(carol, 'INVITE', BOB, [via]);
    answer(0, 180);
    answer(1, 486);
    world.send(carol, 'CANCEL', BOB, [via]);
    answer(0, 487);
    expect(carol.statuses('CANCEL')).toEqual([200]);
    expect(carol.statuses('INVITE')).toEqual([180, 487]); // says what happened, though the 486 came first
    expect(counts('INVITE')).toEqual([1, 1, 0]);
  });

  test('a silent branch does not keep the answer of another from carol for ever', async () => {
    await open([1, 1]);
    world.send(carol, 'INVITE', BOB);
    answer(0, 486);
    world.clock.advance(32_100);
    expect(carol.statuses('INVITE')).toEqual([100, 486]);
  });

  test('under the fault: absorbed branches count as ended, the next contact is tried, its 200 passes', async () => {
    await open([1, 0.5], { trust: SHARED_LISTENER });
    world.send(carol, 'INVITE', BOB);
    answer(0, 486);
    expect(counts('INVITE')).toEqual([1, 1]);
    answer(1, 200);
    expect(carol.statuses('INVITE')).toEqual([200]);
  });

  test('under the fault: an absorbed 6xx cancels nothing', async () => {
    await open([1, 1], { trust: SHARED_LISTENER });
    world.send(carol, 'INVITE', BOB);
    answer(1, 180);
    answer(0, 603);
    expect(counts('CANCEL')).toEqual([0, 0]);
    answer(1, 486);
    world.clock.advance(400_000);
    expect(carol.statuses('INVITE')).toEqual([180]);
    expect(world.proxy.openContexts).toBe(1);
  });

  test('under the fault: a branch that fell silent is a candidate beside absorbed ones', async () => {
    await open([1, 1], { trust: SHARED_LISTENER });
    world.send(carol, 'INVITE', BOB);
    answer(0, 486);
    world.clock.advance(32_100);
    expect(carol.statuses('INVITE')).toEqual([100, 408]);
  });

  test('no more than the allowed number of contacts is tried', async () => {
    await open([1, 1, 1, 1], { limits: { branches: 2 } });
    world.send(carol, 'INVITE', BOB);
    expect(counts('INVITE')).toEqual([1, 1, 0, 0]);
  });
});

function realm(challenge: string): string | undefined {
  return /realm="([^"]*)"/.exec(challenge)?.[1];
}

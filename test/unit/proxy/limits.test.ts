import { errorCode } from '../../../harness/platform/errors.js';
import { at, NOTHING_LEFT, SHARED_LISTENER, World } from './world.js';

const BOB = 'sip:bob@lab.example';

test('more requests than contexts are answered 503, until one is done', async () => {
  const world = await World.open({ limits: { contexts: 2 } });
  const carol = await world.peer('192.0.2.3:5060');
  const bob = await world.peer('192.0.2.2:5060');
  world.register(bob, 'bob');
  for (const call of ['1', '2', '3']) world.send(carol, 'INVITE', BOB, [`Call-ID: ${call}`]);
  expect(carol.statuses('INVITE')).toEqual([503]);
  expect(carol.lastResponse('INVITE').message.headers.get('Retry-After')).toBe('5');
  bob.respond(bob.lastRequest('INVITE'), 486);
  world.settle();
  expect(world.proxy.openContexts).toBe(1);
  world.send(carol, 'INVITE', BOB, ['Call-ID: 4']);
  expect(bob.requests('INVITE')).toHaveLength(3);
  expect(await world.close()).toEqual(NOTHING_LEFT);
});

test('the journal ends with a word when it is full', async () => {
  const world = await World.open({ limits: { journalEntries: 3 } });
  const carol = await world.peer('192.0.2.3:5060');
  for (let call = 0; call < 10; call++) world.send(carol, 'MESSAGE', BOB, [`Call-ID: ${call}`]);
  expect(world.journal).toHaveLength(4);
  expect(world.journal.at(-1)).toMatchObject({ decision: 'stop writing' });
  await world.close();
});

test('dialogs that are remembered are limited, the oldest goes first', async () => {
  const world = await World.open({ limits: { dialogs: 2 } });
  const carol = await world.peer('192.0.2.3:5060');
  const bob = await world.peer('192.0.2.2:5060');
  world.register(bob, 'bob');
  for (const call of ['1', '2', '3']) {
    world.send(carol, 'INVITE', BOB, [`Call-ID: ${call}`]);
    bob.respond(bob.lastRequest('INVITE'), 200);
    world.settle();
  }
  for (const call of ['1', '2', '3']) world.send(carol, 'ACK', BOB, [`Call-ID: ${call}`, `To: <${BOB}>;tag=callee`]);
  expect(bob.requests('ACK').map(({ message }) => message.callId)).toEqual(['2', '3']);
  await world.close();
});

test('stopping in the middle of everything leaves nothing and says nothing', async () => {
  const world = await World.open({ trust: SHARED_LISTENER });
  const carol = await world.peer('192.0.2.3:5060');
  const bob = await world.peer('192.0.2.2:5060');
  world.register(bob, 'bob');
  for (const call of ['untouched', 'ringing', 'absorbed', 'answered']) world.send(carol, 'INVITE', BOB, [`Call-ID: ${call}`]);
  const invite = (call: string) => bob.requests('INVITE').find(({ message }) => message.callId === call) ?? bob.lastRequest('INVITE');
  bob.respond(invite('ringing'), 180);
  bob.respond(invite('absorbed'), 486);
  bob.respond(invite('answered'), 200);
  world.settle();
  expect(world.proxy.openContexts).toBe(3);
  const before = [carol.arrivals.length, bob.arrivals.length];
  expect(await world.close()).toEqual(NOTHING_LEFT);
  expect([carol.arrivals.length, bob.arrivals.length]).toEqual(before);
});

test('a proxy that finds an address taken gives back those that it had', async () => {
  const world = await World.open();
  await world.peer('192.0.2.210:5070');
  const open = world.network.openSockets;
  const listeners = [
    { name: 'a', address: at('192.0.2.210:5060') },
    { name: 'b', address: at('192.0.2.210:5070') },
  ];
  const other = World.open({ network: world.network, listeners });
  await expect(other.catch((error: unknown) => Promise.reject(errorCode(error)))).rejects.toBe('address-in-use');
  expect(world.network.openSockets).toBe(open);
  await world.close();
});

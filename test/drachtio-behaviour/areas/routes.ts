import type { App } from '../apps/app.js';
import type { Behaviour } from '../behaviour.js';
import { check, same } from '../expectation.js';
import type { Peer } from '../peers/peer.js';
import type { World } from '../world.js';

async function anyString(world: World): Promise<void> {
  const control = await world.control();
  for (const verb of ['invite', 'cdr:attempt', 'cdr:start', 'cdr:stop', 'anything']) {
    const { tokens } = await control.ask(`route|${verb}`);
    same(tokens.slice(3), ['OK'], `answer to a route for ${verb}`);
  }
}

async function noRoute(world: World): Promise<void> {
  await world.app('message'); // an app, and none for these
  const alice = await world.peer('alice');
  const invite = await alice.invite();
  invite.acknowledge(await invite.expect(503));
  await alice.request('OPTIONS').expect(503);
}

async function noApp(world: World): Promise<void> {
  const alice = await world.peer('alice');
  const invite = await alice.invite();
  invite.acknowledge(await invite.expect(503));
}

async function duplicates(world: World): Promise<void> {
  const app = await world.app('message');
  await app.addRoute('info'); // srf sends all its routes again
  const routes = app.conversation.frames.filter(({ verb, tokens }) => verb === 'route' && tokens[2] === 'message');
  same(routes.length, 2, 'routes for message that the app sent');
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE');
  (await app.next('MESSAGE')).res.send(200);
  await message.expect(200);
  await world.settle();
  same(app.told(), ['network MESSAGE', 'OK 200 MESSAGE'], 'what the app was told');
}

async function addedLater(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(503);
  await app.addRoute('message');
  const message = alice.request('MESSAGE');
  (await app.next('MESSAGE')).res.send(200);
  await message.expect(200);
}

async function anyCase(world: World): Promise<void> {
  const control = await world.control();
  check((await control.ask('route|MESSAGE')).succeeded, 'the server refused a route in capitals');
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE');
  const { transactionId } = await control.next('sip');
  check((await control.ask(`sip|${transactionId}|`, 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n')).succeeded, 'the response was refused');
  await message.expect(200);
}

async function unregistered(world: World): Promise<void> {
  const app = await world.app('message', 'info');
  app.srf.unregisterForMessages('message');
  await app.conversation.find('remove_route of the app', ({ verb }) => verb === 'remove_route');
  await app.conversation.answered('remove_route');
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(503);
  // The real server forgets all routes of the client where it was asked to forget one.
  await alice.request('INFO').expect(503);
}

/** An app that takes a method, notes that it did, and answers. */
function serving(world: World, method: string, status: number, served: string[], name: string): Promise<App> {
  return world.appWith({
    serve: {
      [method]: (_req, res) => {
        served.push(name);
        res.send(status);
      },
    },
  });
}

function inTurn(method: string, status: number, place: (alice: Peer) => Promise<void>): Behaviour['run'] {
  return async (world) => {
    const served: string[] = [];
    for (const name of ['first', 'second']) await serving(world, method, status, served, name);
    const alice = await world.peer('alice');
    for (let times = 0; times < 6; times++) await place(alice);
    const [one = ''] = served;
    const other = one === 'first' ? 'second' : 'first';
    same(served, [one, other, one, other, one, other], 'apps that were given the requests');
  };
}

async function message(alice: Peer): Promise<void> {
  await alice.request('MESSAGE').expect(200);
}

async function busyCall(alice: Peer): Promise<void> {
  const call = await alice.invite();
  call.acknowledge(await call.expect(486));
}

async function onlyThoseWithARoute(world: World): Promise<void> {
  const served: string[] = [];
  await serving(world, 'invite', 486, served, 'invites');
  await serving(world, 'message', 200, served, 'messages');
  const alice = await world.peer('alice');
  for (const place of [message, message, busyCall, busyCall]) await place(alice);
  same(served, ['messages', 'messages', 'invites', 'invites'], 'apps that were given the requests');
}

async function theOneThatStays(world: World): Promise<void> {
  const served: string[] = [];
  const leaving = await serving(world, 'message', 200, served, 'leaving');
  await serving(world, 'message', 200, served, 'staying');
  const alice = await world.peer('alice');
  await message(alice);
  await message(alice);
  leaving.tap.cut({ refuse: true });
  await world.control(); // a connection later than the end of that one
  served.length = 0;
  for (let times = 0; times < 3; times++) await message(alice);
  same(served, ['staying', 'staying', 'staying'], 'apps that were given the requests');
  leaving.takeErrors();
}

export const ROUTES: readonly Behaviour[] = [
  {
    id: 'routes/any-string',
    title: 'A route for any string is answered with OK',
    source: 'protocol §2',
    basis: 'recorded',
    run: anyString,
  },
  {
    id: 'routes/no-route',
    title: 'A request whose method no application takes is answered with 503 by the server itself, an INVITE with 100 before',
    source: 'protocol §2',
    basis: 'recorded',
    run: noRoute,
  },
  {
    id: 'routes/no-app',
    title: 'With no application connected an INVITE is answered with 100 and 503',
    source: 'protocol §2',
    basis: 'recorded',
    run: noApp,
  },
  {
    id: 'routes/duplicates',
    title: 'A route named twice does no harm: each request comes once',
    source: 'protocol §2',
    basis: 'recorded',
    run: duplicates,
  },
  {
    id: 'routes/added-later',
    title: 'A route may be added while connected',
    source: 'protocol §2',
    basis: 'recorded',
    run: addedLater,
  },
  {
    id: 'routes/any-case',
    title: 'Routes match methods whatever their case',
    source: 'protocol §2',
    basis: 'read',
    run: anyCase,
  },
  {
    id: 'routes/removed',
    title: 'remove_route is answered with OK, and takes away all routes of that application',
    source: 'protocol §2',
    basis: 'read',
    run: unregistered,
  },
  {
    id: 'routes/in-turn',
    title: 'Two applications with a route for a method get its requests in turn',
    source: 'protocol §2',
    basis: 'recorded',
    run: inTurn('message', 200, message),
  },
  {
    id: 'routes/calls-in-turn',
    title: 'Two applications that take calls get the INVITEs in turn',
    source: 'protocol §2',
    basis: 'recorded',
    run: inTurn('invite', 486, busyCall),
  },
  {
    id: 'routes/only-with-a-route',
    title: 'A request goes only to an application that has a route for its method',
    source: 'protocol §2',
    basis: 'recorded',
    run: onlyThoseWithARoute,
  },
  {
    id: 'routes/the-one-that-stays',
    title: 'When one of two applications leaves, the other gets all requests',
    source: 'protocol §2',
    basis: 'own',
    run: theOneThatStays,
  },
];

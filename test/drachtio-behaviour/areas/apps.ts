import { emitted } from '../apps/srf.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { World } from '../world.js';
import { answered, answeredBy, ringing } from './established.js';

async function reconnects(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const returned = emitted(app.srf, 'connect');
  app.tap.cut();
  await within(returned, 'connect event');
  await app.routed();
  same(app.tap.conversations.length, 2, 'number of connections');
  const { leg } = await answeredBy(app, alice);
  await leg.hangUp();
  app.takeErrors();
}

async function goneWhileRinging(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, carol] = await world.peers('alice', 'carol');
  const call = await alice.invite({ body: OFFER });
  const { res } = await app.next('INVITE');
  res.send(180);
  await call.expect(180);
  const returned = emitted(app.srf, 'connect');
  app.tap.cut();
  await within(returned, 'connect event');
  await app.routed();
  await call.cancel().expect(200); // the server can do that alone
  call.acknowledge(await call.expect(487));
  const { leg } = await answeredBy(app, carol);
  await leg.hangUp();
  app.takeErrors();
}

async function goneDuringCall(world: World): Promise<void> {
  const { app, caller, leg } = await answered(world);
  const returned = emitted(app.srf, 'connect');
  app.tap.cut();
  await within(returned, 'connect event');
  await app.routed();
  leg.request('BYE');
  // Nobody knows the dialog any more, but the BYE of a call has to have an answer.
  const answer = await caller.nextOf(['200 BYE', '404 BYE', '481 BYE', '500 BYE', '503 BYE']);
  check(answer, 'no answer to the BYE');
  const carol = await world.peer('carol');
  const { leg: another } = await answeredBy(app, carol);
  await another.hangUp();
  app.takeErrors();
}

async function goneWhileCallingOut(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob, carol] = await world.peers('alice', 'bob', 'carol');
  const { call, invite, joining } = await ringing(app, alice, bob);
  const returned = emitted(app.srf, 'connect');
  app.tap.cut();
  await within(returned, 'connect event');
  await app.routed();
  bob.reply(invite, 486);
  await bob.next('ACK'); // the server's own transaction, whoever asked for it
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  void joining; // nobody is there to hear of it
  const { leg } = await answeredBy(app, carol);
  await leg.hangUp();
  app.takeErrors();
}

async function serverStops(world: World): Promise<void> {
  const target = await world.ownServer();
  const app = await world.appWith({ routes: ['invite'] }, target);
  const [alice, bob, carol, dave] = await Promise.all(['alice', 'bob', 'carol', 'dave'].map((name) => world.peer(name, target)));
  if (!alice || !bob || !carol || !dave) throw new Error('unreachable');
  const established = await answeredBy(app, alice);
  await ringing(app, bob, carol); // one rings through a B2BUA,
  await dave.invite(); // and one has no answer
  await app.next('INVITE');
  const closed = emitted(app.srf, 'close');
  await within(target.stop(), 'end of the server');
  await within(closed, 'close event at the app');
  check(established.dialog.connected, 'the dialog was ended although no BYE came');
  await within(app.close(), 'end of the app');
  const held = target.held?.();
  same(
    Object.values(held ?? {}).filter((count) => count > 0),
    [],
    'what the stopped server still holds',
  );
  world.forget(target);
  app.takeErrors();
}

async function serverReturns(world: World): Promise<void> {
  const first = await world.ownServer();
  const app = await world.appWith({ routes: ['invite'] }, first);
  const alice = await world.peer('alice', first);
  await alice.invite();
  await app.next('INVITE');
  const returned = emitted(app.srf, 'connect');
  await first.stop();
  const { address, port } = first.control;
  const second = await world.ownServer({ control: { host: address, port }, sip: `udp/${first.sip.address}:${first.sip.port}` });
  await within(returned, 'connect event');
  await app.routed();
  const call = await alice.invite({ body: OFFER });
  (await app.next('INVITE')).res.send(486);
  call.acknowledge(await call.expect(486));
  same([second.sip, second.control], [first.sip, first.control], 'addresses of the second server');
  app.takeErrors();
}

async function twoServersApart(world: World): Promise<void> {
  const [one, other] = [await world.ownServer(), await world.ownServer()];
  const app = await world.appWith({ routes: ['message'] }, one);
  const alice = await world.peer('alice', one);
  const carol = await world.peer('carol', other);
  await carol.request('MESSAGE').expect(503);
  const message = alice.request('MESSAGE');
  (await app.next('MESSAGE')).res.send(200);
  await message.expect(200);
}

async function idleAfterwards(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  for (let times = 0; times < 3; times++) {
    const { leg } = await answeredBy(app, alice);
    await leg.hangUp();
    const call = await alice.invite({ body: OFFER });
    const { req, res } = await app.next('INVITE');
    const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
    await call.expect(200);
    const dialog = await within(creating, 'dialog of createUAS');
    const destroying = later(dialog.destroy());
    alice.reply(await alice.next('BYE'), 200);
    await within(destroying, 'end of destroy');
  }
  await world.settle();
  check(app.srf.idle, 'srf still waits for something that the server owes it');
}

export const APPS: readonly Behaviour[] = [
  {
    id: 'apps/reconnects',
    title: 'An application that lost its connection returns, names its routes again, and has calls',
    source: 'protocol §2',
    basis: 'recorded',
    run: reconnects,
  },
  {
    id: 'races/app-gone-while-ringing',
    title:
      "An application goes while a call rings: the caller's CANCEL still gets 200 and 487, and the application that returns has new calls",
    source: 'protocol §5',
    basis: 'own',
    run: goneWhileRinging,
  },
  {
    id: 'races/app-gone-during-call',
    title: 'An application goes during a call: the BYE is answered, and the application that returns has new calls',
    source: 'RFC 3261 §8.2',
    basis: 'own',
    run: goneDuringCall,
  },
  {
    id: 'races/app-gone-while-calling',
    title: "A B2BUA goes while its callee rings: the callee's 486 is acknowledged, the caller can cancel, and new calls are served",
    source: 'RFC 3261 §17.1.1.3',
    basis: 'own',
    run: goneWhileCallingOut,
  },
  {
    id: 'races/server-stops',
    title: 'The server stops with calls in every state: applications hear of it, and it holds nothing afterwards',
    source: 'issue 6',
    basis: 'own',
    run: serverStops,
  },
  {
    id: 'races/server-returns',
    title: 'A server that starts again at its addresses is found by the application that lost it',
    source: 'protocol §2',
    basis: 'own',
    run: serverReturns,
  },
  {
    id: 'apps/two-servers',
    title: 'Two servers in one process know nothing of each other',
    source: 'issue 6',
    basis: 'own',
    run: twoServersApart,
  },
  {
    id: 'apps/idle',
    title: 'After calls that ended either way srf waits for nothing that the server owes it',
    source: 'protocol §7',
    basis: 'own',
    run: idleAfterwards,
  },
];

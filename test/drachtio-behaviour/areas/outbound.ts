import type { RequestAction } from '../../../harness/drachtio/index.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';

async function rejected(world: World): Promise<void> {
  const { app, sip } = await world.listeningApp();
  const alice = await world.peer('alice', { sip });
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  res.send(486);
  call.acknowledge(await call.expect(486));
  await app.conversation.hears('OK 486 INVITE');
  const frames = app.conversation.frames.filter((frame) => frame.from === 'server');
  same(
    frames.slice(0, 3).map(({ verb }) => verb),
    ['response', 'sip', 'response'],
    'verbs of the server',
  );
  const ours = app.conversation.frames.filter((frame) => frame.from === 'app');
  same([ours[0]?.verb, ours.some(({ verb }) => verb === 'route')], ['authenticate', false], "the application's first verb, and its routes");
  same(req.get('Call-ID'), call.request.get('call-id'), 'Call-ID at the app');
  app.srf.endSession(res);
}

async function answered(world: World): Promise<void> {
  const { app, sip } = await world.listeningApp();
  const alice = await world.peer('alice', { sip });
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  const dialog = await within(creating, 'dialog of createUAS');
  const destroyed = new Promise((resolve) => dialog.once('destroy', resolve));
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  await leg.hangUp(); // on the same connection
  await within(destroyed, 'destroy event');
  same(app.tap.conversations.length, 1, 'number of connections');
  const told = ['network INVITE', 'OK 200 INVITE', 'network ACK', 'network BYE'];
  same(app.told().slice(0, 4), told, 'what the app was told');
  app.srf.endSession(req);
  await within(app.tap.parted(), 'end of the connection after endSession');
}

async function oneConnectionEach(world: World): Promise<void> {
  const { app, sip } = await world.listeningApp();
  const callers = [await world.peer('alice', { sip }), await world.peer('carol', { sip })];
  for (const caller of callers) {
    const call = await caller.invite({ body: OFFER });
    const { res } = await app.next('INVITE');
    res.send(486);
    call.acknowledge(await call.expect(486));
  }
  same(app.tap.conversations.length, 2, 'number of connections');
}

async function nobodyListens(world: World): Promise<void> {
  const { app, sip } = await world.listeningApp();
  const alice = await world.peer('alice', { sip });
  await app.close();
  const call = await alice.invite();
  call.acknowledge(await call.expect(480));
}

async function withWrongSecret(world: World): Promise<void> {
  const target = await world.ownServer({ outbound: () => `127.0.0.1:${port}`, secret: 'one' });
  const { app } = await world.listeningApp(); // knows the secret of another server
  const port = app.tap.port;
  const alice = await world.peer('alice', target);
  const call = await alice.invite();
  call.acknowledge(await call.expect(480));
  const answer = await app.conversation.find('answer to the authentication', ({ verb }) => verb === 'response');
  same(answer.tokens.slice(3), ['NO', 'incorrect secret'], 'answer to a wrong secret');
}

async function placedFromThere(world: World): Promise<void> {
  const { app, sip } = await world.listeningApp();
  const [alice, bob] = [await world.peer('alice', { sip }), await world.peer('bob', { sip })];
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const joining = later(app.srf.createB2BUA(req, res, bob.uri));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await within(Promise.allSettled([joining]), 'end of createB2BUA');
}

/** A server of the suite's own that asks a function what to do with each request. */
function handled(action: (world: World) => RequestAction | string, play: (world: World, place: Place) => Promise<void>): Behaviour['run'] {
  return async (world) => {
    const asked: string[] = [];
    const target = await world.ownServer({
      outbound: (request) => {
        asked.push(`${request.method} ${request.requestUri}`);
        return action(world);
      },
    });
    const alice = await world.peer('alice', target);
    await play(world, { alice, target });
    matches(asked[0], /^INVITE sip:bob@/, 'what the handler was asked');
    same(asked.length, 1, 'how often the handler was asked');
  };
}

interface Place {
  readonly alice: Awaited<ReturnType<World['peer']>>;
  readonly target: Awaited<ReturnType<World['ownServer']>>;
}

const rejectedByHandler = handled(
  () => ({ action: 'reject', data: { status: 503, reason: 'Too Many Calls' } }),
  async (_world, { alice }) => {
    const call = await alice.invite();
    const response = await call.expect(503);
    call.acknowledge(response);
    same(response.reason, 'Too Many Calls', 'reason phrase');
  },
);

const redirectedByHandler = handled(
  () => ({ action: 'redirect', data: { contacts: ['sip:bob@127.0.0.9:5070', 'sip:bob@127.0.0.10:5070'] } }),
  async (_world, { alice }) => {
    const call = await alice.invite();
    const response = await call.expect(302);
    call.acknowledge(response);
    const uris = response.list('contact').map((contact) => /<([^>]*)>/.exec(contact)?.[1] ?? contact);
    same(uris, ['sip:bob@127.0.0.9:5070', 'sip:bob@127.0.0.10:5070'], 'Contact of the 302');
  },
);

async function proxiedByHandler(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const run = handled(
    () => ({ action: 'proxy', data: { destinations: [bob.uri], recordRoute: true } }),
    async (_world, { alice, target }) => {
      const call = await alice.invite({ body: OFFER });
      const invite = await bob.next('INVITE');
      same(invite.list('record-route'), [`<sip:${target.sip.address}:${target.sip.port};lr>`], 'Record-Route');
      bob.reply(invite, 486);
      await bob.next('ACK');
      call.acknowledge(await call.expect(486));
    },
  );
  await run(world);
}

async function routedByTag(world: World): Promise<void> {
  const run = handled(
    () => ({ action: 'route', data: { tag: 'green' } }),
    async (_world, { alice, target }) => {
      const blue = await world.appWith({ tags: ['blue'], routes: ['invite'] }, target);
      const green = await world.appWith({ tags: ['red', 'green'], routes: ['invite'] }, target);
      const call = await alice.invite();
      (await green.next('INVITE')).res.send(486);
      call.acknowledge(await call.expect(486));
      check(blue.untaken.length === 0, 'the application without the tag got the request');
    },
  );
  await run(world);
}

export const OUTBOUND: readonly Behaviour[] = [
  {
    id: 'outbound/rejected',
    title:
      'The server connects to the application for a new request: the application authenticates, gets OK and the request, and names no routes',
    source: 'protocol §2',
    basis: 'recorded',
    run: rejected,
  },
  {
    id: 'outbound/answered',
    title: 'The rest of a call goes over the connection of its INVITE, which endSession closes',
    source: 'protocol §2',
    basis: 'read',
    run: answered,
  },
  {
    id: 'outbound/one-connection-each',
    title: 'Each new request has a connection of its own',
    source: 'protocol §2',
    basis: 'recorded',
    run: oneConnectionEach,
  },
  {
    id: 'outbound/nobody-listens',
    title: 'Where no application listens the caller gets 480',
    source: 'protocol §2',
    basis: 'recorded',
    run: nobodyListens,
  },
  {
    id: 'outbound/b2bua',
    title: 'An application that the server connected to may place calls over that connection',
    source: 'protocol §2, §7',
    basis: 'read',
    run: placedFromThere,
  },
  {
    id: 'outbound/wrong-secret',
    title: 'An application that does not know the secret is refused, and the caller gets 480',
    source: 'protocol §2',
    basis: 'own',
    run: withWrongSecret,
  },
  {
    id: 'handler/reject',
    title: 'A request handler may have the server reject a request',
    source: 'protocol §2',
    basis: 'read',
    run: rejectedByHandler,
  },
  {
    id: 'handler/redirect',
    title: 'A request handler may have the server redirect a request',
    source: 'protocol §2',
    basis: 'read',
    run: redirectedByHandler,
  },
  {
    id: 'handler/proxy',
    title: 'A request handler may have the server proxy a request',
    source: 'protocol §2',
    basis: 'read',
    run: proxiedByHandler,
  },
  {
    id: 'handler/tag',
    title: 'A request handler may choose an application by its tag',
    source: 'protocol §2',
    basis: 'read',
    run: routedByTag,
  },
];

import type { Behaviour } from '../behaviour.js';
import { later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';

async function reliableUnsupported(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { res } = await app.next('INVITE');
  const sending = new Promise((resolve, reject) => {
    res.send(180, { headers: { Require: '100rel' } }, (error, sent) => (error ? reject(error) : resolve(sent)));
  });
  same((await rejection(sending, '180 that is to be reliable')).message, 'Remote endpoint does not support 100rel', 'reason');
  res.send(486);
  call.acknowledge(await call.expect(486)); // and nothing before it
}

async function reliableProvisional(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER, fields: [['Supported', '100rel']] });
  const { res } = await app.next('INVITE');
  const sending = later(
    new Promise<unknown>((resolve, reject) => {
      res.send(180, { headers: { Require: '100rel' } }, (error, sent) => (error ? reject(error) : resolve(sent)));
    }),
  );
  const ringing = await call.expect(180); // RFC 3262 §3
  matches(ringing.get('rseq'), /^\d+$/, 'RSeq');
  matches(ringing.get('require'), /100rel/, 'Require');
  await within(sending, 'callback of res.send');
  const prack = alice.request('PRACK', {
    uri: ringing.uri('contact') || call.request.requestUri,
    from: call.request.get('from') ?? '',
    callId: call.request.get('call-id') ?? '',
    sequence: 2,
    fields: [['RAck', `${ringing.get('rseq')} 1 INVITE`]],
    toTag: ringing.tag('to') ?? '',
  });
  await prack.expect(200);
  res.send(486);
  call.acknowledge(await call.expect(486));
}

async function reliableRequired(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER, fields: [['Require', '100rel']] });
  const { res } = await app.next('INVITE');
  res.send(486);
  call.acknowledge(await call.expect(486));
}

async function sessionTimer(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const headers = { 'Session-Expires': '1800;refresher=uac', Supported: 'timer' };
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER, headers }));
  const invite = await bob.next('INVITE');
  matches(invite.get('session-expires'), /^1800/, 'Session-Expires'); // RFC 4028 §7.1
  const ok = bob.reply(invite, 200, { body: ANSWER });
  await within(placing, 'dialog of createUAC');
  await bob.next('ACK');
  await Dialog.ofCallee(bob, invite, ok).hangUp();
}

async function unknownExtension(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER, fields: [['Supported', 'replaces, 100rel, timer']] });
  const { req, res } = await app.next('INVITE');
  same(req.get('Supported'), 'replaces, 100rel, timer', 'Supported at the app');
  res.send(420, { headers: { Unsupported: 'foo' } });
  const response = await call.expect(420);
  call.acknowledge(response);
  same(response.get('unsupported'), 'foo', 'Unsupported at the caller');
}

export const EXTENSIONS: readonly Behaviour[] = [
  {
    id: 'reliable/unsupported',
    title: 'A reliable provisional response to a caller who does not support it is refused, and does not go out',
    source: 'protocol §4; RFC 3262 §3',
    basis: 'read',
    run: reliableUnsupported,
  },
  {
    id: 'reliable/provisional',
    title: 'A reliable provisional response goes out with RSeq, and its PRACK is answered',
    source: 'protocol §4; RFC 3262 §3',
    basis: 'read',
    run: reliableProvisional,
  },
  {
    id: 'reliable/required',
    title: 'An INVITE that requires reliable provisional responses reaches the application',
    source: 'protocol §4; RFC 3262 §3',
    basis: 'read',
    run: reliableRequired,
  },
  {
    id: 'session-timer/by-app',
    title: 'A call of the application may ask for a session timer',
    source: 'protocol §5; RFC 4028 §7.1',
    basis: 'read',
    run: sessionTimer,
  },
  {
    id: 'extension/passed-on',
    title: 'What a caller supports reaches the application, and what the application says of it the caller',
    source: 'protocol §3.1',
    basis: 'own',
    run: unknownExtension,
  },
];

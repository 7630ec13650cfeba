import type { SrfRequest } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import { Pending } from '../pending.js';
import type { World } from '../world.js';
import { ringing } from './established.js';

/** The caller's CANCEL is answered by the server while the application's 486 is under way to it. */
async function cancelBefore486(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { res, cancelled } = await app.next('INVITE');
  res.send(180);
  await call.expect(180);
  app.tap.hold('app');
  res.send(486);
  await app.conversation.find('486 of the app', ({ from, sip }) => from === 'app' && sip?.status === 486);
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  app.tap.release('app');
  const refusal = await app.conversation.hears('NOK 486 INVITE');
  same(refusal.tokens[4], 'Response not sent due to unknown transaction', "word on the app's late 486");
  await world.settle(); // one final at the caller, not two
  same(cancelled.isSettled, false, 'a cancel event after the application had given its final response');
}

/** The callee's 486 and the caller's CANCEL pass each other in the B2BUA. */
async function cancelCrosses486(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob);
  app.tap.hold('server'); // the application hears of both only afterwards
  bob.reply(invite, 486);
  await bob.next('ACK');
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  app.tap.release('server');
  same((await rejection(joining, 'createB2BUA')).status, 486, 'status of the error');
  await world.settle();
  // The application hears of the 486 first, but srf acts on the CANCEL before its promise for the 486 does.
  same(
    app.told().filter((name) => /^\S+ 48[67] INVITE$/.test(name)),
    ['network 486 INVITE', 'NOK 487 INVITE'],
    'words about finals',
  );
  same(bob.untaken, [], 'what else the callee got'); // its call is over: no CANCEL
}

/** The application's CANCEL meets the callee's 200. */
async function cancelCrosses200OfCallee(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const sent = new Pending<SrfRequest>();
  const rings = new Pending<void>();
  const placing = later(
    app.srf.createUAC(
      bob.uri,
      { localSdp: OFFER },
      { cbRequest: (_error, request) => sent.resolve(request), cbProvisional: () => rings.resolve() },
    ),
  );
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await within(rings.promise, 'cbProvisional');
  (await sent.promise).cancel();
  const cancel = await bob.next('CANCEL');
  const ok = bob.reply(invite, 200, { body: ANSWER }); // on its way when the CANCEL came
  bob.reply(cancel, 200);
  // Protocol §5: ACK and BYE are the server's.
  const ack = await bob.next('ACK');
  same([ack.sequence, ack.get('to')], [invite.sequence, ok.get('to')], 'CSeq and To of the ACK');
  const bye = await bob.next('BYE');
  same([bye.get('call-id'), bye.get('to')], [invite.get('call-id'), ok.get('to')], 'Call-ID and To of the BYE');
  check(bye.sequence > invite.sequence, `CSeq ${bye.sequence} of the BYE`);
  bob.reply(bye, 200);
  await world.settle();
  void placing; // how it ends is srf's affair
}

/** The caller's CANCEL meets the application's 200. */
async function cancelCrosses200OfApp(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  const dialog = await within(creating, 'dialog of createUAS');
  const destroyed = new Promise((resolve) => dialog.once('destroy', resolve));
  call.cancel();
  const answer = await alice.nextOf(['200 CANCEL', '481 CANCEL']);
  check(answer, 'no answer to the CANCEL');
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  const bye = await alice.next('BYE');
  alice.reply(bye, 200);
  same(bye.get('call-id'), call.request.get('call-id'), 'Call-ID of the BYE');
  await within(destroyed, 'destroy event');
}

/** Bytes of a BYE and of the 200 to the callee's BYE pass each other. */
async function byesCross(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const leg = Dialog.ofCaller(call, await call.expect(200));
  const dialog = await within(creating, 'dialog of createUAS');
  leg.acknowledge();
  const destroying = later(dialog.destroy());
  const theirs = await alice.next('BYE');
  const ours = leg.request('BYE');
  alice.reply(theirs, 200);
  // RFC 3261 §15.1.2: the dialog may be gone for the server already.
  const answer = await alice.nextOf(['200 BYE', '481 BYE']);
  same(answer.branch, ours.request.branch, 'branch of the answer');
  await within(Promise.allSettled([destroying]), 'end of destroy');
}

async function glare(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const leg = Dialog.ofCaller(call, await call.expect(200));
  const dialog = await within(creating, 'dialog of createUAS');
  leg.acknowledge();
  const modifying = later(dialog.modify(ANSWER));
  const theirs = await alice.next('INVITE');
  alice.reply(theirs, 491, { reason: 'Request Pending' });
  await alice.next('ACK');
  same((await rejection(modifying, 'modify')).status, 491, 'status of the error');
  await leg.hangUp();
}

/** Two calls at once between the same peers stay apart. */
async function twoCallsAtOnce(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const first = await ringing(app, alice, bob);
  const second = await ringing(app, alice, bob);
  bob.reply(second.invite, 486, { tag: 'second' });
  await bob.next('ACK');
  second.call.acknowledge(await second.call.expect(486));
  bob.reply(first.invite, 603, { tag: 'first' });
  await bob.next('ACK');
  first.call.acknowledge(await first.call.expect(603));
  same((await rejection(first.joining, 'first createB2BUA')).status, 603, 'status of the first error');
  same((await rejection(second.joining, 'second createB2BUA')).status, 486, 'status of the second error');
}

export const RACES: readonly Behaviour[] = [
  {
    id: 'races/cancel-before-486',
    title: "The application's 486 comes after the caller's CANCEL: the caller has its 487 and no second final, the 486 is refused",
    source: 'protocol §5',
    basis: 'read',
    run: cancelBefore486,
  },
  {
    id: 'races/cancel-crosses-486',
    title: "In a B2BUA the callee's 486 and the caller's CANCEL cross: one final for the caller, no CANCEL for the callee",
    source: 'protocol §5, §8',
    basis: 'read',
    run: cancelCrosses486,
  },
  {
    id: 'races/cancel-crosses-200-of-callee',
    title: "The application's CANCEL crosses the callee's 200: the server sends ACK and BYE",
    source: 'protocol §5; RFC 3261 §9.1',
    basis: 'read',
    run: cancelCrosses200OfCallee,
  },
  {
    id: 'races/cancel-crosses-200-of-app',
    title: "The caller's CANCEL crosses the application's 200: it is answered, and a BYE ends the call",
    source: 'protocol §3.1',
    basis: 'read',
    run: cancelCrosses200OfApp,
  },
  {
    id: 'races/byes-cross',
    title: 'Two BYEs that cross are both answered',
    source: 'RFC 3261 §15.1.2',
    basis: 'own',
    run: byesCross,
  },
  {
    id: 'races/glare',
    title: "The application's re-INVITE that gets a 491 is acknowledged, and the call stays",
    source: 'RFC 3261 §14.1',
    basis: 'own',
    run: glare,
  },
  {
    id: 'races/two-calls-at-once',
    title: 'Two calls at a time between the same peers stay apart',
    source: 'protocol §3.1',
    basis: 'own',
    run: twoCallsAtOnce,
  },
];

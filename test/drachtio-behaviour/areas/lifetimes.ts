import { emitted } from '../apps/srf.js';
import type { SrfRequest } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { ringing } from './established.js';

async function appNeverAnswers(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, carol] = await world.peers('alice', 'carol');
  const call = await alice.invite({ body: OFFER });
  const { res } = await app.next('INVITE');
  for (let times = 0; times < 3; times++) await world.wait64T1(app); // forgotten after 128
  const other = await carol.invite({ body: OFFER });
  (await app.next('INVITE')).res.send(486); // others have not been forgotten with it
  other.acknowledge(await other.expect(486));
  same(alice.untaken, [], 'what the caller got besides the 100');
  await call.cancel().expect(481);
  res.send(486);
  const refusal = await app.conversation.hears('NOK 486 INVITE');
  same(refusal.tokens[4], 'Response not sent due to unknown transaction', "word on the app's late 486");
}

async function keptWhileRinging(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { res } = await app.next('INVITE');
  res.send(180);
  await call.expect(180);
  for (let times = 0; times < 3; times++) await world.wait64T1(app);
  res.send(486);
  call.acknowledge(await call.expect(486));
}

/** A B2BUA that absorbed the callee's 486, with and without a 180 before it, when the caller loses patience. */
function absorbed({ rings }: { rings: boolean }): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const [alice, bob] = await world.peers('alice', 'bob');
    const call = await alice.invite({ body: OFFER });
    const { req, res } = await app.next('INVITE');
    const options = { passFailure: false, passProvisionalResponses: rings };
    const joining = later(app.srf.createB2BUA(req, res, bob.uri, options));
    const invite = await bob.next('INVITE');
    bob.reply(invite, 180);
    if (rings) await call.expect(180);
    bob.reply(invite, 486);
    await bob.next('ACK');
    same((await rejection(joining, 'createB2BUA')).status, 486, 'status of the error');
    for (let times = 0; times < 3; times++) await world.wait64T1(app);
    same(alice.untaken, [], 'what the caller got');
    await call.cancel().expect(rings ? 200 : 481);
    if (rings) call.acknowledge(await call.expect(487));
  };
}

async function okRepeated(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  await within(creating, 'dialog of createUAS');
  await alice.repeated(ok, 4, world.patience(16)); // RFC 3261 §13.3.1.4: after T1, 2 T1, 4 T1
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  await app.conversation.hears('network ACK');
  await alice.settle();
  const copies = alice.copies(ok);
  await world.wait64T1(app);
  same(alice.copies(ok), copies, 'copies of the 200 after the ACK');
  await leg.hangUp();
}

async function ackNever(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  const destroyed = emitted<[SrfRequest, string]>(await within(creating, 'dialog of createUAS'), 'destroy');
  const bye = await alice.next('BYE', world.patience(64));
  matches(bye.get('reason'), /^SIP\s*;\s*cause=200\s*;\s*text="ACK timeout"$/, 'Reason of the BYE');
  same([bye.get('call-id'), bye.get('from')], [call.request.get('call-id'), ok.get('to')], 'Call-ID and From of the BYE');
  alice.reply(bye, 200);
  const [message, reason] = await within(destroyed, 'destroy event');
  same([message.source, message.method, reason], ['application', 'BYE', 'ACK timeout'], 'what the destroy event brings');
  const frame = await app.conversation.hears('application BYE');
  same(frame.transactionId, 'unsolicited', 'transaction id of the BYE');
  const copies = alice.copies(ok);
  await world.wait64T1(app);
  same(alice.copies(ok), copies, 'copies of the 200 after the BYE');
}

async function busyRepeated(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  (await app.next('INVITE')).res.send(486);
  const busy = await call.expect(486); // as if it had been lost
  await alice.repeated(busy, 4, world.patience(16)); // RFC 3261 §17.2.1, Timer G
  call.acknowledge(busy);
  await alice.settle();
  const copies = alice.copies(busy);
  await world.wait64T1(app);
  same(alice.copies(busy), copies, 'copies of the 486 after the ACK');
  same(app.told().includes('network ACK'), false, 'the ACK at the app');
}

async function busyNeverAcknowledged(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  (await app.next('INVITE')).res.send(486);
  const busy = await call.expect(486);
  for (let times = 0; times < 2; times++) await world.wait64T1(app); // Timer H has ended it after 64
  const copies = alice.copies(busy);
  await world.wait64T1(app);
  same(alice.copies(busy), copies, 'copies of the 486 after Timer H');
}

async function lostAckOfBridged(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob);
  const final = bob.reply(invite, 200, { body: ANSWER });
  await bob.next('ACK');
  await call.expect(200);
  const { uas, uac } = await within(joining, 'dialogs of createB2BUA');
  const ended = new Promise((resolve) => uas.once('destroy', () => resolve(uac.destroy())));
  alice.reply(await alice.next('BYE', world.patience(64)), 200);
  const bye = await bob.next('BYE');
  same(bye.get('to'), final.get('to'), 'To of the BYE at the callee');
  bob.reply(bye, 200);
  await within(ended, "end of the callee's dialog");
}

export const LIFETIMES: readonly Behaviour[] = [
  {
    id: 'lifetimes/app-never-answers',
    title: 'An INVITE that the application never answers is forgotten after 64 s without a reply; a later CANCEL gets 481, others go on',
    source: 'protocol §5',
    basis: 'recorded',
    slow: true,
    run: appNeverAnswers,
  },
  {
    id: 'lifetimes/kept-while-ringing',
    title: 'After a 180 an INVITE is kept for as long as the application likes',
    source: 'protocol §5',
    basis: 'recorded',
    slow: true,
    run: keptWhileRinging,
  },
  {
    id: 'lifetimes/absorbed-while-ringing',
    title: 'A 486 that a B2BUA absorbed after a 180 leaves the caller ringing, who can cancel at any time',
    source: 'protocol §8',
    basis: 'recorded',
    slow: true,
    run: absorbed({ rings: true }),
  },
  {
    id: 'lifetimes/absorbed-unheard',
    title: 'A 486 that a B2BUA absorbed without a 180 leaves an INVITE that is forgotten after 64 s: the CANCEL gets 481',
    source: 'protocol §8',
    basis: 'recorded',
    slow: true,
    run: absorbed({ rings: false }),
  },
  {
    id: 'races/200-repeated',
    title: 'A 200 is repeated until its ACK comes, and no longer',
    source: 'protocol §4; RFC 3261 §13.3.1.4',
    basis: 'recorded',
    slow: true,
    run: okRepeated,
  },
  {
    id: 'races/lost-ack',
    title: 'Without an ACK the server hangs up after 32 s, with a Reason, and tells the application so',
    source: 'protocol §4',
    basis: 'recorded',
    slow: true,
    run: ackNever,
  },
  {
    id: 'races/lost-ack-of-b2bua',
    title: 'A B2BUA hears of the lost ACK of its caller, and hangs up on the callee',
    source: 'protocol §4',
    basis: 'recorded',
    slow: true,
    run: lostAckOfBridged,
  },
  {
    id: 'races/lost-486',
    title: 'A 486 of the application is repeated until its ACK comes, and no longer',
    source: 'protocol §4; RFC 3261 §17.2.1',
    basis: 'recorded',
    slow: true,
    run: busyRepeated,
  },
  {
    id: 'lifetimes/486-never-acknowledged',
    title: 'Without an ACK the 486 is given up with Timer H',
    source: 'protocol §4; RFC 3261 §17.2.1',
    basis: 'recorded',
    slow: true,
    run: busyNeverAcknowledged,
  },
];

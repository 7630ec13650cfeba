import type { App } from '../apps/app.js';
import { emitted } from '../apps/srf.js';
import type { SrfRequest } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { closedPort } from '../peers/closed-port.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import type { SipText } from '../peers/sip-text.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { placed, ringing } from './established.js';

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

async function silentCallee(world: World): Promise<void> {
  const { app, calls, invite, bob } = await twoCalls(world);
  // The two calls left together, and the proxied one is repeated after 1, 3, 7, 15 and 31 T1: no other clock is needed.
  await calls.proxied.repeated(6);
  check(bob.copies(invite) < 6, 'the INVITE was repeated as soon as the proxied one');
  await calls.proxied.over();
  const error = await rejection(calls.placing, 'createUAC', world.patience(64));
  same(error.status, 408, 'status of the error');
  check(bob.copies(invite) >= 5, `${bob.copies(invite)} copies of the INVITE`); // after 2, 6, 14, 30, 62 T1
  const frame = await app.conversation.hears('network 408 INVITE');
  same([frame.source, frame.tokens[5]], ['network', ''], 'source and address of the 408');
}

/** Two silent callees who are called in the same moment: one by the application's own call, one by a call that it proxies. */
export async function twoCalls(world: World): Promise<TwoCalls> {
  const app = await world.app('invite');
  const [alice, bob, carol] = await world.peers('alice', 'bob', 'carol');
  const call = await alice.invite({ body: OFFER });
  const { req } = await app.next('INVITE');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const proxying = later(app.srf.proxyRequest(req, carol.uri));
  const [invite, other] = [await bob.next('INVITE'), await carol.next('INVITE')];
  const over = async (): Promise<void> => {
    call.acknowledge(await call.expect(408, world.patience(64)));
    await within(Promise.allSettled([proxying]), 'end of proxyRequest');
  };
  const proxied = { repeated: (times: number) => carol.repeated(other, times, world.patience(64)), over };
  return { app, bob, invite, calls: { placing, proxied } };
}

interface TwoCalls {
  readonly app: App;
  readonly bob: Peer;
  /** At bob. */
  readonly invite: SipText;
  readonly calls: {
    readonly placing: Promise<unknown>;
    readonly proxied: { repeated(times: number): Promise<void>; over(): Promise<void> };
  };
}

async function silentPeer(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const asking = app.asks(bob.uri, { method: 'OPTIONS' }, world.patience(64));
  const request = await bob.next('OPTIONS');
  same((await asking).status, 408, 'status of the final response');
  await bob.repeated(request, 2);
  const frame = await app.conversation.hears('network 408 OPTIONS');
  same([frame.source, frame.tokens[5]], ['network', ''], 'source and address of the 408');
}

async function inviteQuietAfterRinging(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await app.conversation.hears('network 180 INVITE');
  const copies = bob.copies(invite);
  for (let times = 0; times < 2; times++) await world.wait64T1(app);
  same(bob.copies(invite), copies, 'copies of the INVITE after the 180');
  bob.reply(invite, 486); // Timer B has not ended it
  await bob.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 486, 'status of the error');
}

async function heldCancel(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const joining = later(app.srf.createB2BUA(req, res, bob.uri));
  const invite = await bob.next('INVITE');
  await app.conversation.hears('OK INVITE');
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  await bob.repeated(invite, 3, world.patience(16)); // while the CANCEL waits
  bob.reply(invite, 100);
  bob.reply(await bob.next('CANCEL'), 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  same((await rejection(joining, 'createB2BUA')).status, 487, 'status of the error');
}

async function byeUnanswered(world: World): Promise<void> {
  const { app, callee, dialog } = await placed(world);
  const destroying = later(dialog.destroy());
  const bye = await callee.next('BYE');
  await within(destroying, 'end of destroy', world.patience(64));
  await callee.repeated(bye, 2);
  const { tokens } = await app.conversation.hears('network 408 BYE');
  same(tokens[5], '', 'address of the 408');
}

async function nobodyThere(world: World): Promise<void> {
  const app = await world.app();
  const { address, port } = await closedPort(world.target.sip);
  const uri = `sip:gone@${address}:${port}`;
  const error = await rejection(app.srf.createUAC(uri, { localSdp: OFFER }), 'createUAC', world.patience(64));
  same(error.status, 503, 'status of the error');
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
  {
    id: 'lifetimes/silent-callee',
    title: "An INVITE to a callee who says nothing is repeated, for the first time after 1 s, and ends with the server's own 408",
    source: 'protocol §3.1, §5',
    basis: 'recorded',
    slow: true,
    run: silentCallee,
  },
  {
    id: 'lifetimes/silent-peer',
    title: "A request to a peer who says nothing is repeated, and ends with the server's own 408",
    source: 'protocol §3.1; RFC 3261 §17.1.2.2',
    basis: 'recorded',
    slow: true,
    run: silentPeer,
  },
  {
    id: 'lifetimes/ringing-callee',
    title: 'An INVITE is not repeated after a 180, and waits as long as the callee rings',
    source: 'RFC 3261 §17.1.1.2',
    basis: 'own',
    slow: true,
    run: inviteQuietAfterRinging,
  },
  {
    id: 'lifetimes/held-cancel',
    title: 'While a CANCEL waits for the first response the INVITE goes on being repeated',
    source: 'protocol §5',
    basis: 'recorded',
    slow: true,
    run: heldCancel,
  },
  {
    id: 'lifetimes/bye-unanswered',
    title: 'A BYE that nobody answers is repeated, and ends the dialog with a 408',
    source: 'protocol §3.1; RFC 3261 §15.1.1',
    basis: 'own',
    slow: true,
    run: byeUnanswered,
  },
  {
    id: 'lifetimes/closed-port',
    title: "An INVITE to a port where nobody is ends with the server's own 503, at once",
    source: 'protocol §3.1',
    basis: 'recorded',
    slow: true,
    run: nobodyThere,
  },
];

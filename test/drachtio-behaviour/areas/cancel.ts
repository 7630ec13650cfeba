import type { App, Arrival } from '../apps/app.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, rejection, same, within } from '../expectation.js';
import { fresh, OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import { SipText } from '../peers/sip-text.js';
import { Transaction } from '../peers/transaction.js';
import type { World } from '../world.js';
import { ringing } from './established.js';

/** A call that has reached an app, which has said nothing or rings. */
async function pendingCall(
  world: World,
  { rings }: { rings: boolean },
): Promise<{ app: App; alice: Peer; call: Transaction; arrival: Arrival }> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const arrival = await app.next('INVITE');
  if (rings) {
    arrival.res.send(180);
    await call.expect(180);
  }
  return { app, alice, call, arrival };
}

function byCaller({ rings }: { rings: boolean }): Behaviour['run'] {
  return async (world) => {
    const { app, call, arrival } = await pendingCall(world, { rings });
    await call.cancel([['Reason', 'SIP;cause=600;text="Changed my mind"']]).expect(200);
    const terminated = await call.expect(487);
    call.acknowledge(terminated);
    const cancel = await within(arrival.cancelled.promise, 'cancel event');
    same([cancel.method, cancel.get('Reason')], ['CANCEL', 'SIP;cause=600;text="Changed my mind"'], 'what the cancel event brings');
    const frame = await app.conversation.hears('network CANCEL');
    same(frame.transactionId, arrival.req.stackTxnId, "transaction id of the CANCEL, which is the INVITE's");
    const dialogId = `${call.request.get('call-id')};from-tag=${call.request.tag('from')}`;
    same(frame.dialogId, rings ? dialogId : '', 'dialog id of the CANCEL');
    arrival.res.send(487); // as srf does it: too late
    await world.settle();
    same(
      app.told(),
      [...(rings ? ['network INVITE', 'OK 180 INVITE'] : ['network INVITE']), 'network CANCEL', 'NOK 487 INVITE'],
      'what the app was told',
    );
    const refusal = await app.conversation.hears('NOK 487 INVITE');
    same(refusal.tokens[4], 'Response not sent due to unknown transaction', "word on the app's late 487");
  };
}

async function twice(world: World): Promise<void> {
  const { app, alice, call, arrival } = await pendingCall(world, { rings: true });
  const cancel = call.cancel();
  const ok = await cancel.expect(200);
  const terminated = await call.expect(487);
  cancel.send();
  await alice.repeated(ok, 2); // RFC 3261 §17.2.2
  call.acknowledge(terminated);
  await within(arrival.cancelled.promise, 'cancel event');
  await world.settle();
  same(app.told().filter((name) => name === 'network CANCEL').length, 1, 'number of CANCELs at the app');
}

async function ofNothing(world: World): Promise<void> {
  const { app, alice, call, arrival } = await pendingCall(world, { rings: true });
  const via = `SIP/2.0/UDP ${alice.hostPort};branch=${fresh('z9hG4bK')}`;
  const fields = call.request.fields.map(([name, value]) => [name, name === 'via' ? via : value] as const);
  const neverSent = new Transaction(alice, SipText.write(call.request.startLine, fields), alice.server);
  await neverSent.cancel().expect(481);
  arrival.res.send(486);
  call.acknowledge(await call.expect(486));
  await world.settle();
  same(app.told().includes('network CANCEL'), false, 'a CANCEL at the app');
}

async function afterFinal(world: World): Promise<void> {
  const { app, call, arrival } = await pendingCall(world, { rings: true });
  arrival.res.send(486);
  const busy = await call.expect(486);
  // RFC 3261 §9.2: a final response was sent, so the CANCEL changes nothing, and is still answered.
  await call.cancel().expect(200);
  call.acknowledge(busy);
  await world.settle();
  same(arrival.cancelled.isSettled, false, 'a cancel event after the final response');
  same(app.told().slice(0, 3), ['network INVITE', 'OK 180 INVITE', 'OK 486 INVITE'], 'what the app was told');
}

function throughB2bua({ beforeRinging }: { beforeRinging: boolean }): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const [alice, bob] = await world.peers('alice', 'bob');
    const { call, invite, joining } = beforeRinging ? await trying(app, alice, bob) : await ringing(app, alice, bob);
    await call
      .cancel([
        ['X-Reason', 'gone'],
        ['Reason', 'SIP;cause=1'],
      ])
      .expect(200);
    call.acknowledge(await call.expect(487));
    if (beforeRinging) {
      await world.settle();
      same(bob.untaken, [], 'what the callee got before it said anything');
      bob.reply(invite, 100);
    }
    const cancel = await bob.next('CANCEL');
    same(
      [cancel.branch, cancel.get('x-reason'), cancel.get('reason')],
      [invite.branch, 'gone', 'SIP;cause=1'],
      'branch and reasons of the CANCEL',
    );
    bob.reply(cancel, 200);
    bob.reply(invite, 487);
    await bob.next('ACK');
    same((await rejection(joining, 'createB2BUA')).status, 487, 'status of the error');
    await world.settle();
    check(!app.told().some((name) => /200 CANCEL/.test(name)), 'the 200 to the CANCEL was passed up');
  };
}

async function trying(app: App, alice: Peer, bob: Peer): Promise<Pick<Awaited<ReturnType<typeof ringing>>, 'call' | 'invite' | 'joining'>> {
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const joining = later(app.srf.createB2BUA(req, res, bob.uri));
  const invite = await bob.next('INVITE');
  await app.conversation.hears('OK INVITE');
  return { call, invite, joining };
}

export const CANCEL: readonly Behaviour[] = [
  {
    id: 'cancel/before-any-response',
    title:
      "A caller's CANCEL before the application said anything: 200 and 487 from the server, a cancel event, the application's own 487 refused",
    source: 'protocol §3.1, §5',
    basis: 'recorded',
    run: byCaller({ rings: false }),
  },
  {
    id: 'cancel/while-ringing',
    title: 'The same after a 180; the CANCEL is passed up with the dialog id',
    source: 'protocol §3.1, §5',
    basis: 'recorded',
    run: byCaller({ rings: true }),
  },
  {
    id: 'cancel/again',
    title: 'A CANCEL that comes again is answered again, and passed up once',
    source: 'RFC 3261 §9.2, §17.2.2',
    basis: 'own',
    run: twice,
  },
  {
    id: 'cancel/of-nothing',
    title: 'A CANCEL that matches no INVITE is answered with 481, and not passed up',
    source: 'protocol §5; RFC 3261 §9.2',
    basis: 'recorded',
    run: ofNothing,
  },
  {
    id: 'races/cancel-after-486',
    title: 'A CANCEL that crosses the 486 is answered with 200 and changes nothing',
    source: 'RFC 3261 §9.2',
    basis: 'own',
    run: afterFinal,
  },
  {
    id: 'cancel/through-b2bua',
    title: "A B2BUA passes the caller's CANCEL on with Reason and X-Reason, and both INVITEs end with 487",
    source: 'protocol §4, §7',
    basis: 'read',
    run: throughB2bua({ beforeRinging: false }),
  },
  {
    id: 'cancel/through-b2bua-before-any-response',
    title: 'The same before the callee said anything: its CANCEL waits',
    source: 'protocol §5, §7',
    basis: 'recorded',
    run: throughB2bua({ beforeRinging: true }),
  },
];

import { emitted } from '../apps/srf.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { placed } from './established.js';

async function answeredCall(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const requests: SrfRequest[] = [];
  const provisional: SrfResponse[] = [];
  const placing = later(
    app.srf.createUAC(
      bob.uri,
      { localSdp: OFFER },
      { cbRequest: (_error, request) => requests.push(request), cbProvisional: (response) => provisional.push(response) },
    ),
  );
  const invite = await bob.next('INVITE');
  bob.reply(invite, 100); // is not passed up
  bob.reply(invite, 180);
  bob.reply(invite, 183, { body: ANSWER });
  const ok = bob.reply(invite, 200, { body: ANSWER });
  const dialog = await within(placing, 'dialog of createUAC');
  const ack = await bob.next('ACK');
  // RFC 3261 §13.2.2.4: the ACK of a 2xx goes to the Contact, in a transaction of its own.
  same([ack.requestUri, ack.sequence, ack.get('to')], [bob.uri, invite.sequence, ok.get('to')], 'Request-URI, CSeq and To of the ACK');
  check(ack.branch !== invite.branch, "the ACK has the INVITE's branch");
  same(
    [requests.map((request) => request.get('Call-ID')), provisional.map(({ status }) => status)],
    [[invite.get('call-id')], [180, 183]],
    'callbacks',
  );
  same(dialog.id, `${invite.get('call-id')};from-tag=${invite.tag('from')}`, 'dialog id');
  same(dialog.sip, { callId: invite.get('call-id'), localTag: invite.tag('from'), remoteTag: ok.tag('to') }, 'what identifies the dialog');
  same(dialog.remote, { uri: bob.uri, sdp: ANSWER }, 'remote side of the dialog');
  const destroyed = emitted(dialog, 'destroy');
  await Dialog.ofCallee(bob, invite, ok).hangUp();
  await within(destroyed, 'destroy event');
  await world.settle();
  const told = ['OK INVITE', 'network 180 INVITE', 'network 183 INVITE', 'network 200 INVITE', 'OK ACK', 'network BYE', 'OK 200 BYE'];
  same(app.told(), told, 'what the app was told');
}

async function hungUpByApp(world: World): Promise<void> {
  const { app, callee, invite, dialog } = await placed(world);
  const destroying = later(dialog.destroy());
  const bye = await callee.next('BYE');
  same([bye.requestUri, bye.sequence], [callee.uri, invite.sequence + 1], 'Request-URI and CSeq of the BYE');
  same([bye.get('from'), bye.tag('to')], [invite.get('from'), 'bob-tag'], 'From and To tag of the BYE');
  callee.reply(bye, 200);
  await within(destroying, 'end of destroy');
  check(!app.srf.findDialogById(dialog.id), 'srf still has the dialog');
}

async function throughRouteSet(world: World): Promise<void> {
  const app = await world.app();
  const [bob, inner, outer] = await world.peers('bob', 'inner', 'outer');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const invite = await bob.next('INVITE');
  const routes = [`<sip:${inner.hostPort};lr>`, `<sip:${outer.hostPort};lr>`];
  bob.reply(invite, 200, { body: ANSWER, fields: [['Record-Route', routes.join(', ')]] });
  const dialog = await within(placing, 'dialog of createUAC');
  // RFC 3261 §12.1.2: the UAC's route set is the Record-Route in reverse, so that the outer proxy is the first.
  const ack = await outer.next('ACK');
  same([ack.requestUri, ack.list('route')], [bob.uri, [...routes].reverse()], 'Request-URI and Route of the ACK');
  const destroying = later(dialog.destroy());
  const bye = await outer.next('BYE');
  same([bye.requestUri, bye.list('route')], [bob.uri, [...routes].reverse()], 'Request-URI and Route of the BYE');
  outer.reply(bye, 200);
  await within(destroying, 'end of destroy');
}

async function offerInAck(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, {}));
  const invite = await bob.next('INVITE');
  same([invite.body.length, invite.get('content-type')], [0, undefined], 'body and Content-Type of an INVITE without offer');
  const ok = bob.reply(invite, 200, { body: OFFER });
  await within(placing, 'dialog of createUAC');
  const ack = await bob.next('ACK');
  matches(ack.body.toString(), /^v=0[\s\S]*a=recvonly/, 'SDP in the ACK');
  same(ack.get('content-type'), 'application/sdp', 'Content-Type of the ACK');
  await Dialog.ofCallee(bob, invite, ok).hangUp();
}

async function okAgain(world: World): Promise<void> {
  const { app, callee, invite, ack, leg } = await placed(world);
  callee.reply(invite, 200, { body: ANSWER }); // as if the ACK had been lost
  await callee.acknowledged(ack, 2);
  await leg.hangUp();
  await world.settle();
  same(app.told().filter((name) => name === 'network 200 INVITE').length, 1, 'number of 200s at the app');
}

async function busyAgain(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 486);
  const ack = await bob.next('ACK');
  bob.reply(invite, 486);
  await bob.acknowledged(ack, 2);
  await rejection(placing, 'createUAC');
  await world.settle();
  same(app.told().filter((name) => name === 'network 486 INVITE').length, 1, 'number of 486s at the app');
}

export const UAC_DIALOG: readonly Behaviour[] = [
  {
    id: 'uac/answered',
    title:
      'createUAC places a call: callbacks for the request and provisional responses but not the 100, ACK to the Contact, a dialog, destroy',
    source: 'protocol §3.1, §3.2, §4',
    basis: 'recorded',
    run: answeredCall,
  },
  {
    id: 'uac/hung-up-by-app',
    title: 'dialog.destroy sends a BYE with the next CSeq number to the Contact of the 200',
    source: 'protocol §4; RFC 3261 §12.2.1.1',
    basis: 'recorded',
    run: hungUpByApp,
  },
  {
    id: 'uac/route-set',
    title: 'ACK and BYE go along the Record-Route of the 200, from its end',
    source: 'RFC 3261 §12.1.2, §12.2.1.1',
    basis: 'own',
    run: throughRouteSet,
  },
  {
    id: 'uac/offer-in-200',
    title: 'An INVITE without offer has no body and no Content-Type; the answer goes in the ACK',
    source: 'protocol §4; RFC 3261 §13.2.2.4',
    basis: 'read',
    run: offerInAck,
  },
  {
    id: 'uac/ok-again',
    title: 'A 200 that comes again is acknowledged again, without the application',
    source: 'protocol §5; RFC 3261 §13.2.2.4',
    basis: 'read',
    run: okAgain,
  },
  {
    id: 'races/486-again',
    title: 'A 486 that comes again, since its ACK was lost, is acknowledged again, and the application hears it once',
    source: 'protocol §5; RFC 3261 §17.1.1.2',
    basis: 'recorded',
    run: busyAgain,
  },
];

import { emitted } from '../apps/srf.js';
import type { SrfRequest } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { SipText } from '../peers/sip-text.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { answered } from './established.js';

async function answeredCall(world: World): Promise<void> {
  const { app, call, ok, leg, dialog } = await answered(world);
  same(ok.body.toString(), ANSWER, 'body of the 200');
  same(ok.uri('contact'), `sip:${world.serverHostPort}`, 'Contact that the server added');
  same(ok.get('content-type'), 'application/sdp', 'Content-Type that the server guessed');
  const [callId, tag] = [call.request.get('call-id') ?? '', call.request.tag('from') ?? ''];
  same(dialog.id, `${callId};from-tag=${tag}`, 'dialog id');
  same(dialog.sip, { callId, remoteTag: tag, localTag: ok.tag('to') }, 'what identifies the dialog');
  same(dialog.remote, { uri: call.request.uri('contact'), sdp: OFFER }, 'remote side of the dialog');
  check(app.srf.findDialogByCallIDAndFromTag(callId, tag) === dialog, 'srf does not find the dialog');
  const destroyed = emitted<[SrfRequest, string]>(dialog, 'destroy');
  await leg.hangUp();
  const [bye, reason] = await within(destroyed, 'destroy event');
  same([bye.method, reason], ['BYE', 'normal release'], 'what the destroy event brings');
  check(!app.srf.findDialogById(dialog.id), 'srf still has the dialog');
  await world.settle();
  same(app.told(), ['network INVITE', 'OK 200 INVITE', 'network ACK', 'network BYE', 'OK 200 BYE'], 'what the app was told');
}

async function acknowledgement(world: World): Promise<void> {
  const { app, arrival, call, leg } = await answered(world);
  const ack = await app.conversation.hears('network ACK');
  same(ack.transactionId, arrival.req.stackTxnId, "transaction id of the ACK, which is the INVITE's");
  same(ack.dialogId, `${call.request.get('call-id')};from-tag=${call.request.tag('from')}`, 'dialog id of the ACK');
  await leg.hangUp();
  const { transactionId, dialogId } = await app.conversation.hears('network BYE');
  check(transactionId !== arrival.req.stackTxnId, "the BYE has the INVITE's transaction id");
  same(dialogId, ack.dialogId, 'dialog id of the BYE');
}

async function hungUpByApp(world: World): Promise<void> {
  const { app, caller, call, ok, dialog } = await answered(world);
  const destroying = later(dialog.destroy({ headers: { 'X-Why': 'done' } }));
  const bye = await caller.next('BYE');
  same(bye.requestUri, call.request.uri('contact'), "Request-URI of the BYE, which is the caller's Contact");
  same([bye.get('from'), bye.get('to')], [ok.get('to'), call.request.get('from')], 'From and To of the BYE');
  same([bye.get('call-id'), bye.get('x-why')], [call.request.get('call-id'), 'done'], 'Call-ID and header of the BYE');
  caller.reply(bye, 200);
  same((await within(destroying, 'end of destroy')).method, 'BYE', 'what destroy gives');
  check(!app.srf.findDialogById(dialog.id), 'srf still has the dialog');
  await world.settle();
  same(app.told(), ['network INVITE', 'OK 200 INVITE', 'network ACK', 'OK BYE', 'network 200 BYE'], 'what the app was told');
}

async function throughRouteSet(world: World): Promise<void> {
  const [caller, edge] = await world.peers('alice', 'edge');
  const app = await world.app('invite');
  const route = `<sip:${edge.hostPort};lr>`;
  const call = await caller.invite({ body: OFFER, fields: [['Record-Route', route]] });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  // RFC 3261 §12.1.1: the 2xx has the Record-Route of the request, and §12.2.1.1 sends requests along it.
  same(ok.list('record-route'), [route], 'Record-Route of the 200');
  const dialog = await within(creating, 'dialog of createUAS');
  Dialog.ofCaller(call, ok).acknowledge();
  const ack = await edge.next('ACK');
  edge.send(
    SipText.write(
      ack.startLine,
      ack.fields.filter(([name]) => name !== 'route'),
    ),
  );
  await app.conversation.hears('network ACK');
  const destroying = later(dialog.destroy());
  const bye = await edge.next('BYE');
  same([bye.requestUri, bye.list('route')], [caller.uri, [route]], 'Request-URI and Route of the BYE');
  edge.reply(bye, 200);
  await within(destroying, 'end of destroy');
}

async function ownHeaders(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const headers = { Contact: `<sip:app@${world.serverHostPort}>`, 'X-Linked': '7', 'User-Agent': 'an app' };
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER, headers }));
  const ok = await call.expect(200);
  same([ok.get('x-linked'), ok.get('user-agent')], ['7', 'an app'], 'headers of the 200');
  same(ok.uri('contact'), `sip:app@${world.serverHostPort}`, 'Contact of the 200, which the app set');
  const dialog = await within(creating, 'dialog of createUAS');
  same(dialog.local.uri, `sip:app@${world.serverHostPort}`, 'local URI of the dialog');
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  await leg.hangUp();
}

export const UAS: readonly Behaviour[] = [
  {
    id: 'uas/answered',
    title: 'createUAS answers a call: a 200 with Contact and SDP, a dialog that knows both sides, and destroy when the caller hangs up',
    source: 'protocol §3.1, §4',
    basis: 'recorded',
    run: answeredCall,
  },
  {
    id: 'uas/acknowledgement',
    title: "The ACK for the 200 is passed up with the INVITE's transaction id and the dialog id",
    source: 'protocol §3.1',
    basis: 'recorded',
    run: acknowledgement,
  },
  {
    id: 'uas/hung-up-by-app',
    title: "dialog.destroy sends a BYE to the caller's Contact, within the dialog",
    source: 'protocol §4; RFC 3261 §12.2.1.1',
    basis: 'recorded',
    run: hungUpByApp,
  },
  {
    id: 'uas/route-set',
    title: 'Record-Route is copied into the 200, and requests of the dialog go along it',
    source: 'RFC 3261 §12.1.1, §12.2.1.1',
    basis: 'own',
    run: throughRouteSet,
  },
  {
    id: 'uas/own-headers',
    title: 'Headers that the application gives stand in the 200, a Contact of its own in place of the added one',
    source: 'protocol §4',
    basis: 'read',
    run: ownHeaders,
  },
];

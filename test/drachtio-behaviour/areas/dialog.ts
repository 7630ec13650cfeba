import { emitted } from '../apps/srf.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER, sdp } from '../peers/identity.js';
import type { World } from '../world.js';
import { answered } from './established.js';

async function modifiedByApp(world: World): Promise<void> {
  const { caller, call, dialog, leg } = await answered(world);
  const offer = sdp('app-on-hold', 7002);
  const modifying = later(dialog.modify(offer));
  const invite = await caller.next('INVITE');
  same([invite.requestUri, invite.body.toString()], [call.request.uri('contact'), offer], 'Request-URI and body of the re-INVITE');
  check(invite.get('contact'), 'the re-INVITE has no Contact');
  const again = sdp('alice-again', 6002);
  caller.reply(invite, 200, { body: again });
  const ack = await caller.next('ACK');
  same(ack.sequence, invite.sequence, 'CSeq of the ACK');
  same(await within(modifying, 'end of modify'), again, 'what modify gives');
  same(dialog.remote.sdp, again, 'remote SDP of the dialog');
  await leg.hangUp();
}

async function modificationRejected(world: World): Promise<void> {
  const { app, caller, dialog, leg } = await answered(world);
  const modifying = later(dialog.modify(sdp('app', 7002)));
  const invite = await caller.next('INVITE');
  caller.reply(invite, 488);
  const ack = await caller.next('ACK');
  same([ack.branch, ack.sequence], [invite.branch, invite.sequence], 'branch and CSeq of the ACK');
  same((await rejection(modifying, 'modify')).status, 488, 'status of the error');
  const requesting = later(dialog.request({ method: 'INFO' })); // the call is still there
  caller.reply(await caller.next('INFO'), 200);
  same((await within(requesting, 'response to INFO')).status, 200, 'status of the response to INFO');
  await leg.hangUp();
  await app.conversation.hears('network BYE');
}

async function reinviteFromCaller(world: World): Promise<void> {
  const { app, dialog, leg } = await answered(world);
  const offer = sdp('alice-elsewhere', 6004);
  const modified = emitted<[SrfRequest, SrfResponse]>(dialog, 'modify');
  const again = leg.request('INVITE', { body: offer });
  await again.expect(100);
  const [req, res] = await within(modified, 'modify event');
  same([req.body, dialog.remote.sdp], [offer, offer], 'offer at the app');
  const answer = sdp('app-again', 7004);
  res.send(200, { body: answer });
  const ok = await again.expect(200);
  same(ok.body.toString(), answer, 'answer at the caller');
  check(ok.get('contact'), 'the 200 has no Contact');
  leg.acknowledge();
  await leg.hangUp();
  await app.conversation.hears('network BYE');
}

async function reinviteAnsweredBySrf(world: World): Promise<void> {
  const { leg } = await answered(world);
  const again = leg.request('INVITE', { body: sdp('alice', 6004) });
  await again.expect(100);
  same((await again.expect(200)).body.toString(), ANSWER, 'answer at the caller');
  leg.acknowledge();
  await leg.hangUp();
}

async function hold(world: World): Promise<void> {
  const { dialog, leg } = await answered(world);
  const held = emitted(dialog, 'hold');
  const again = leg.request('INVITE', { body: OFFER.replace('sendrecv', 'sendonly') });
  await again.expect(100);
  const ok = await again.expect(200);
  leg.acknowledge();
  await within(held, 'hold event');
  same(dialog.onHold, true, 'onHold');
  matches(ok.body.toString(), /a=recvonly/, 'direction of the answer');
  await leg.hangUp();
}

async function requestsFromCaller(world: World): Promise<void> {
  const { app, dialog, leg } = await answered(world);
  const informed = emitted<[SrfRequest, SrfResponse]>(dialog, 'info');
  const info = leg.request('INFO', { body: 'Signal=1', fields: [['Content-Type', 'application/dtmf-relay']] });
  const [req, res] = await within(informed, 'info event');
  same(req.body, 'Signal=1', 'body at the app');
  res.send(200, { headers: { 'X-Heard': 'yes' } });
  same((await info.expect(200)).get('x-heard'), 'yes', 'header of the response');
  for (const method of ['MESSAGE', 'OPTIONS', 'REFER']) await leg.request(method).expect(200); // srf answers where nobody listens
  await leg.hangUp();
  await world.settle();
  const expected = ['INVITE', 'ACK', 'INFO', 'MESSAGE', 'OPTIONS', 'REFER', 'BYE'].map((method) => `network ${method}`);
  same(
    app.told().filter((name) => name.startsWith('network')),
    expected,
    'requests that the app was told of',
  );
}

async function requestsFromApp(world: World): Promise<void> {
  const { caller, call, ok, dialog, leg } = await answered(world);
  let sequence = 0;
  for (const method of ['INFO', 'MESSAGE', 'OPTIONS', 'NOTIFY', 'REFER']) {
    const headers = { 'Content-Type': 'text/plain', 'X-Method': method };
    const requesting = later(dialog.request({ method, headers, body: 'hello' }));
    const request = await caller.next(method);
    same([request.get('x-method'), request.body.toString()], [method, 'hello'], `header and body of the ${method}`);
    same([request.get('from'), request.get('to')], [ok.get('to'), call.request.get('from')], `From and To of the ${method}`);
    // RFC 3261 §12.2.1.1: within a dialog the CSeq number rises.
    check(request.sequence > sequence, `CSeq ${request.sequence} after ${sequence}`);
    sequence = request.sequence;
    caller.reply(request, 202, { fields: [['X-Answer', method]] });
    const response = await within(requesting, `response to ${method}`);
    same([response.status, response.get('X-Answer')], [202, method], `response to ${method}`);
  }
  await leg.hangUp();
}

async function noDialog(world: World): Promise<void> {
  const { app, dialog, leg } = await answered(world);
  await leg.hangUp();
  await app.conversation.hears('network BYE');
  const error = await rejection(dialog.request({ method: 'INFO' }), 'INFO in a dialog that has ended');
  same(error.code, 'ENODIALOG', 'code of the error');
  matches(error.message, /unable to find dialog/i, 'error');
}

export const DIALOG: readonly Behaviour[] = [
  {
    id: 'dialog/modify',
    title: 'dialog.modify sends a re-INVITE with a Contact, and acknowledges the 200',
    source: 'protocol §4, §7',
    basis: 'read',
    run: modifiedByApp,
  },
  {
    id: 'dialog/modify-rejected',
    title: 'A re-INVITE that is rejected is acknowledged in its transaction, and the call stays',
    source: 'protocol §4, §7; RFC 3261 §14.1',
    basis: 'read',
    run: modificationRejected,
  },
  {
    id: 'dialog/re-invite',
    title: "The caller's re-INVITE is answered with 100 by the server, and reaches the application as a modify event",
    source: 'protocol §5',
    basis: 'read',
    run: reinviteFromCaller,
  },
  {
    id: 'dialog/re-invite-answered-by-srf',
    title: 'A re-INVITE that the application does not listen for is answered by srf',
    source: 'protocol §5',
    basis: 'read',
    run: reinviteAnsweredBySrf,
  },
  {
    id: 'dialog/hold',
    title: 'A re-INVITE that puts the call on hold is a hold event',
    source: 'protocol §5',
    basis: 'read',
    run: hold,
  },
  {
    id: 'dialog/requests-from-caller',
    title: 'INFO, MESSAGE, OPTIONS and REFER of the caller reach the dialog of the application',
    source: 'protocol §3.1',
    basis: 'read',
    run: requestsFromCaller,
  },
  {
    id: 'dialog/requests-from-app',
    title: 'dialog.request sends INFO, MESSAGE, OPTIONS, NOTIFY and REFER within the dialog, with rising CSeq numbers',
    source: 'protocol §4, §7; RFC 3261 §12.2.1.1',
    basis: 'read',
    run: requestsFromApp,
  },
  {
    id: 'dialog/gone',
    title: 'A request in a dialog that has ended is refused with "unable to find dialog"',
    source: 'protocol §7',
    basis: 'read',
    run: noDialog,
  },
];

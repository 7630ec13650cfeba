import { emitted } from '../apps/srf.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, same, within } from '../expectation.js';
import { ANSWER, OFFER, sdp } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { answered, placed } from './established.js';

async function outOfOrder(world: World): Promise<void> {
  const { app, leg } = await answered(world);
  await leg.request('INFO', { sequence: 7 }).expect(200);
  await leg.request('INFO', { sequence: 3 }).expect(500); // RFC 3261 §12.2.2
  await leg.request('BYE', { sequence: 8 }).expect(200);
  await world.settle();
  same(app.told().filter((name) => name === 'network INFO').length, 1, 'number of INFOs at the app');
}

async function newContact(world: World): Promise<void> {
  const { dialog, leg } = await answered(world);
  const elsewhere = await world.peer('elsewhere');
  const again = leg.request('INVITE', { body: sdp('alice', 6020), fields: [['Contact', `<${elsewhere.uri}>`]] });
  await again.expect(100);
  await again.expect(200);
  leg.acknowledge();
  const destroying = later(dialog.destroy());
  const bye = await elsewhere.next('BYE');
  same(bye.requestUri, elsewhere.uri, 'Request-URI of the BYE');
  elsewhere.reply(bye, 200);
  await within(destroying, 'end of destroy');
}

async function newContactOfCallee(world: World): Promise<void> {
  const { callee, dialog } = await placed(world);
  const elsewhere = await world.peer('elsewhere');
  const modifying = later(dialog.modify(OFFER));
  callee.reply(await callee.next('INVITE'), 200, { body: ANSWER, fields: [['Contact', `<${elsewhere.uri}>`]] });
  await within(modifying, 'end of modify');
  same((await elsewhere.next('ACK')).requestUri, elsewhere.uri, 'Request-URI of the ACK');
  const destroying = later(dialog.destroy());
  elsewhere.reply(await elsewhere.next('BYE'), 200);
  await within(destroying, 'end of destroy');
}

async function foundByCallId(world: World): Promise<void> {
  const { app, callee, invite, dialog } = await placed(world);
  const asking = app.asks(callee.uri, { method: 'INFO', headers: { 'Call-ID': dialog.sip.callId } });
  const info = await callee.next('INFO');
  same([info.get('from'), info.tag('to')], [invite.get('from'), 'bob-tag'], 'From and To tag of the INFO');
  same(info.sequence, invite.sequence + 1, 'CSeq of the INFO');
  callee.reply(info, 200);
  same((await asking).status, 200, 'response at the app');
  const destroying = later(dialog.destroy());
  callee.reply(await callee.next('BYE'), 200);
  await within(destroying, 'end of destroy');
}

async function byeAgain(world: World): Promise<void> {
  const { app, caller, leg } = await answered(world);
  const bye = leg.request('BYE');
  const ok = await bye.expect(200);
  bye.send();
  await caller.repeated(ok, 2); // RFC 3261 §17.2.2
  await world.settle();
  same(app.told().filter((name) => name === 'network BYE').length, 1, 'number of BYEs at the app');
}

async function reinviteAnswerRepeated(world: World): Promise<void> {
  const { app, caller, dialog, leg } = await answered(world);
  const modified = emitted<[SrfRequest, SrfResponse]>(dialog, 'modify');
  const again = leg.request('INVITE', { body: sdp('alice', 6022) });
  await again.expect(100);
  const [, res] = await within(modified, 'modify event');
  res.send(200, { body: ANSWER });
  const ok = await again.expect(200);
  await caller.repeated(ok, 3, world.patience(16));
  leg.acknowledge();
  await app.conversation.hears('network ACK', 1);
  await caller.settle();
  const copies = caller.copies(ok);
  await world.wait64T1(app);
  same(caller.copies(ok), copies, 'copies of the 200 after the ACK');
  await leg.hangUp();
}

async function reinviteOkAgain(world: World): Promise<void> {
  const { callee, dialog, leg } = await placed(world);
  const modifying = later(dialog.modify(OFFER));
  const invite = await callee.next('INVITE');
  callee.reply(invite, 200, { body: ANSWER });
  const ack = await callee.next('ACK');
  await within(modifying, 'end of modify');
  callee.reply(invite, 200, { body: ANSWER });
  await callee.acknowledged(ack, 2);
  await leg.hangUp();
}

async function secondCallee(world: World): Promise<void> {
  const { app, callee, invite, leg } = await placed(world);
  const other = callee.reply(invite, 200, { body: ANSWER, tag: 'another-bob' });
  const ack = await callee.next('ACK');
  same([ack.tag('to'), ack.sequence], ['another-bob', invite.sequence], 'To tag and CSeq of the ACK'); // RFC 3261 §13.2.2.4
  const bye = await callee.next('BYE');
  same(bye.get('to'), other.get('to'), 'To of the BYE');
  callee.reply(bye, 200);
  await leg.hangUp(); // the first call was not touched
  await app.conversation.hears('network BYE');
}

async function toTwoCallers(world: World): Promise<void> {
  const { app, leg } = await answered(world);
  const carol = await world.peer('carol');
  const call = await carol.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  const second = await within(creating, 'second dialog');
  const other = Dialog.ofCaller(call, ok);
  other.acknowledge();
  await leg.hangUp();
  check(second.connected, 'the end of one call ended the other');
  await other.hangUp();
}

export const DIALOG_RULES: readonly Behaviour[] = [
  {
    id: 'dialog/out-of-order',
    title: 'A request whose CSeq number is lower than the last is answered with 500, and not passed up',
    source: 'RFC 3261 §12.2.2',
    basis: 'own',
    run: outOfOrder,
  },
  {
    id: 'dialog/new-contact',
    title: "After a re-INVITE with another Contact the application's requests go there",
    source: 'RFC 3261 §12.2.2',
    basis: 'own',
    run: newContact,
  },
  {
    id: 'dialog/new-contact-of-callee',
    title: 'After a re-INVITE of the application whose 200 has another Contact the ACK and all later requests go there',
    source: 'RFC 3261 §12.2.1.2',
    basis: 'own',
    run: newContactOfCallee,
  },
  {
    id: 'dialog/by-call-id',
    title: 'A request of the application with the Call-ID of a dialog is sent within it',
    source: 'protocol §4',
    basis: 'read',
    run: foundByCallId,
  },
  {
    id: 'dialog/bye-again',
    title: 'A BYE that comes again is answered again, and passed up once',
    source: 'RFC 3261 §17.2.2',
    basis: 'own',
    run: byeAgain,
  },
  {
    id: 'dialog/re-invite-ok-again',
    title: "A 200 to the application's re-INVITE that comes again is acknowledged again",
    source: 'protocol §5; RFC 3261 §13.2.2.4',
    basis: 'read',
    run: reinviteOkAgain,
  },
  {
    id: 'uac/second-callee',
    title: 'Of two callees who answer one INVITE the second is acknowledged and hung up on; the first call stays',
    source: 'RFC 3261 §13.2.2.4',
    basis: 'own',
    run: secondCallee,
  },
  {
    id: 'uas/two-calls',
    title: 'Two calls of one application end apart',
    source: 'protocol §3.1',
    basis: 'own',
    run: toTwoCallers,
  },
  {
    id: 'dialog/re-invite-answer-repeated',
    title: "The application's 200 to a re-INVITE is repeated until its ACK comes, and no longer",
    source: 'protocol §4; RFC 3261 §13.3.1.4',
    basis: 'read',
    slow: true,
    run: reinviteAnswerRepeated,
  },
];

import type { B2buaOptions, SrfDialog } from '../apps/srf.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, rejection, same, sameInAnyOrder, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { hangUpBridged, ringing } from './established.js';

/** The callee's rejection reaches the caller with the headers asked for. */
function rejectionPassed(status: number): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const [alice, bob] = await world.peers('alice', 'bob');
    const { call, arrival, invite, joining } = await ringing(app, alice, bob, { proxyResponseHeaders: ['X-Reason-Text'] });
    bob.reply(invite, status, {
      fields: [
        ['X-Reason-Text', 'callee says no'],
        ['X-Other', 'stays here'],
      ],
    });
    await bob.next('ACK');
    const response = await call.expect(status);
    call.acknowledge(response);
    same([response.get('x-reason-text'), response.get('x-other')], ['callee says no', undefined], 'headers at the caller');
    same((await rejection(joining, 'createB2BUA')).status, status, 'status of the error');
    same(arrival.res.finalResponseSent, true, 'finalResponseSent');
    await world.settle();
    sameInAnyOrder(
      app.told(),
      ['network INVITE', 'OK INVITE', 'network 180 INVITE', 'OK 180 INVITE', `network ${status} INVITE`, 'NOK ACK', `OK ${status} INVITE`],
      'what the app was told',
    );
  };
}

async function absorbed(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, arrival, invite, joining } = await ringing(app, alice, bob, { passFailure: false });
  bob.reply(invite, 486);
  await bob.next('ACK');
  const error = await rejection(joining, 'createB2BUA');
  same([error.status, arrival.res.finalResponseSent], [486, false], 'status of the error and finalResponseSent');
  await world.settle(); // nothing more came to the caller
  const cancel = call.cancel();
  await cancel.expect(200);
  call.acknowledge(await call.expect(487));
  await within(arrival.cancelled.promise, 'cancel event');
  await world.settle();
  const late = await app.conversation.hears('NOK 487 INVITE');
  same(late.tokens[4], 'Response not sent due to unknown transaction', "word on the app's late 487");
  const { transactionId } = await app.conversation.hears('network 486 INVITE');
  const lateCancel = await app.conversation.hears('NOK CANCEL');
  same(lateCancel.tokens[4], `unable to cancel unknown transaction id: ${transactionId}`, "word on the app's late CANCEL");
}

async function fallback(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob, carol] = await world.peers('alice', 'bob', 'carol');
  const { call, arrival, invite, joining } = await ringing(app, alice, bob, { passFailure: false });
  bob.reply(invite, 486);
  await bob.next('ACK');
  await rejection(joining, 'first createB2BUA');
  const second = later(app.srf.createB2BUA(arrival.req, arrival.res, carol.uri, {}));
  const again = await carol.next('INVITE');
  same(again.body.toString(), OFFER, 'offer at the second callee');
  carol.reply(again, 480);
  await carol.next('ACK');
  call.acknowledge(await call.expect(480));
  same((await rejection(second, 'second createB2BUA')).status, 480, 'status of the error');
}

async function provisionalPassed(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob);
  bob.reply(invite, 183, { body: ANSWER, reason: 'Early' });
  const early = await call.expect(183);
  same([early.body.toString(), early.reason, early.get('contact')], [ANSWER, 'Early', undefined], 'body, reason and Contact of the 183');
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await rejection(joining, 'createB2BUA');
}

async function provisionalKept(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const joining = later(app.srf.createB2BUA(req, res, bob.uri, { passProvisionalResponses: false }));
  const invite = await bob.next('INVITE');
  for (const status of [180, 183]) bob.reply(invite, status);
  await world.settle();
  same(alice.untaken, [], 'what the caller got');
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await rejection(joining, 'createB2BUA');
}

async function headerOptions(world: World): Promise<void> {
  const options: B2buaOptions = {
    headers: { 'X-Given': 'to the callee' },
    proxyRequestHeaders: ['X-Asked', 'Subject'],
    proxyResponseHeaders: ['X-Answered', 'User-Agent'],
    responseHeaders: (_response, headers) => ({ 'X-Copied': headers['X-Answered'] ?? 'nothing', 'X-Given': 'to the caller' }),
  };
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob, options, {
    fields: [
      ['X-Asked', 'one'],
      ['X-Unasked', 'two'],
      ['Subject', 'three'],
    ],
  });
  const seen = ['x-given', 'x-asked', 'x-unasked', 'subject'].map((name) => invite.get(name));
  same(seen, ['to the callee', 'one', undefined, 'three'], 'headers at the callee');
  bob.reply(invite, 404, {
    fields: [
      ['X-Answered', 'four'],
      ['User-Agent', 'bob'],
      ['X-Other', 'five'],
    ],
  });
  await bob.next('ACK');
  const response = await call.expect(404);
  call.acknowledge(response);
  const back = ['x-answered', 'user-agent', 'x-copied', 'x-given', 'x-other'].map((name) => response.get(name));
  same(back, ['four', 'bob', 'four', 'to the caller', undefined], 'headers at the caller');
  await rejection(joining, 'createB2BUA');
}

async function allHeaders(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const options = { proxyRequestHeaders: ['all', '-X-Secret'], proxyResponseHeaders: ['all'] };
  const { call, invite, joining } = await ringing(app, alice, bob, options, {
    fields: [
      ['X-One', '1'],
      ['X-Secret', '2'],
      ['Priority', 'urgent'],
    ],
  });
  same([invite.get('x-one'), invite.get('x-secret'), invite.get('priority')], ['1', undefined, 'urgent'], 'headers at the callee');
  check(invite.get('call-id') !== call.request.get('call-id') && invite.list('via').length === 1, 'the dialog headers were copied, too');
  bob.reply(invite, 486, { fields: [['X-Two', '2']] });
  await bob.next('ACK');
  const response = await call.expect(486);
  call.acknowledge(response);
  same(response.get('x-two'), '2', 'header at the caller');
  await rejection(joining, 'createB2BUA');
}

async function callbacks(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const heard: string[] = [];
  const progress = {
    cbRequest: (_error: Error | null, request: SrfRequest) => heard.push(`request ${request.get('Call-ID')}`),
    cbProvisional: (response: SrfResponse) => heard.push(`provisional ${response.status}`),
    cbFinalizedUac: (uac: SrfDialog) => heard.push(`uac ${uac.sip.callId}`),
  };
  const { call, invite, joining } = await ringing(app, alice, bob, {}, {}, progress);
  bob.reply(invite, 200, { body: ANSWER });
  await bob.next('ACK');
  const ok = await call.expect(200);
  const { uas, uac } = await within(joining, 'dialogs of createB2BUA');
  const callId = invite.get('call-id');
  same(heard, [`request ${callId}`, 'provisional 180', `uac ${callId}`], 'callbacks');
  const legA = Dialog.ofCaller(call, ok);
  legA.acknowledge();
  await hangUpBridged({ legA, bob, uas, uac });
}

export const B2BUA: readonly Behaviour[] = [
  {
    id: 'b2bua/rejected-486',
    title: "createB2BUA passes the callee's 486 to the caller, with the headers asked for",
    source: 'protocol §7',
    basis: 'recorded',
    run: rejectionPassed(486),
  },
  {
    id: 'b2bua/rejected-404',
    title: 'The same with a 404',
    source: 'protocol §7',
    basis: 'recorded',
    run: rejectionPassed(404),
  },
  {
    id: 'b2bua/rejected-603',
    title: 'The same with a 603',
    source: 'protocol §7',
    basis: 'recorded',
    run: rejectionPassed(603),
  },
  {
    id: 'b2bua/absorbed',
    title:
      "With passFailure false the callee's 486 stays with the application; the caller's CANCEL ends the call, and what srf says late is refused",
    source: 'protocol §8',
    basis: 'recorded',
    run: absorbed,
  },
  {
    id: 'b2bua/fallback',
    title: 'With passFailure false the application may try another callee, whose rejection reaches the caller',
    source: 'protocol §8',
    basis: 'read',
    run: fallback,
  },
  {
    id: 'b2bua/provisional',
    title: 'Provisional responses are passed on with body and reason, without To tag and Contact of the callee',
    source: 'protocol §7',
    basis: 'recorded',
    run: provisionalPassed,
  },
  {
    id: 'b2bua/provisional-kept',
    title: 'With passProvisionalResponses false the caller gets only the final response',
    source: 'protocol §7, §8',
    basis: 'recorded',
    run: provisionalKept,
  },
  {
    id: 'b2bua/headers',
    title: 'headers, proxyRequestHeaders, proxyResponseHeaders and responseHeaders decide what passes',
    source: 'protocol §7',
    basis: 'own',
    run: headerOptions,
  },
  {
    id: 'b2bua/all-headers',
    title: 'All headers pass where asked for, but for those of the dialog and those left out by name',
    source: 'protocol §7',
    basis: 'own',
    run: allHeaders,
  },
  {
    id: 'b2bua/callbacks',
    title: 'cbRequest, cbProvisional and cbFinalizedUac are called, in this order',
    source: 'protocol §7',
    basis: 'own',
    run: callbacks,
  },
];

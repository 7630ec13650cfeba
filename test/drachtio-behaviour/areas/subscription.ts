import { emitted } from '../apps/srf.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';

const PRESENCE = '<presence/>';
const PIDF = 'application/pidf+xml';

async function appSubscribes(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  // As a phone asks for its own messages: srf recognises the last NOTIFY only where both URIs have one user and host.
  const headers = { Event: 'presence', Expires: '60', From: `<sip:bob@${bob.address.address}>` };
  const subscribing = later(app.srf.createUAC(bob.uri, { method: 'SUBSCRIBE', headers }));
  const request = await bob.next('SUBSCRIBE');
  same([request.get('event'), request.get('expires')], ['presence', '60'], 'Event and Expires');
  matches(request.uri('contact'), new RegExp(`^sip:(?:[^@]*@)?${world.serverHostPort}`), 'Contact that the server added');
  const accepted = bob.reply(request, 202, { fields: [['Expires', '60']] });
  const dialog = await within(subscribing, 'dialog of createUAC');
  same(dialog.id, `${request.get('call-id')};from-tag=${request.tag('from')}`, 'dialog id');
  const leg = Dialog.ofCallee(bob, request, accepted);
  const notified = emitted<[SrfRequest, SrfResponse]>(dialog, 'notify');
  const first = leg.request('NOTIFY', {
    fields: [
      ['Event', 'presence'],
      ['Subscription-State', 'active;expires=60'],
      ['Content-Type', PIDF],
    ],
    body: PRESENCE,
  });
  const [req, res] = await within(notified, 'notify event');
  same([req.body, req.get('Event')], [PRESENCE, 'presence'], 'body and Event at the app');
  res.send(200);
  await first.expect(200);
  const destroyed = emitted(dialog, 'destroy');
  dialog.on('notify', (_req: SrfRequest, response: SrfResponse) => response.send(200));
  const last = leg.request('NOTIFY', {
    fields: [
      ['Event', 'presence'],
      ['Subscription-State', 'terminated;reason=timeout'],
    ],
  });
  await last.expect(200);
  await within(destroyed, 'destroy event');
  check(!app.srf.findDialogById(dialog.id), 'srf still has the dialog');
}

async function subscriptionRejected(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const subscribing = later(app.srf.createUAC(bob.uri, { method: 'SUBSCRIBE', headers: { Event: 'presence' } }));
  bob.reply(await bob.next('SUBSCRIBE'), 489, { reason: 'Bad Event' });
  same((await rejection(subscribing, 'createUAC')).status, 489, 'status of the error');
  await world.settle();
  same(app.told(), ['OK SUBSCRIBE', 'network 489 SUBSCRIBE'], 'what the app was told');
}

async function appNotifies(world: World): Promise<void> {
  const app = await world.app('subscribe');
  const alice = await world.peer('alice');
  const subscription = alice.request('SUBSCRIBE', {
    fields: [
      ['Event', 'presence'],
      ['Expires', '60'],
    ],
  });
  const { req, res } = await app.next('SUBSCRIBE');
  const creating = later(app.srf.createUAS(req, res, { headers: { Expires: '60' } }));
  const accepted = await subscription.expect(202);
  same(
    [accepted.uri('contact'), accepted.get('expires')],
    [`sip:${world.serverHostPort}`, '60'],
    'Contact that the server added, and Expires',
  );
  const dialog = await within(creating, 'dialog of createUAS');
  const headers = { Event: 'presence', 'Subscription-State': 'active;expires=60', 'Content-Type': PIDF };
  const notifying = later(dialog.request({ method: 'NOTIFY', headers, body: PRESENCE }));
  const notify = await alice.next('NOTIFY');
  same([notify.requestUri, notify.body.toString()], [alice.uri, PRESENCE], 'Request-URI and body of the NOTIFY');
  same([notify.get('from'), notify.get('to')], [accepted.get('to'), subscription.request.get('from')], 'From and To of the NOTIFY');
  alice.reply(notify, 200);
  same((await within(notifying, 'response to NOTIFY')).status, 200, 'status of the response to NOTIFY');
  const destroying = later(dialog.destroy());
  const last = await alice.next('NOTIFY');
  same([last.get('subscription-state'), last.get('event')], ['terminated', 'presence'], 'Subscription-State and Event of the last NOTIFY');
  check(last.sequence > notify.sequence, `CSeq ${last.sequence} after ${notify.sequence}`);
  alice.reply(last, 200);
  await within(destroying, 'end of destroy');
}

async function refreshed(world: World): Promise<void> {
  const app = await world.app('subscribe');
  const alice = await world.peer('alice');
  const subscription = alice.request('SUBSCRIBE', { fields: [['Event', 'presence']] });
  const { req, res } = await app.next('SUBSCRIBE');
  const creating = later(app.srf.createUAS(req, res, {}));
  const leg = Dialog.ofCaller(subscription, await subscription.expect(202));
  const dialog = await within(creating, 'dialog of createUAS');
  const renewed = emitted<[SrfRequest, SrfResponse]>(dialog, 'subscribe');
  const refresh = leg.request('SUBSCRIBE', {
    fields: [
      ['Event', 'presence'],
      ['Expires', '30'],
    ],
  });
  const [again, response] = await within(renewed, 'subscribe event');
  same(again.get('Expires'), '30', 'Expires at the app');
  response.send(202);
  await refresh.expect(202);
  const ended = emitted(dialog, 'unsubscribe');
  const end = leg.request('SUBSCRIBE', {
    fields: [
      ['Event', 'presence'],
      ['Expires', '0'],
    ],
  });
  await end.expect(202);
  await within(ended, 'unsubscribe event');
  const destroying = later(dialog.destroy());
  alice.reply(await alice.next('NOTIFY'), 200);
  await within(destroying, 'end of destroy');
}

export const SUBSCRIPTION: readonly Behaviour[] = [
  {
    id: 'subscription/by-app',
    title: 'createUAC subscribes: a dialog, NOTIFY as an event, and destroy with the last one',
    source: 'protocol §3.1, §4; RFC 6665 §4.1',
    basis: 'read',
    run: appSubscribes,
  },
  {
    id: 'subscription/rejected',
    title: 'A SUBSCRIBE that is rejected ends createUAC with its status; there is no ACK',
    source: 'protocol §4',
    basis: 'read',
    run: subscriptionRejected,
  },
  {
    id: 'subscription/of-caller',
    title: 'createUAS accepts a subscription with 202; NOTIFY goes within the dialog, and destroy sends the last one',
    source: 'protocol §4; RFC 6665 §4.2',
    basis: 'read',
    run: appNotifies,
  },
  {
    id: 'subscription/refreshed',
    title: 'A SUBSCRIBE within the dialog refreshes it, one that expires at once ends it',
    source: 'protocol §3.1; RFC 6665 §4.2.1',
    basis: 'read',
    run: refreshed,
  },
];

import type { Behaviour } from '../behaviour.js';
import { same, within } from '../expectation.js';
import { fresh, OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import { SipText } from '../peers/sip-text.js';
import { Transaction } from '../peers/transaction.js';
import type { World } from '../world.js';
import { answered, answeredBy } from './established.js';

async function trying(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = alice.request('INVITE');
  const response = await call.expect(100);
  same(response.tag('to'), undefined, 'To tag of the 100');
  const { res } = await app.next('INVITE');
  res.send(486);
  call.acknowledge(await call.expect(486));
}

async function pendingInviteAgain(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = alice.request('INVITE');
  const hundred = await call.expect(100);
  const { res } = await app.next('INVITE');
  call.send().send();
  await alice.settle();
  same(alice.copies(hundred), 1, 'number of 100s');
  res.send(486);
  call.acknowledge(await call.expect(486));
}

async function lastResponseAgain(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { res } = await app.next('INVITE');
  res.send(180);
  const ringing = await call.expect(180);
  call.send();
  await alice.repeated(ringing, 2);
  res.send(486);
  const busy = await call.expect(486);
  call.send();
  await alice.repeated(busy, 2);
  call.acknowledge(busy);
  await world.settle();
  same(alice.copies(ringing), 2, 'number of 180s');
}

async function pendingMessageAgain(world: World): Promise<void> {
  const app = await world.app('message');
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE');
  const { res } = await app.next('MESSAGE');
  message.send();
  await alice.settle();
  res.send(200);
  const ok = await message.expect(200);
  // RFC 3261 §17.2.2: in the Completed state a retransmission is answered with the final response again.
  message.send();
  await alice.repeated(ok, 2);
}

async function withinNoDialog(world: World): Promise<void> {
  const app = await world.app('invite', 'bye', 'update');
  const alice = await world.peer('alice');
  for (const method of ['BYE', 'UPDATE', 'INVITE']) {
    const request = outOfTheBlue(world, alice, method);
    const response = await request.final(481);
    if (method === 'INVITE') request.acknowledge(response);
  }
  await world.settle();
  same(app.told(), [], 'what the app was told');
}

/** A request with a To tag, of a dialog that never was. */
function outOfTheBlue(world: World, peer: Peer, method: string): Transaction {
  const request = SipText.write(`${method} sip:bob@${world.serverHostPort} SIP/2.0`, [
    ['Via', `SIP/2.0/UDP ${peer.hostPort};branch=${fresh('z9hG4bK')}`],
    ['From', `<${peer.uri}>;tag=${fresh('f')}`],
    ['To', `<sip:bob@${world.serverHostPort}>;tag=${fresh('t')}`],
    ['Call-ID', fresh('c')],
    ['CSeq', `7 ${method}`],
    ['Contact', `<${peer.uri}>`],
    ['Max-Forwards', '70'],
  ]);
  return new Transaction(peer, request, peer.server).send();
}

async function compactForms(world: World): Promise<void> {
  const app = await world.app('message');
  const alice = await world.peer('alice');
  const callId = fresh('c');
  const request = SipText.write(`MESSAGE sip:bob@${world.serverHostPort} SIP/2.0`, [
    ['v', `SIP/2.0/UDP ${alice.hostPort};branch=${fresh('z9hG4bK')}`],
    ['f', `<${alice.uri}>;tag=1`],
    ['t', `<sip:bob@${world.serverHostPort}>`],
    ['i', callId],
    ['CSeq', '1 MESSAGE'],
    ['Max-Forwards', '70'],
    ['s', 'a subject'],
    ['l', '0'],
  ]);
  alice.send(request);
  const { req, res } = await app.next('MESSAGE');
  same([req.get('Call-ID'), req.get('Subject')], [callId, 'a subject'], 'Call-ID and Subject at the app');
  res.send(200);
  const ok = await alice.next('200 MESSAGE');
  same(ok.get('call-id'), callId, 'Call-ID of the response');
}

async function garbage(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  for (const text of ['', '\r\n\r\n', '\0\0\0\0', 'hello', 'INVITE\r\n\r\n', `INVITE sip:bob@${world.serverHostPort} SIP/2.0\r\n\r\n`])
    alice.send(text);
  alice.send(Buffer.alloc(60_000, 0xff));
  const { leg } = await answeredBy(app, alice, { body: OFFER });
  await leg.hangUp();
}

async function strayResponse(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  for (const status of [180, 200, 486]) {
    alice.send(
      SipText.write(`SIP/2.0 ${status} Nothing Asked`, [
        ['Via', `SIP/2.0/UDP ${world.serverHostPort};branch=${fresh('z9hG4bK')}`],
        ['From', `<sip:nobody@${world.serverHostPort}>;tag=1`],
        ['To', `<${alice.uri}>;tag=2`],
        ['Call-ID', fresh('c')],
        ['CSeq', '1 INVITE'],
      ]),
    );
  }
  await alice.settle();
  const { leg } = await answeredBy(app, alice);
  await leg.hangUp();
  await world.settle();
  same(
    app.told().filter((name) => /^network \d/.test(name)),
    [],
    'responses that the app was told of',
  );
}

async function byeEndsDialog(world: World): Promise<void> {
  const { leg, dialog, app } = await answered(world);
  const destroyed = new Promise((resolve) => dialog.once('destroy', resolve));
  await leg.hangUp();
  await within(destroyed, 'destroy event');
  await leg.request('BYE').expect(481);
  const again = leg.request('INVITE', { body: OFFER });
  const gone = await again.final(481);
  again.acknowledge(gone);
  await world.settle();
  same(app.told().filter((name) => name === 'network BYE').length, 1, 'number of BYEs at the app');
}

export const STACK: readonly Behaviour[] = [
  {
    id: 'stack/trying',
    title: 'An INVITE is answered with 100 at once, before the application says anything',
    source: 'protocol §5',
    basis: 'recorded',
    run: trying,
  },
  {
    id: 'stack/pending-invite-again',
    title: 'A retransmitted INVITE that the application has not answered is discarded: no second 100, nothing to the application',
    source: 'protocol §5',
    basis: 'recorded',
    run: pendingInviteAgain,
  },
  {
    id: 'stack/last-response-again',
    title: "A retransmitted INVITE is answered with the application's last response again",
    source: 'protocol §5; RFC 3261 §17.2.1',
    basis: 'read',
    run: lastResponseAgain,
  },
  {
    id: 'stack/pending-message-again',
    title: 'A retransmitted request other than INVITE is discarded while it waits, and answered again once it was answered',
    source: 'protocol §5; RFC 3261 §17.2.2',
    basis: 'recorded',
    run: pendingMessageAgain,
  },
  {
    id: 'stack/no-such-dialog',
    title: 'BYE, UPDATE and INVITE of a dialog that does not exist are answered with 481 by the server itself',
    source: 'protocol §5',
    basis: 'recorded',
    run: withinNoDialog,
  },
  {
    id: 'stack/after-bye',
    title: 'A dialog is gone when the BYE came in: later requests in it are answered with 481 and do not reach the application',
    source: 'protocol §5',
    basis: 'recorded',
    run: byeEndsDialog,
  },
  {
    id: 'stack/compact-forms',
    title: 'Compact header names are understood, and reach the application as srf can read them',
    source: 'protocol §1; RFC 3261 §7.3.3',
    basis: 'own',
    run: compactForms,
  },
  {
    id: 'bad-input/garbage-datagrams',
    title: 'Datagrams that are no SIP message, or half of one, do no harm',
    source: 'RFC 3261 §18.3',
    basis: 'own',
    run: garbage,
  },
  {
    id: 'bad-input/stray-responses',
    title: 'Responses to requests that were never sent reach no application',
    source: 'RFC 3261 §17.1.3',
    basis: 'own',
    run: strayResponse,
  },
];

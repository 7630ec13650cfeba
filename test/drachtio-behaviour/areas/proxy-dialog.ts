import type { Behaviour } from '../behaviour.js';
import { same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { proxied } from './proxied-call.js';

async function recordRouted(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { app, alice, call, result } = await proxied(world, [bob], { recordRoute: true });
  const invite = await bob.next('INVITE');
  const route = `<sip:${world.serverHostPort};lr>`;
  same(invite.list('record-route'), [route], 'Record-Route of the forwarded request');
  const answer = bob.reply(invite, 200, { body: ANSWER });
  const ok = await call.expect(200);
  same(ok.list('record-route'), [route], 'Record-Route of the 200');
  await within(result, 'result of proxyRequest');
  const legA = Dialog.ofCaller(call, ok);
  const sent = legA.acknowledge();
  const ack = await bob.next('ACK');
  same(
    [ack.requestUri, ack.list('route'), ack.list('via').length],
    [bob.uri, [], 2],
    'Request-URI, Route and number of Via elements of the ACK',
  );
  same(
    [ack.get('max-forwards'), ack.get('cseq')],
    [sent.get('max-forwards'), sent.get('cseq')],
    'Max-Forwards, which is not decremented, and CSeq of the ACK',
  );
  const info = legA.request('INFO');
  bob.reply(await bob.next('INFO'), 200);
  await info.expect(200);
  const bye = Dialog.ofCallee(bob, invite, answer).request('BYE');
  const passed = await alice.next('BYE');
  same(
    [passed.requestUri, passed.list('route'), passed.list('via').length],
    [alice.uri, [], 2],
    'Request-URI, Route and number of Via elements of the BYE',
  );
  alice.reply(passed, 200);
  await bye.expect(200);
  await world.settle();
  same(app.told(), ['network INVITE', 'proxy 200 INVITE', 'proxy done'], 'what the app was told');
}

async function reinviteThrough(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], { recordRoute: true });
  bob.reply(await bob.next('INVITE'), 200, { body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  await within(result, 'result of proxyRequest');
  leg.acknowledge();
  await bob.next('ACK');
  const again = leg.request('INVITE', { body: OFFER });
  bob.reply(await bob.next('INVITE'), 200, { body: ANSWER });
  await again.final(200);
  leg.acknowledge();
  await bob.next('ACK');
  const bye = leg.request('BYE');
  bob.reply(await bob.next('BYE'), 200);
  await bye.expect(200);
}

export const PROXY_DIALOG: readonly Behaviour[] = [
  {
    id: 'proxy/record-route',
    title:
      'With recordRoute the server stays in the dialog: it takes itself out of Route, puts a Via on, and tells the application nothing',
    source: 'protocol §6',
    basis: 'recorded',
    run: recordRouted,
  },
  {
    id: 'proxy/re-invite',
    title: 'A re-INVITE goes through a server that stays in the dialog, its ACK too',
    source: 'protocol §6; RFC 3261 §16.12',
    basis: 'read',
    run: reinviteThrough,
  },
];

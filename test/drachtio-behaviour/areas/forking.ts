import type { Behaviour } from '../behaviour.js';
import { check, same, sameInAnyOrder, within } from '../expectation.js';
import { ANSWER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { proxied } from './proxied-call.js';

async function serialThenAnswered(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { app, call, result } = await proxied(world, [bob, carol]);
  const first = await bob.next('INVITE');
  await carol.settle();
  same(carol.untaken, [], 'what the second target got before the first answered');
  bob.reply(first, 180);
  await call.expect(180);
  bob.reply(first, 486);
  await bob.next('ACK');
  const second = await carol.next('INVITE');
  same([second.requestUri, second.get('call-id')], [carol.uri, first.get('call-id')], 'Request-URI and Call-ID of the second branch');
  check(second.branch !== first.branch, 'both branches have one branch parameter');
  carol.reply(second, 200, { body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  leg.acknowledge();
  await carol.next('ACK');
  const outcome = await within(result, 'result of proxyRequest');
  same([outcome.connected, outcome.finalStatus], [true, 200], 'result of proxyRequest');
  await endCall(leg, carol);
  await world.settle();
  same(app.told(), ['network INVITE', 'proxy 486 INVITE', 'proxy 200 INVITE', 'proxy done'], 'what the app was told');
}

/** All targets reject, one after another; which of the rejections the caller gets. */
export function serialAllReject(statuses: readonly number[], best: number): Behaviour['run'] {
  return async (world) => {
    const targets: Peer[] = [];
    for (const [index] of statuses.entries()) targets.push(await world.peer(`target${index + 1}`));
    const { app, call, result } = await proxied(world, targets);
    for (const [index, target] of targets.entries()) {
      target.reply(await target.next('INVITE'), statuses[index] ?? 500);
      await target.next('ACK');
    }
    call.acknowledge(await call.expect(best));
    const outcome = await within(result, 'result of proxyRequest');
    // Not the one that was forwarded but the last one received (protocol §6).
    same([outcome.connected, outcome.finalStatus], [false, statuses.at(-1)], 'result of proxyRequest');
    await world.settle();
    same(app.told(), ['network INVITE', ...statuses.map((status) => `proxy ${status} INVITE`), 'proxy done'], 'what the app was told');
  };
}

async function simultaneousAnswered(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { app, call, result } = await proxied(world, [bob, carol], { forking: 'simultaneous' });
  const [atBob, atCarol] = [await bob.next('INVITE'), await carol.next('INVITE')];
  same([atBob.requestUri, atCarol.requestUri], [bob.uri, carol.uri], 'Request-URIs of the branches');
  bob.reply(atBob, 180);
  await call.expect(180);
  carol.reply(atCarol, 180, { tag: 'carol' });
  await call.expect(180);
  carol.reply(atCarol, 200, { tag: 'carol', body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  leg.acknowledge();
  await carol.next('ACK');
  const cancel = await bob.next('CANCEL');
  same([cancel.branch, cancel.requestUri], [atBob.branch, atBob.requestUri], 'branch and Request-URI of the CANCEL');
  bob.reply(cancel, 200);
  bob.reply(atBob, 487);
  await bob.next('ACK');
  same((await within(result, 'result of proxyRequest')).connected, true, 'result of proxyRequest');
  await endCall(leg, carol);
  await world.settle();
  check(app.told().includes('proxy 200 INVITE') && app.told().includes('proxy done'), `the app was told ${app.told().join(', ')}`);
}

async function simultaneousBusyThenAnswered(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { app, call, result } = await proxied(world, [bob, carol], { forking: 'simultaneous' });
  const [atBob, atCarol] = [await bob.next('INVITE'), await carol.next('INVITE')];
  bob.reply(atBob, 486);
  await bob.next('ACK');
  await world.settle(); // the caller has nothing yet: the other branch is open
  carol.reply(atCarol, 200, { body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  leg.acknowledge();
  await carol.next('ACK');
  const outcome = await within(result, 'result of proxyRequest');
  same([outcome.connected, outcome.finalStatus], [true, 200], 'result of proxyRequest');
  await endCall(leg, carol);
  await world.settle();
  same(app.told(), ['network INVITE', 'proxy 486 INVITE', 'proxy 200 INVITE', 'proxy done'], 'what the app was told');
}

async function simultaneousAllReject(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { app, call, result } = await proxied(world, [bob, carol], { forking: 'simultaneous' });
  const [atBob, atCarol] = [await bob.next('INVITE'), await carol.next('INVITE')];
  bob.reply(atBob, 503);
  await bob.next('ACK');
  carol.reply(atCarol, 486);
  await carol.next('ACK');
  call.acknowledge(await call.expect(486)); // RFC 3261 §16.7: the lowest class
  await within(result, 'result of proxyRequest');
  await world.settle();
  sameInAnyOrder(app.told(), ['network INVITE', 'proxy 503 INVITE', 'proxy 486 INVITE', 'proxy done'], 'what the app was told');
}

async function simultaneousCancelled(world: World): Promise<void> {
  const targets = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, targets, { forking: 'simultaneous' });
  const invites = [];
  for (const target of targets) {
    const invite = await target.next('INVITE');
    target.reply(invite, 180, { tag: target.name });
    await call.expect(180);
    invites.push(invite);
  }
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  for (const [index, target] of targets.entries()) {
    target.reply(await target.next('CANCEL'), 200);
    const invite = invites[index];
    if (invite) target.reply(invite, 487, { tag: target.name });
    await target.next('ACK');
  }
  await within(Promise.allSettled([result]), 'end of proxyRequest');
}

async function serialCancelled(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob, carol]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  bob.reply(await bob.next('CANCEL'), 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  await within(Promise.allSettled([result]), 'end of proxyRequest');
  await world.settle();
  same(carol.untaken, [], 'what the second target got'); // RFC 3261 §16.10: no new branch
}

async function endCall(leg: Dialog, callee: Peer): Promise<void> {
  const bye = leg.request('BYE');
  callee.reply(await callee.next('BYE'), 200);
  await bye.expect(200);
}

export const FORKING: readonly Behaviour[] = [
  {
    id: 'proxy/serial',
    title: 'Targets are tried one after another; the second only when the first has rejected',
    source: 'protocol §6',
    basis: 'recorded',
    run: serialThenAnswered,
  },
  {
    id: 'proxy/serial-503-486',
    title: 'Of a 503 and a 486 the caller gets the 486; the result names the last one received',
    source: 'protocol §6',
    basis: 'read',
    run: serialAllReject([503, 486], 486),
  },
  {
    id: 'proxy/serial-486-603',
    title: 'Of a 486 and a 603 the caller gets the 603',
    source: 'protocol §6; RFC 3261 §16.7',
    basis: 'read',
    run: serialAllReject([486, 603], 603),
  },
  {
    id: 'proxy/serial-484-404',
    title: 'Of a 484 and a 404 the caller gets the 484, which it can do something about',
    source: 'protocol §6; RFC 3261 §16.7',
    basis: 'read',
    run: serialAllReject([484, 404], 484),
  },
  {
    id: 'proxy/serial-500-302',
    title: "Of a 500 and a 302 the caller gets the 500, where RFC 3261's order would be the other way round",
    source: 'protocol §6',
    basis: 'read',
    run: serialAllReject([500, 302], 500),
  },
  {
    id: 'proxy/simultaneous',
    title: 'All targets ring at once; the first 200 is forwarded, and the other branch cancelled',
    source: 'protocol §6',
    basis: 'read',
    run: simultaneousAnswered,
  },
  {
    id: 'proxy/simultaneous-486-200',
    title: 'A 486 of one branch is kept while another is open, whose 200 the caller gets',
    source: 'protocol §6',
    basis: 'recorded',
    run: simultaneousBusyThenAnswered,
  },
  {
    id: 'proxy/simultaneous-503-486',
    title: 'When all branches have rejected the caller gets the best',
    source: 'protocol §6; RFC 3261 §16.7',
    basis: 'read',
    run: simultaneousAllReject,
  },
  {
    id: 'proxy/simultaneous-cancelled',
    title: "The caller's CANCEL cancels all branches",
    source: 'protocol §6',
    basis: 'read',
    run: simultaneousCancelled,
  },
  {
    id: 'proxy/serial-cancelled',
    title: "After the caller's CANCEL no further target is tried",
    source: 'protocol §6; RFC 3261 §16.10',
    basis: 'own',
    run: serialCancelled,
  },
];

import type { Behaviour } from '../behaviour.js';
import { check, later, matches, same, sameInAnyOrder, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { proxied } from './proxy.js';

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

async function redirectFollowed(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob], { followRedirects: true });
  const invite = await bob.next('INVITE');
  bob.reply(invite, 302, { fields: [['Contact', `<${carol.uri}>`]] });
  await bob.next('ACK');
  const second = await carol.next('INVITE');
  same([second.requestUri, second.body.toString()], [carol.uri, OFFER], 'Request-URI and body of the second branch');
  carol.reply(second, 486);
  await carol.next('ACK');
  call.acknowledge(await call.expect(486));
  same((await within(result, 'result of proxyRequest')).finalStatus, 486, 'result of proxyRequest');
}

async function redirectPassed(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 302, { fields: [['Contact', `<${carol.uri}>`]] });
  await bob.next('ACK');
  const moved = await call.expect(302);
  call.acknowledge(moved);
  same(moved.uri('contact'), carol.uri, 'Contact of the 302 at the caller');
  same((await within(result, 'result of proxyRequest')).finalStatus, 302, 'result of proxyRequest');
}

function challenged(status: 401 | 407): Behaviour['run'] {
  return async (world) => {
    const [bob, carol] = await world.peers('bob', 'carol');
    const { app, alice, call, result } = await proxied(world, [bob, carol]);
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    bob.reply(await bob.next('INVITE'), status, { fields: [[name, 'Digest realm="x", nonce="y"']] });
    await bob.next('ACK');
    const challenge = await call.expect(status);
    call.acknowledge(challenge);
    same(challenge.get(name), 'Digest realm="x", nonce="y"', 'challenge at the caller');
    same((await within(result, 'result of proxyRequest')).finalStatus, status, 'result of proxyRequest');
    await world.settle();
    same(carol.untaken, [], 'what the second target got'); // the search stops at once
    const credentials = status === 401 ? 'Authorization' : 'Proxy-Authorization';
    const again = await alice.invite({
      body: OFFER,
      from: call.request.get('from') ?? '',
      callId: call.request.get('call-id') ?? '',
      sequence: 2,
      fields: [[credentials, 'Digest username="alice", realm="x", nonce="y", uri="sip:x", response="0"']],
    });
    const { req } = await app.next('INVITE');
    const second = later(app.srf.proxyRequest(req, [bob.uri, carol.uri]));
    const invite = await bob.next('INVITE');
    matches(invite.get(credentials), /^Digest username="alice"/, 'credentials at the target');
    bob.reply(invite, 200, { body: ANSWER });
    const leg = Dialog.ofCaller(again, await again.expect(200));
    leg.acknowledge();
    await bob.next('ACK');
    await within(second, 'result of the second proxyRequest');
    await endCall(leg, bob);
  };
}

async function provisionalTimeout(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob, carol], { provisionalTimeout: '300ms' });
  const first = await bob.next('INVITE'); // says nothing
  const second = await carol.next('INVITE');
  same(second.get('call-id'), first.get('call-id'), 'Call-ID of the second branch');
  carol.reply(second, 486);
  await carol.next('ACK');
  call.acknowledge(await call.expect(486));
  same((await within(result, 'result of proxyRequest')).finalStatus, 486, 'result of proxyRequest');
}

/** The final timeout of the one call is long past when the provisional timeout of the other has run out. */
async function finalTimeoutIgnored(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob, carol] = await world.peers('alice', 'bob', 'carol');
  const call = await alice.invite({ body: OFFER });
  const { req } = await app.next('INVITE');
  const result = later(app.srf.proxyRequest(req, [bob.uri, carol.uri], { finalTimeout: '100ms' }));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  const [dave, silent, next] = await world.peers('dave', 'silent', 'next');
  const clock = await dave.invite({ body: OFFER });
  const ticking = later(app.srf.proxyRequest((await app.next('INVITE')).req, [silent.uri, next.uri], { provisionalTimeout: '400ms' }));
  await silent.next('INVITE');
  const tick = await next.next('INVITE');
  await world.settle();
  same([bob.untaken, carol.untaken], [[], []], 'what the targets got after the final timeout');
  next.reply(tick, 404);
  await next.next('ACK');
  clock.acknowledge(await clock.expect(404));
  await within(ticking, 'result of the second proxyRequest');
  bob.reply(invite, 603);
  await bob.next('ACK');
  carol.reply(await carol.next('INVITE'), 486);
  await carol.next('ACK');
  call.acknowledge(await call.expect(603));
  await within(result, 'result of proxyRequest');
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
  {
    id: 'proxy/redirect-followed',
    title: 'With followRedirects a 302 leads to a branch to its Contact',
    source: 'protocol §6',
    basis: 'read',
    run: redirectFollowed,
  },
  {
    id: 'proxy/redirect-passed',
    title: 'Without it the caller gets the 302',
    source: 'protocol §6',
    basis: 'read',
    run: redirectPassed,
  },
  {
    id: 'proxy/challenge-401',
    title: 'A 401 stops the search at once; the INVITE with credentials goes to the target that asked for them',
    source: 'protocol §6',
    basis: 'read',
    run: challenged(401),
  },
  {
    id: 'proxy/challenge-407',
    title: 'The same with a 407',
    source: 'protocol §6',
    basis: 'read',
    run: challenged(407),
  },
  {
    id: 'proxy/provisional-timeout',
    title: 'A target that says nothing within provisionalTimeout is given up for the next',
    source: 'protocol §6',
    basis: 'read',
    run: provisionalTimeout,
  },
  {
    id: 'proxy/final-timeout',
    title: 'finalTimeout is ignored',
    source: 'protocol §6',
    basis: 'recorded',
    run: finalTimeoutIgnored,
  },
];

import type { Behaviour } from '../behaviour.js';
import { later, matches, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { proxied } from './proxied-call.js';

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
    const second = later(app.srf.proxyRequest(req, [carol.uri, bob.uri])); // whatever the order
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

export const PROXY_SEARCH: readonly Behaviour[] = [
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

import type { App, Arrival } from '../apps/app.js';
import type { ProxyOptions, ProxyResult } from '../apps/srf.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { Peer, RequestOptions } from '../peers/peer.js';
import type { SipText } from '../peers/sip-text.js';
import { Dialog, type Transaction } from '../peers/transaction.js';
import type { World } from '../world.js';

/** A call that an app proxies. */
export interface Proxied {
  readonly app: App;
  readonly alice: Peer;
  readonly call: Transaction;
  readonly arrival: Arrival;
  readonly result: Promise<ProxyResult>;
}

export async function proxied(
  world: World,
  targets: readonly Peer[],
  options?: ProxyOptions,
  request: RequestOptions = {},
): Promise<Proxied> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER, ...request });
  const arrival = await app.next('INVITE');
  const result = later(
    app.srf.proxyRequest(
      arrival.req,
      targets.map(({ uri }) => uri),
      options,
    ),
  );
  return { app, alice, call, arrival, result };
}

/** The branch of a proxied request at a callee, held against what the caller sent. */
export function checkForwarded(world: World, invite: SipText, sent: SipText, uri: string): void {
  same(invite.requestUri, uri, 'Request-URI of the forwarded request');
  const [own, callers] = invite.list('via');
  matches(own, new RegExp(`^SIP/2\\.0/UDP ${world.serverHostPort};rport;branch=z9hG4bK\\S+$`), "server's Via");
  check(callers?.startsWith(sent.get('via') ?? '-') && /;rport=\d+/.test(callers), `the caller's Via became ${callers}`);
  same(invite.list('via').length, 2, 'number of Via elements');
  same(invite.get('max-forwards'), '69', 'Max-Forwards');
  for (const name of ['from', 'to', 'call-id', 'cseq', 'contact', 'content-type'])
    same(invite.get(name), sent.get(name), `${name} of the forwarded request`);
  same(invite.body.toString(), sent.body.toString(), 'body of the forwarded request');
}

async function rejected(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { app, call, result } = await proxied(world, [bob], {}, { fields: [['X-Test', 'hello']] });
  const invite = await bob.next('INVITE');
  checkForwarded(world, invite, call.request, bob.uri);
  same([invite.get('x-test'), invite.list('record-route')], ['hello', []], 'header and Record-Route of the forwarded request');
  bob.reply(invite, 100); // is absorbed
  bob.reply(invite, 180, { fields: [['X-Ring', 'long']] });
  const ringing = await call.expect(180);
  same([ringing.get('x-ring'), ringing.uri('contact')], ['long', bob.uri], 'header and Contact of the 180');
  const busy = bob.reply(invite, 486, { fields: [['X-Reason-Text', 'callee busy']] });
  const final = await call.expect(486);
  call.acknowledge(final);
  same([final.get('to'), final.get('x-reason-text')], [busy.get('to'), 'callee busy'], 'To and header of the 486');
  const ack = await bob.next('ACK');
  // The real server's way (protocol §6): the ACK names the peer's address, not the Request-URI of the INVITE.
  same(
    [ack.requestUri, ack.branch, ack.get('to')],
    [`sip:${bob.hostPort}`, invite.branch, busy.get('to')],
    'Request-URI, branch and To of the ACK',
  );
  same([ack.list('via').length, ack.sequence], [1, invite.sequence], 'number of Via elements and CSeq of the ACK');
  const outcome = await within(result, 'result of proxyRequest');
  same([outcome.connected, outcome.finalStatus, outcome.finalResponse.status], [false, 486, 486], 'result of proxyRequest');
  const [first] = outcome.responses;
  same([outcome.responses.length, first?.address, first?.port], [1, bob.address.address, bob.address.port], 'responses of the result');
  same(
    first?.msgs.map(({ status }) => status),
    [486],
    'status of those responses',
  );
  await world.settle();
  same(app.told(), ['network INVITE', 'proxy 486 INVITE', 'proxy done'], 'what the app was told');
}

async function answered(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { app, call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  const answer = bob.reply(invite, 200, { body: ANSWER });
  const ok = await call.expect(200);
  same([ok.body.toString(), ok.uri('contact'), ok.get('to')], [ANSWER, bob.uri, answer.get('to')], 'body, Contact and To of the 200');
  const outcome = await within(result, 'result of proxyRequest');
  same([outcome.connected, outcome.finalStatus], [true, 200], 'result of proxyRequest');
  const leg = Dialog.ofCaller(call, ok); // goes straight to the callee from here
  leg.acknowledge();
  await bob.next('ACK');
  const bye = leg.request('BYE');
  bob.reply(await bob.next('BYE'), 200);
  await bye.expect(200);
  await world.settle();
  same(app.told(), ['network INVITE', 'proxy 200 INVITE', 'proxy done'], 'what the app was told');
}

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

async function foreignUri(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const uri = 'sip:bob@elsewhere.example';
  const { call, result } = await proxied(world, [bob], {}, { uri });
  const invite = await bob.next('INVITE');
  same(invite.requestUri, uri, "Request-URI that is not the server's"); // kept; the destination is only the next hop
  bob.reply(invite, 404);
  await bob.next('ACK');
  call.acknowledge(await call.expect(404));
  same((await within(result, 'result of proxyRequest')).finalStatus, 404, 'result of proxyRequest');
}

async function addedHeaders(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], { headers: { 'X-Added': 'by the app', Subject: 'proxied' } });
  const invite = await bob.next('INVITE');
  same([invite.get('x-added'), invite.get('subject')], ['by the app', 'proxied'], 'headers that the app added');
  bob.reply(invite, 404);
  await bob.next('ACK');
  call.acknowledge(await call.expect(404));
  await within(result, 'result of proxyRequest');
}

async function preloadedRoute(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], {}, { fields: [['Route', `<sip:${world.serverHostPort};lr>`]] });
  const invite = await bob.next('INVITE');
  same(invite.list('route'), [], 'Route of the forwarded request');
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await within(result, 'result of proxyRequest');
}

async function otherMethod(world: World): Promise<void> {
  const app = await world.app('message');
  const [alice, bob] = await world.peers('alice', 'bob');
  const message = alice.request('MESSAGE', { body: 'hello', fields: [['Content-Type', 'text/plain']] });
  const { req } = await app.next('MESSAGE');
  const result = later(app.srf.proxyRequest(req, bob.uri));
  const forwarded = await bob.next('MESSAGE');
  checkForwarded(world, forwarded, message.request, bob.uri);
  bob.reply(forwarded, 202);
  await message.expect(202);
  same((await within(result, 'result of proxyRequest')).finalStatus, 202, 'result of proxyRequest');
}

async function registerThrough(world: World): Promise<void> {
  const app = await world.app('register');
  const [alice, registrar] = await world.peers('alice', 'registrar');
  const register = alice.request('REGISTER', { fields: [['Contact', `<${alice.uri}>`]] });
  const { req } = await app.next('REGISTER');
  const result = later(app.srf.proxyRequest(req, registrar.uri, { recordRoute: true }));
  const forwarded = await registrar.next('REGISTER');
  same([forwarded.list('path').length, forwarded.list('record-route')], [1, []], 'number of Path elements, and Record-Route'); // RFC 3327 §5.2
  matches(forwarded.uri('path'), new RegExp(`^sip:${world.serverHostPort}.*;lr`), 'Path');
  registrar.reply(forwarded, 200);
  await register.expect(200);
  await within(result, 'result of proxyRequest');
}

async function tooManyHops(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], {}, { maxForwards: 0 });
  call.acknowledge(await call.expect(483));
  const error = await rejection(result, 'proxyRequest');
  same(error.message, 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0', 'error');
  await world.settle();
  same(bob.untaken, [], 'what the callee got');
}

async function unknownTransaction(world: World): Promise<void> {
  const control = await world.control();
  const bob = await world.peer('bob');
  const id = '00000000-0000-4000-8000-000000000000';
  const sip = `INVITE ${bob.uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`;
  const { tokens } = await control.ask(`proxy|${id}||fullResponse||serial|||${bob.uri}`, sip);
  same(tokens.slice(3), ['NOK', `Unknown transaction id: ${id}`], 'answer');
  await world.settle();
  same(bob.untaken, [], 'what the peer got');
}

async function nowhereToGo(world: World): Promise<void> {
  const control = await world.control();
  await control.ask('route|invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { transactionId } = await control.next('sip');
  const { tokens } = await control.ask(
    `proxy|${transactionId}||fullResponse||serial|||nonsense`,
    'INVITE nonsense SIP/2.0\r\nContent-Length: 0\r\n\r\n',
  );
  same(tokens[3], 'NOK', 'answer');
  matches(tokens[4], /^error proxying request to /, 'reason');
  call.acknowledge(await call.expect(500));
}

async function withoutMaxForwards(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], {}, { maxForwards: 'none' });
  const invite = await bob.next('INVITE');
  same(invite.get('max-forwards'), '70', 'Max-Forwards of the forwarded request'); // RFC 3261 §16.6 item 3
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await within(result, 'result of proxyRequest');
}

async function cancelled(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { app, call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  const cancel = await bob.next('CANCEL');
  same(
    [cancel.branch, cancel.requestUri, cancel.list('via').length],
    [invite.branch, invite.requestUri, 1],
    'branch, Request-URI and Via of the CANCEL',
  );
  bob.reply(cancel, 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  await within(Promise.allSettled([result]), 'end of proxyRequest');
  await world.settle();
  check(!app.told().includes('network CANCEL'), 'the CANCEL of a proxied call reached the app');
}

async function finalAgain(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { alice, call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 486);
  await bob.next('ACK');
  const busy = await call.expect(486);
  await within(result, 'result of proxyRequest');
  call.send(); // the caller has not got the 486, and repeats its INVITE
  await world.settle();
  same([alice.copies(busy), alice.untaken, bob.untaken], [1, [], []], 'copies of the 486, and what else arrived');
  call.acknowledge(busy);
}

export const PROXY: readonly Behaviour[] = [
  {
    id: 'proxy/rejected',
    title:
      'proxyRequest forwards an INVITE with a Via and one hop less; 180 and 486 come back, 100 does not, and each side has its own ACK',
    source: 'protocol §6',
    basis: 'recorded',
    run: rejected,
  },
  {
    id: 'proxy/answered',
    title: 'A 200 is forwarded, and without Record-Route the rest of the call goes past the server',
    source: 'protocol §6',
    basis: 'recorded',
    run: answered,
  },
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
  {
    id: 'proxy/foreign-uri',
    title: 'A Request-URI of another domain is kept, and the destination is only the next hop',
    source: 'protocol §6',
    basis: 'read',
    run: foreignUri,
  },
  {
    id: 'proxy/added-headers',
    title: "The application's headers are added to the forwarded request",
    source: 'protocol §6',
    basis: 'read',
    run: addedHeaders,
  },
  {
    id: 'proxy/preloaded-route',
    title: 'A Route to the server itself is taken out',
    source: 'protocol §6; RFC 3261 §16.4',
    basis: 'read',
    run: preloadedRoute,
  },
  {
    id: 'proxy/message',
    title: 'A request other than INVITE is proxied alike',
    source: 'protocol §6',
    basis: 'read',
    run: otherMethod,
  },
  {
    id: 'proxy/register',
    title: 'With recordRoute a REGISTER gets a Path in place of Record-Route',
    source: 'protocol §6; RFC 3327 §5.2',
    basis: 'read',
    run: registerThrough,
  },
  {
    id: 'proxy/too-many-hops',
    title: 'Max-Forwards 0 is answered with 483, and the application told so',
    source: 'protocol §6; RFC 3261 §16.3',
    basis: 'read',
    run: tooManyHops,
  },
  {
    id: 'proxy/no-max-forwards',
    title: 'A request without Max-Forwards is forwarded with 70',
    source: 'protocol §6; RFC 3261 §16.6',
    basis: 'read',
    run: withoutMaxForwards,
  },
  {
    id: 'proxy/nowhere-to-go',
    title: 'A destination that is no URI is refused, and the caller gets 500',
    source: 'protocol §6',
    basis: 'read',
    run: nowhereToGo,
  },
  {
    id: 'proxy/unknown-transaction',
    title: 'A proxy command for a transaction that does not exist is refused with its id',
    source: 'protocol §6',
    basis: 'read',
    run: unknownTransaction,
  },
  {
    id: 'proxy/cancelled',
    title: "The caller's CANCEL gets 200 and 487 from the server, which cancels the branch",
    source: 'protocol §6',
    basis: 'read',
    run: cancelled,
  },
  {
    id: 'proxy/final-again',
    title: 'An INVITE that comes again after the final was forwarded is discarded, and the final is not sent again',
    source: 'protocol §6',
    basis: 'recorded',
    run: finalAgain,
  },
];

import type { Behaviour } from '../behaviour.js';
import { check, later, matches, same, within } from '../expectation.js';
import { ANSWER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { checkForwarded, proxied } from './proxied-call.js';

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
    id: 'proxy/no-max-forwards',
    title: 'A request without Max-Forwards is forwarded with 70',
    source: 'protocol §6; RFC 3261 §16.6',
    basis: 'read',
    run: withoutMaxForwards,
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

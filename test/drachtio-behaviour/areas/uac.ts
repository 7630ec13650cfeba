import type { SrfResponse } from '../apps/srf-message.js';
import { type Behaviour, Skipped } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';

async function madeUpHeaders(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const invite = await bob.next('INVITE');
  same(invite.requestUri, bob.uri, 'Request-URI');
  matches(invite.get('via'), new RegExp(`^SIP/2\\.0/UDP ${world.serverHostPort};rport;branch=z9hG4bK`), 'Via');
  same(invite.get('max-forwards'), '70', 'Max-Forwards');
  check(invite.tag('from'), 'no From tag');
  same(invite.uri('to'), bob.uri, 'To');
  matches(invite.get('call-id'), /^\S{8,}$/, 'Call-ID');
  matches(invite.get('cseq'), /^\d+ INVITE$/, 'CSeq');
  matches(invite.uri('contact'), new RegExp(`^sip:(?:[^@]*@)?${world.serverHostPort}`), 'Contact');
  same([invite.get('content-type'), invite.body.toString()], ['application/sdp', OFFER], 'Content-Type and body');
  bob.reply(invite, 486);
  await bob.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 486, 'status of the error');
}

async function ownHeaders(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const headers = {
    From: '"App" <sip:app@example.com>',
    To: '<sip:somebody@example.com>',
    Contact: '<sip:app@127.0.0.9:5099>',
    'Call-ID': 'chosen-by-the-app',
    'X-Test': 'hello',
    'x-lower': 'kept',
    'user-agent': 'an app',
    subject: 'a call',
    Via: 'SIP/2.0/UDP 127.0.0.9:5099;branch=z9hG4bKmine',
    Route: '<sip:127.0.0.9:5099;lr>',
    'Record-Route': '<sip:127.0.0.9:5099;lr>',
  };
  const callId = `${headers['Call-ID']}-${Date.now()}`;
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER, headers: { ...headers, 'Call-ID': callId } }));
  const invite = await bob.next('INVITE');
  matches(invite.get('from'), /^"App" <sip:app@example\.com>;tag=\S+$/, 'From');
  same([invite.get('to'), invite.get('contact'), invite.get('call-id')], [headers.To, headers.Contact, callId], 'To, Contact and Call-ID');
  same([invite.get('x-test'), invite.get('user-agent'), invite.get('subject')], ['hello', 'an app', 'a call'], 'headers of the app');
  // What the application may not choose is the server's.
  same(invite.list('via').length, 1, 'number of Via elements');
  same([invite.list('route'), invite.list('record-route')], [[], []], 'Route and Record-Route');
  const text = invite.octets.toString();
  for (const line of ['\r\nUser-Agent: an app\r\n', '\r\nSubject: a call\r\n', '\r\nx-lower: kept\r\n']) {
    check(text.includes(line), `no line ${JSON.stringify(line)} in the INVITE`);
  }
  bob.reply(invite, 486);
  await bob.next('ACK');
  await rejection(placing, 'createUAC');
}

async function localhostReplaced(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER, callingNumber: '+15550100', callingName: 'Alice' }));
  const invite = await bob.next('INVITE');
  const own = `"Alice" <sip:+15550100@${world.serverHostPort}>`;
  same([invite.get('from')?.replace(/;tag=.*/, ''), invite.get('contact')], [own, own], 'From and Contact');
  bob.reply(invite, 486);
  await bob.next('ACK');
  await rejection(placing, 'createUAC');
}

/** A rejection ends createUAC with its status, and the server acknowledges it. */
function rejected(status: number): Behaviour['run'] {
  return async (world) => {
    const app = await world.app();
    const bob = await world.peer('bob');
    const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
    const invite = await bob.next('INVITE');
    const response = bob.reply(invite, status, { fields: [['X-Why', 'just so']], reason: 'Just So' });
    const ack = await bob.next('ACK');
    // RFC 3261 §17.1.1.3: in the INVITE's transaction, with the response's To.
    same([ack.requestUri, ack.branch, ack.sequence], [bob.uri, invite.branch, invite.sequence], 'Request-URI, branch and CSeq of the ACK');
    same([ack.get('to'), ack.get('from')], [response.get('to'), invite.get('from')], 'To and From of the ACK');
    const error = (await rejection(placing, 'createUAC')) as Error & { status: number; reason: string; res: SrfResponse };
    same([error.status, error.reason, error.res.get('X-Why')], [status, 'Just So', 'just so'], 'status, reason and response of the error');
    same([error.res.source_address, error.res.source_port], [bob.address.address, bob.address.port], 'where the response came from');
    await world.settle();
    same(app.told(), ['OK INVITE', `network ${status} INVITE`, 'NOK ACK'], 'what the app was told');
    const refusal = await app.conversation.hears('NOK ACK');
    const reason = 'Server error: ACK for non-success final response is automatically generated by server';
    same(refusal.tokens[4], reason, "word on the app's own ACK");
  };
}

async function throughProxy(world: World): Promise<void> {
  const app = await world.app();
  const edge = await world.peer('edge');
  const target = 'sip:bob@unreachable.example';
  const placing = later(app.srf.createUAC(target, { localSdp: OFFER, proxy: `sip:${edge.hostPort}` }));
  const invite = await edge.next('INVITE');
  same([invite.requestUri, invite.uri('to')], [target, target], 'Request-URI and To');
  edge.reply(invite, 404);
  await edge.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 404, 'status of the error');
}

async function toLocalhost(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  if (bob.address.address !== '127.0.0.1') throw new Skipped('needs a server on 127.0.0.1');
  const target = `sip:bob@localhost:${bob.address.port}`;
  const placing = later(app.srf.createUAC(target, { localSdp: OFFER }));
  const invite = await bob.next('INVITE');
  same(invite.requestUri, target, 'Request-URI');
  bob.reply(invite, 486);
  await bob.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 486, 'status of the error');
}

async function redirected(world: World): Promise<void> {
  const app = await world.app();
  const [bob, carol] = await world.peers('bob', 'carol');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER, followRedirects: true }));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 302, { fields: [['Contact', `<${carol.uri}>`]] });
  await bob.next('ACK');
  const second = await carol.next('INVITE');
  same(second.requestUri, carol.uri, 'Request-URI of the second INVITE');
  const ok = carol.reply(second, 200, { body: ANSWER });
  await within(placing, 'dialog of createUAC');
  await carol.next('ACK');
  await Dialog.ofCallee(carol, second, ok).hangUp();
}

export const UAC: readonly Behaviour[] = [
  {
    id: 'uac/made-up-headers',
    title: 'The server makes up what a new INVITE needs: Via, Max-Forwards, From tag, To, Call-ID, CSeq, Contact, Content-Type',
    source: 'protocol §4',
    basis: 'recorded',
    run: madeUpHeaders,
  },
  {
    id: 'uac/own-headers',
    title: "The application's headers stand in the INVITE, in title case but for X-; Via, Route and Record-Route are the server's",
    source: 'protocol §4',
    basis: 'recorded',
    run: ownHeaders,
  },
  {
    id: 'uac/localhost',
    title: 'localhost in From and Contact becomes the address that the INVITE leaves from',
    source: 'protocol §4',
    basis: 'recorded',
    run: localhostReplaced,
  },
  {
    id: 'uac/rejected-486',
    title: "A 486 ends createUAC with an error that has it, and the server sends the ACK; the application's own is refused",
    source: 'protocol §3.2, §4; RFC 3261 §17.1.1.3',
    basis: 'recorded',
    run: rejected(486),
  },
  {
    id: 'uac/rejected-603',
    title: 'The same with a 603',
    source: 'protocol §3.2, §4; RFC 3261 §17.1.1.3',
    basis: 'recorded',
    run: rejected(603),
  },
  {
    id: 'uac/rejected-302',
    title: 'The same with a 302 that the application does not follow',
    source: 'protocol §3.2, §4; RFC 3261 §17.1.1.3',
    basis: 'recorded',
    run: rejected(302),
  },
  {
    id: 'uac/outbound-proxy',
    title: 'With opts.proxy the INVITE goes there, its Request-URI unchanged',
    source: 'protocol §4',
    basis: 'read',
    run: throughProxy,
  },
  {
    id: 'uac/to-localhost',
    title: 'A call to localhost arrives there, its Request-URI unchanged',
    source: 'protocol §4',
    basis: 'own',
    run: toLocalhost,
  },
  {
    id: 'uac/redirected',
    title: 'An application that follows redirects calls the Contact of a 302',
    source: 'protocol §4',
    basis: 'read',
    run: redirected,
  },
];

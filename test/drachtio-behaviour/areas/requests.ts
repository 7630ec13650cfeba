import type { Behaviour } from '../behaviour.js';
import { check, matches, rejection, same, within } from '../expectation.js';
import { OFFER } from '../peers/identity.js';
import type { World } from '../world.js';

/** An app's request outside of a dialog, its response, and what the server says of both. */
function sent(method: string): Behaviour['run'] {
  return async (world) => {
    const app = await world.app();
    const bob = await world.peer('bob');
    const asking = app.sends(bob.uri, { method, headers: { 'Content-Type': 'text/plain', 'X-Test': 'hello' }, body: 'text' });
    const request = await bob.next(method);
    same([request.requestUri, request.uri('to')], [bob.uri, bob.uri], 'Request-URI and To');
    same([request.get('x-test'), request.body.toString()], ['hello', 'text'], 'header and body');
    same(request.get('contact'), undefined, 'Contact, which only INVITE and SUBSCRIBE get');
    const echo = await within(asking.sent.promise, "the server's word on the request");
    same(
      [echo.source, echo.get('Call-ID'), echo.get('From')],
      ['application', request.get('call-id'), request.get('from')],
      'what the server says it sent',
    );
    const word = await app.conversation.hears(`OK ${method}`);
    same(word.tokens.slice(6, 9), ['udp', world.target.sip.address, String(world.target.sip.port)], 'where the request left from');
    same(word.sip?.octets.toString(), request.octets.toString(), 'message that the server says it sent');
    bob.reply(request, 100); // is not passed up
    bob.reply(request, 202, { fields: [['X-Answer', 'well']] });
    const response = await within(asking.final.promise, 'final response');
    same([response.status, response.get('X-Answer'), asking.provisional.length], [202, 'well', 0], 'responses at the app');
    await world.settle();
    same(app.told(), [`OK ${method}`, `network 202 ${method}`], 'what the app was told');
    const frame = await app.conversation.hears(`network 202 ${method}`);
    same([frame.tokens[5], frame.tokens[6]], [bob.address.address, String(bob.address.port)], 'where the response came from');
    same(frame.dialogId, '', 'dialog id of the response');
  };
}

async function registered(world: World): Promise<void> {
  const app = await world.app();
  const registrar = await world.peer('registrar');
  const headers = {
    From: '<sip:app@lab.example>',
    To: '<sip:app@lab.example>',
    Contact: '<sip:app@localhost>',
    CSeq: '7 REGISTER',
    Expires: '60',
  };
  const asking = app.asks(`sip:${registrar.hostPort}`, { method: 'REGISTER', headers });
  const request = await registrar.next('REGISTER');
  same([request.get('cseq'), request.get('expires')], ['7 REGISTER', '60'], 'CSeq and Expires');
  same([request.uri('to'), request.uri('contact')], ['sip:app@lab.example', `sip:app@${world.serverHostPort}`], 'To and Contact');
  matches(request.get('from'), /^<sip:app@lab\.example>;tag=\S+$/, 'From');
  registrar.reply(request, 200, { fields: [['Contact', `${request.get('contact')};expires=60`]] });
  const response = await asking;
  same([response.status, response.get('Contact')], [200, `${request.get('contact')};expires=60`], 'response at the app');
}

async function chosenProxy(world: World): Promise<void> {
  const app = await world.app();
  const edge = await world.peer('edge');
  const asking = app.asks('sip:bob@nowhere.example', { method: 'OPTIONS', proxy: `sip:${edge.hostPort}` });
  const request = await edge.next('OPTIONS');
  same(request.requestUri, 'sip:bob@nowhere.example', 'Request-URI');
  edge.reply(request, 200);
  same((await asking).status, 200, 'response at the app');
}

/** What a raw application asks for, and the server's reason not to do it. */
function refused(sip: (world: World) => string, reason: RegExp): Behaviour['run'] {
  return async (world) => {
    const bob = await world.peer('bob');
    const control = await world.control();
    const { tokens } = await control.ask('sip||', sip(world).replace('BOB', bob.uri));
    same(tokens[3], 'NOK', 'answer');
    matches(tokens[4], reason, 'reason');
    await world.settle();
    same(bob.untaken, [], 'what the peer got');
  };
}

async function toMyself(world: World): Promise<void> {
  const app = await world.app();
  const error = await rejection(
    app.sends(`sip:me@${world.serverHostPort}`, { method: 'OPTIONS' }).sent.promise,
    'OPTIONS to the server itself',
  );
  same([error.message, error.code], ['can not send request to myself', 'EDRACHTIO'], 'error');
}

async function bodyWithoutType(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const error = await rejection(app.sends(bob.uri, { method: 'MESSAGE', body: 'text' }).sent.promise, 'MESSAGE with a body of no type');
  same(error.message, 'missing content-type', 'error');
  const asking = app.asks(bob.uri, { method: 'MESSAGE', body: OFFER }); // SDP needs none
  const request = await bob.next('MESSAGE');
  same(request.get('content-type'), 'application/sdp', 'Content-Type that the server guessed');
  bob.reply(request, 200);
  same((await asking).status, 200, 'response at the app');
}

async function noSuchTransport(world: World): Promise<void> {
  const control = await world.stranger();
  const { tokens } = await control.authenticate(world.target.secret);
  const bob = await world.peer('bob');
  const transport = ['tls', 'tcp', 'ws'].find((name) => !tokens[4]?.includes(`${name}/`));
  check(transport, 'the server has every transport');
  const answer = await control.ask('sip||', `OPTIONS ${bob.uri};transport=${transport} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
  same(answer.tokens.slice(3), ['NOK', 'requested protocol/transport not available'], 'answer');
}

export const REQUESTS: readonly Behaviour[] = [
  ...['OPTIONS', 'MESSAGE', 'INFO', 'PUBLISH', 'NOTIFY'].map((method) => ({
    id: `request/${method.toLowerCase()}`,
    title: `srf.request sends ${method}, says what it sent, and passes up the final response but no 100`,
    source: 'protocol §3.1, §3.2, §4, §7',
    basis: 'recorded' as const,
    run: sent(method),
  })),
  {
    id: 'request/register',
    title: "srf.request sends REGISTER with the application's CSeq, From and To, and localhost of its Contact replaced",
    source: 'protocol §4',
    basis: 'recorded',
    run: registered,
  },
  {
    id: 'request/outbound-proxy',
    title: 'With opts.proxy a request goes there, its Request-URI unchanged',
    source: 'protocol §4',
    basis: 'read',
    run: chosenProxy,
  },
  {
    id: 'refusal/to-myself',
    title: "A request to the server's own address is refused",
    source: 'protocol §4',
    basis: 'recorded',
    run: toMyself,
  },
  {
    id: 'refusal/invalid-uri',
    title: 'A Request-URI that is none is refused',
    source: 'protocol §4',
    basis: 'read',
    run: refused(() => 'OPTIONS nonsense SIP/2.0\r\nContent-Length: 0\r\n\r\n', /^invalid request-uri/),
  },
  {
    id: 'refusal/no-content-type',
    title: 'A body that is no SDP, and has no Content-Type, is refused; SDP gets one',
    source: 'protocol §4',
    basis: 'recorded',
    run: bodyWithoutType,
  },
  {
    id: 'refusal/no-such-transport',
    title: 'A transport that the server has no address for is refused',
    source: 'protocol §4',
    basis: 'read',
    run: noSuchTransport,
  },
  {
    id: 'bad-input/no-sip',
    title: 'What should be a SIP message and is none is refused, and does no harm',
    source: 'protocol §3.2',
    basis: 'own',
    run: notSip,
  },
];

async function notSip(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  for (const text of ['', 'nonsense', 'INVITE\r\n\r\n', '\0\0\0\r\n\r\n', 'SIP/2.0 200 OK\r\n\r\n']) {
    const control = await world.control();
    const id = control.send('sip||', text);
    await app.settle(bob);
    const refusal = await control.answer(id);
    check(!refusal.succeeded, `the server took ${JSON.stringify(text)} for a message`);
  }
}

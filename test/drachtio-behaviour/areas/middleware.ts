import type { SrfMessage } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, matches, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { World } from '../world.js';

async function whatARequestCarries(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ user: '+15550100', body: OFFER, fields: [['X-Test', 'hello']] });
  const { req, res } = await app.next('INVITE');
  same(
    [req.source, req.source_address, req.source_port, req.protocol],
    ['network', alice.address.address, alice.address.port, 'udp'],
    'source',
  );
  same(req.receivedOn, world.serverHostPort, 'receivedOn');
  matches(req.stackTime, /^\d\d:\d\d:\d\d\.\d{6}$/, 'stackTime');
  same([req.method, req.uri, req.isNewInvite], ['INVITE', `sip:+15550100@${world.serverHostPort}`, true], 'method, uri and isNewInvite');
  same([req.callingNumber, req.callingName, req.calledNumber], ['alice', 'alice', '+15550100'], 'calling and called');
  same([req.get('X-Test'), req.get('Content-Type'), req.body], ['hello', 'application/sdp', OFFER], 'headers and body');
  same(req.get('Call-ID'), call.request.get('call-id'), 'Call-ID');
  check(req.server.hostport.includes(world.serverHostPort), `server.hostport is ${req.server.hostport}`);
  // RFC 3261 §18.2.1 and RFC 3581 §4: the server adds to the Via what it saw.
  matches(req.get('Via'), new RegExp(`rport=${alice.address.port}`), 'Via at the app');
  res.send(486);
  call.acknowledge(await call.expect(486));
}

/** A final response from `res.send` reaches the caller as it is, and the ACK for it goes no further. */
function rejected(status: number, reason: string, headers: Record<string, string> = {}): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const alice = await world.peer('alice');
    const call = await alice.invite();
    const { res } = await app.next('INVITE');
    res.send(status, reason, { headers });
    const response = await call.expect(status);
    same(response.reason, reason, 'reason phrase');
    for (const [name, value] of Object.entries(headers)) same(response.get(name), value, name);
    call.acknowledge(response);
    await world.settle();
    same(res.finalResponseSent, true, 'finalResponseSent');
    same(app.told(), ['network INVITE', `OK ${status} INVITE`], 'what the app was told');
  };
}

async function echoOfAResponse(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { req, res } = await app.next('INVITE');
  const sending = new Promise<SrfMessage>((resolve, reject) => {
    res.send(480, { headers: { 'X-Why': 'away' } }, (error, sent) => (sent ? resolve(sent) : reject(error)));
  });
  const response = await call.expect(480);
  call.acknowledge(response);
  const echo = await within(sending, 'callback of res.send');
  same(echo.get('To'), response.get('to'), 'To in the echo');
  same([echo.status, echo.get('X-Why')], [480, 'away'], 'status and header in the echo');
  const frame = await app.conversation.hears('OK 480 INVITE');
  same(frame.sip?.octets.toString(), response.octets.toString(), 'message in the echo');
  same(frame.echoedTransactionId, req.stackTxnId, 'transaction id in the echo');
  same(frame.tokens.slice(6, 9), ['udp', alice.address.address, String(alice.address.port)], 'where the response went, in the echo');
  same(frame.tokens[11], `${call.request.get('call-id')};from-tag=${call.request.tag('from')}`, 'dialog id in the echo');
}

async function oneToTag(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { res } = await app.next('INVITE');
  const tags: (string | undefined)[] = [];
  for (const status of [180, 183, 486]) {
    res.send(status);
    const response = await call.expect(status);
    tags.push(response.tag('to'));
    if (status === 486) call.acknowledge(response);
  }
  check(tags[0], 'no To tag');
  same(new Set(tags).size, 1, 'number of To tags');
}

async function chosenToTag(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { res } = await app.next('INVITE');
  res.send(180, { headers: { To: '<sip:bob@localhost>;tag=mine-123' } });
  same((await call.expect(180)).tag('to'), 'mine-123', 'To tag of the 180');
  res.send(486);
  const busy = await call.expect(486);
  call.acknowledge(busy);
  same(busy.tag('to'), 'mine-123', 'To tag of the 486');
}

async function provisional(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { res } = await app.next('INVITE');
  res.send(180, 'Ringing Here');
  const plain = await call.expect(180);
  same([plain.reason, plain.get('contact'), plain.body.length], ['Ringing Here', undefined, 0], 'reason, Contact and body of the 180');
  res.send(183, { body: ANSWER, headers: { Contact: '<sip:media@127.0.0.9:5070>', 'X-Early': 'yes' } });
  const early = await call.expect(183);
  same(early.body.toString(), ANSWER, 'body of the 183');
  same([early.get('content-type'), early.get('x-early')], ['application/sdp', 'yes'], 'Content-Type and header of the 183');
  same(early.uri('contact'), 'sip:media@127.0.0.9:5070', 'Contact of the 183, which the app set');
  res.send(486);
  const busy = await call.expect(486);
  call.acknowledge(busy);
}

async function otherMethods(world: World): Promise<void> {
  const app = await world.app('message', 'options', 'info', 'publish', 'register', 'notify', 'refer');
  const alice = await world.peer('alice');
  for (const method of ['MESSAGE', 'OPTIONS', 'INFO', 'PUBLISH', 'REGISTER', 'NOTIFY', 'REFER']) {
    const request = alice.request(method, { fields: [['X-Method', method]] });
    const { req, res } = await app.next(method);
    same(req.get('X-Method'), method, 'header at the app');
    res.send(200, { headers: { 'X-Answer': method } });
    same((await request.expect(200)).get('x-answer'), method, 'header of the response');
  }
}

async function nextToTheEnd(world: World): Promise<void> {
  const app = await world.app();
  const passed: string[] = [];
  app.srf.use((req, _res, next) => {
    passed.push(req.method);
    next();
  });
  await app.addRoute('info'); // connected already: the route is what brings requests
  const alice = await world.peer('alice');
  const info = alice.request('INFO');
  const { res } = await app.next('INFO');
  res.send(404);
  await info.expect(404);
  same(passed, ['INFO'], 'requests that the first middleware passed on');
}

async function nobodyAnswers(world: World): Promise<void> {
  await world.appWith({ serve: { message: (_req, _res, next) => next() } });
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(404);
}

async function headersThatStay(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { res } = await app.next('INVITE');
  res.set('X-Stays', 'here');
  for (const status of [180, 486]) {
    res.send(status);
    const response = await call.expect(status);
    same(response.get('x-stays'), 'here', `header of the ${status}`);
    if (status === 486) call.acknowledge(response);
  }
}

async function secondFinal(world: World): Promise<void> {
  const control = await world.control();
  await control.ask('route|invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { transactionId } = await control.next('sip');
  const refusal = (status: number) => `SIP/2.0 ${status} No\r\nContent-Length: 0\r\n\r\n`;
  check((await control.ask(`sip|${transactionId}|`, refusal(486))).succeeded, 'the first final was refused');
  control.send(`sip|${transactionId}|`, refusal(603));
  const busy = await call.expect(486);
  call.acknowledge(busy);
  await control.settle(); // the answer to this ping is the next frame: nothing was said to the second final
}

async function whatIsNotTheApps(world: World): Promise<void> {
  const control = await world.control();
  await control.ask('route|invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { transactionId } = await control.next('sip');
  const lines = [
    'SIP/2.0 486 Busy Here',
    'From: <sip:mallory@example.com>;tag=1',
    'To: <sip:mallory@example.com>',
    'Call-ID: another',
    'CSeq: 99 INVITE',
    'Via: SIP/2.0/UDP 127.0.0.9:5099;branch=z9hG4bKmine',
    'X-Mine: yes',
  ];
  const { succeeded } = await control.ask(`sip|${transactionId}|`, `${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
  check(succeeded, 'the response was refused');
  const busy = await call.expect(486); // checked to be an echo of the INVITE
  call.acknowledge(busy);
  same([busy.get('x-mine'), busy.get('to')?.includes('mallory')], ['yes', false], 'header of the app, and its To');
}

export const MIDDLEWARE: readonly Behaviour[] = [
  {
    id: 'middleware/request',
    title: 'A request carries where it came from, where it was received, when, and the message',
    source: 'protocol §3.1',
    basis: 'recorded',
    run: whatARequestCarries,
  },
  {
    id: 'middleware/send-302',
    title: 'A 302 with a Contact reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(302, 'Moved', { Contact: '<sip:elsewhere@127.0.0.9:5070>' }),
  },
  {
    id: 'middleware/send-486',
    title: 'A 486 with a reason phrase and a header reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(486, 'Busy There', { 'X-Reason-Text': 'callee busy' }),
  },
  {
    id: 'middleware/send-500',
    title: 'A 500 with Retry-After reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(500, 'Server Internal Error', { 'Retry-After': '5' }),
  },
  {
    id: 'middleware/send-603',
    title: 'A 603 reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(603, 'Decline'),
  },
  {
    id: 'middleware/echo',
    title: 'The callback of res.send has the very message that was sent, with transaction and dialog id',
    source: 'protocol §3.2',
    basis: 'recorded',
    run: echoOfAResponse,
  },
  {
    id: 'middleware/one-to-tag',
    title: 'All responses to an INVITE have the same To tag',
    source: 'protocol §4; RFC 3261 §12.1.1',
    basis: 'recorded',
    run: oneToTag,
  },
  {
    id: 'middleware/chosen-to-tag',
    title: 'The application may choose the To tag, and it stays',
    source: 'protocol §4',
    basis: 'recorded',
    run: chosenToTag,
  },
  {
    id: 'middleware/provisional',
    title: 'Provisional responses have a Contact only where the application sets one, and Content-Type is guessed for SDP',
    source: 'protocol §4',
    basis: 'recorded',
    run: provisional,
  },
  {
    id: 'middleware/other-methods',
    title: 'Requests of every other method are served alike',
    source: 'protocol §2, §4',
    basis: 'recorded',
    run: otherMethods,
  },
  {
    id: 'middleware/next',
    title: 'Middleware may pass a request on to the next',
    source: 'protocol §7',
    basis: 'own',
    run: nextToTheEnd,
  },
  {
    id: 'middleware/nobody-answers',
    title: 'A request that all middleware passes on is answered with 404 by srf',
    source: 'protocol §7',
    basis: 'own',
    run: nobodyAnswers,
  },
  {
    id: 'middleware/headers-that-stay',
    title: 'A header set on the response object is on every response',
    source: 'protocol §4',
    basis: 'own',
    run: headersThatStay,
  },
  {
    id: 'middleware/not-the-apps',
    title: 'Via, From, To, Call-ID and CSeq of a response are those of the request, whatever the application says',
    source: 'protocol §4',
    basis: 'read',
    run: whatIsNotTheApps,
  },
  {
    id: 'middleware/second-final',
    title: 'A second final response is discarded, without a word to the application',
    source: 'protocol §4',
    basis: 'recorded',
    run: secondFinal,
  },
];

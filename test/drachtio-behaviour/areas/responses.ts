import type { SrfMessage } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { World } from '../world.js';

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

export const RESPONSES: readonly Behaviour[] = [
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

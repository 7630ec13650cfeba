import { encode } from '../apps/frame.js';
import type { Behaviour } from '../behaviour.js';
import { check, same, sameInAnyOrder } from '../expectation.js';
import type { World } from '../world.js';
import { answeredBy } from './established.js';

/** Text whose characters have one, two, three and four octets. */
const MANY_OCTETS = 'Grüße, ßé, 話中, ☎️ 🛎';

async function splitOctets(world: World): Promise<void> {
  const control = await world.stranger();
  const { id, octets } = encode(`authenticate|${world.target.secret}|`);
  for (const octet of octets) await control.write(Buffer.of(octet));
  check((await control.answer(id)).succeeded, 'the server refused what came octet by octet');
  const ping = encode('ping');
  for (const octet of ping.octets) await control.write(Buffer.of(octet));
  same((await control.answer(ping.id)).tokens.slice(3), ['OK', 'pong'], 'answer to a ping that came octet by octet');
}

async function coalesced(world: World): Promise<void> {
  const control = await world.stranger();
  const frames = [`authenticate|${world.target.secret}|`, 'route|message', 'ping', 'ping'].map((leader) => encode(leader));
  await control.write(Buffer.concat(frames.map(({ octets }) => octets)));
  for (const { id } of frames) check((await control.answer(id)).succeeded, 'the server refused one of several frames in one piece');
}

async function oneAndAHalf(world: World): Promise<void> {
  const control = await world.control();
  const [first, second] = [encode('ping'), encode('ping')];
  await control.write(Buffer.concat([first.octets, second.octets.subarray(0, 20)]));
  check((await control.answer(first.id)).succeeded, 'the server did not answer the frame that was whole');
  await control.write(second.octets.subarray(20));
  check((await control.answer(second.id)).succeeded, 'the server did not answer the frame that came in two pieces');
}

async function callInPieces(world: World): Promise<void> {
  const app = await world.app('invite');
  const caller = await world.peer('alice');
  app.tap.pieces = 7;
  const { leg } = await answeredBy(app, caller);
  await leg.hangUp();
}

async function severalInOnePiece(world: World): Promise<void> {
  const app = await world.app('message');
  const callers = await world.peers('alice', 'bob', 'carol');
  app.tap.hold('server');
  const messages = callers.map((caller) => caller.request('MESSAGE', { body: caller.name, fields: [['Content-Type', 'text/plain']] }));
  for (const caller of callers) await caller.settle(); // the server has them all by now
  app.tap.release('server');
  const bodies: string[] = [];
  for (const _ of callers) {
    const { req, res } = await app.next('MESSAGE');
    bodies.push(req.body);
    res.send(200);
  }
  for (const message of messages) await message.expect(200);
  sameInAnyOrder(bodies, ['alice', 'bob', 'carol'], 'bodies at the app');
}

async function octetsTowardsNetwork(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const asking = app.asks(bob.uri, {
    method: 'MESSAGE',
    headers: { 'Content-Type': 'text/plain;charset=utf-8', 'X-Note': MANY_OCTETS },
    body: MANY_OCTETS,
  });
  const message = await bob.next('MESSAGE');
  same(message.body.toString('utf8'), MANY_OCTETS, 'body at the peer');
  same(message.get('x-note'), MANY_OCTETS, 'header at the peer');
  bob.reply(message, 200, { fields: [['X-Note', MANY_OCTETS]] });
  same((await asking).get('X-Note'), MANY_OCTETS, 'header of the response at the app');
}

async function octetsTowardsApp(world: World): Promise<void> {
  const app = await world.app('message');
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE', { body: MANY_OCTETS, fields: [['Content-Type', 'text/plain;charset=utf-8']] });
  const { req, res } = await app.next('MESSAGE');
  same(req.body, MANY_OCTETS, 'body at the app');
  const frame = await app.conversation.hears('network MESSAGE');
  same(frame.tokens[3], String(message.request.octets.length), 'octets that the server says the datagram had');
  res.send(200, { headers: { 'X-Note': MANY_OCTETS }, body: MANY_OCTETS });
  const response = await message.expect(200);
  same([response.get('x-note'), response.body.toString('utf8')], [MANY_OCTETS, MANY_OCTETS], 'header and body at the peer');
}

async function contentLengthIgnored(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const control = await world.control();
  const body = 'all of this';
  control.send('sip||', `MESSAGE ${bob.uri} SIP/2.0\r\ncontent-type: text/plain\r\nContent-Length: 3\r\n\r\n${body}`);
  const message = await bob.next('MESSAGE');
  same([message.body.toString(), message.get('content-length')], [body, String(body.length)], 'body and Content-Length at the peer');
  bob.reply(message, 200);
  await control.next('response');
  await control.next('sip');
}

/** A frame whose length cannot be read ends its connection, and none but its own. */
function badLength(octets: string): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const [alice, carol] = await world.peers('alice', 'carol');
    const { leg } = await answeredBy(app, alice);
    const control = await world.control();
    await control.write(octets);
    await control.dropped();
    await leg.hangUp();
    const { leg: another } = await answeredBy(app, carol);
    await another.hangUp();
  };
}

async function beginningOfAFrame(world: World): Promise<void> {
  const control = await world.control();
  const { octets } = encode('ping');
  await control.write(octets.subarray(0, 15));
  const app = await world.app('invite');
  const { leg } = await answeredBy(app, await world.peer('alice'));
  await leg.hangUp();
  await control.write(octets.subarray(15));
  check((await control.next('response')).succeeded, 'the server did not answer a frame that took its time');
}

export const FRAMING: readonly Behaviour[] = [
  {
    id: 'framing/octet-by-octet',
    title: 'Frames may come octet by octet',
    source: 'protocol §1',
    basis: 'recorded',
    run: splitOctets,
  },
  {
    id: 'framing/coalesced',
    title: 'Several frames in one piece are each answered once, in their order, also behind the authentication',
    source: 'protocol §1',
    basis: 'recorded',
    run: coalesced,
  },
  {
    id: 'framing/one-and-a-half',
    title: 'A frame is answered when it is whole, whatever of the next came with it',
    source: 'protocol §1',
    basis: 'recorded',
    run: oneAndAHalf,
  },
  {
    id: 'framing/call-in-pieces',
    title: 'An application whose connection is cut into pieces of seven octets has its calls all the same',
    source: 'protocol §1',
    basis: 'recorded',
    run: callInPieces,
  },
  {
    id: 'framing/several-to-the-app',
    title: 'Several requests that reach the application in one piece are all handled',
    source: 'protocol §1',
    basis: 'recorded',
    run: severalInOnePiece,
  },
  {
    id: 'framing/utf8-from-app',
    title: "Lengths count octets, not characters: UTF-8 in the application's headers and body reaches the network whole",
    source: 'protocol §1',
    basis: 'recorded',
    run: octetsTowardsNetwork,
  },
  {
    id: 'framing/utf8-to-app',
    title: 'UTF-8 in a body from the network reaches the application whole, and the datagram is counted in octets',
    source: 'protocol §1, §3.1',
    basis: 'recorded',
    run: octetsTowardsApp,
  },
  {
    id: 'framing/content-length',
    title: "The body of an application's message is all that follows its empty line, whatever its Content-Length",
    source: 'protocol §1',
    basis: 'recorded',
    run: contentLengthIgnored,
  },
  {
    id: 'framing/length-of-letters',
    title: 'A length that is no number drops the connection; calls of other applications go on',
    source: 'protocol §1',
    basis: 'read',
    run: badLength('ten#0123456789'),
  },
  {
    id: 'framing/length-of-six-digits',
    title: 'A length of more than five digits drops the connection; calls of other applications go on',
    source: 'protocol §1',
    basis: 'read',
    run: badLength('100000#x'),
  },
  {
    id: 'framing/no-length',
    title: 'A frame without a length drops the connection; calls of other applications go on',
    source: 'protocol §1',
    basis: 'read',
    run: badLength('#x|ping'),
  },
  {
    id: 'framing/half-a-frame',
    title: 'A frame that stops halfway holds up nobody else, and counts once it is whole',
    source: 'protocol §1',
    basis: 'own',
    run: beginningOfAFrame,
  },
];

import { randomUUID } from 'node:crypto';
import { encode } from '../apps/frame.js';
import type { Behaviour } from '../behaviour.js';
import { check, matches, same, within } from '../expectation.js';
import { fresh } from '../peers/identity.js';
import type { World } from '../world.js';
import { answeredBy } from './established.js';

/** As much as a datagram holds with its headers. */
const ALMOST_64K = 'x'.repeat(64_000);
const TEXT = [['Content-Type', 'text/plain']] as const;

async function bigFromNetwork(world: World): Promise<void> {
  const app = await world.app('message');
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE', { body: ALMOST_64K, fields: TEXT });
  const { req, res } = await app.next('MESSAGE');
  same(req.body.length, ALMOST_64K.length, 'length of the body at the app');
  res.send(200, { body: ALMOST_64K, headers: { 'Content-Type': 'text/plain' } });
  same((await message.expect(200)).body.length, ALMOST_64K.length, 'length of the body of the response');
}

async function bigFromApp(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const asking = app.asks(bob.uri, { method: 'MESSAGE', body: ALMOST_64K, headers: { 'Content-Type': 'text/plain' } });
  const message = await bob.next('MESSAGE');
  same(message.body.length, ALMOST_64K.length, 'length of the body at the peer');
  bob.reply(message, 200);
  same((await asking).status, 200, 'final response at the app');
}

async function tooBigForADatagram(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const big = { method: 'MESSAGE', body: 'x'.repeat(90_000), headers: { 'Content-Type': 'text/plain' } };
  const { sent, final } = app.sends(bob.uri, big);
  const outcome = await within(Promise.allSettled([sent.promise, final.promise]), 'word on a message that fits into no datagram');
  const response = outcome[1].status === 'fulfilled' ? outcome[1].value.status : 'refused';
  check(response === 'refused' || response >= 400, `a message that fits into no datagram got ${response}`);
  const { leg } = await answeredBy(app, alice);
  await leg.hangUp();
}

/** What a raw application says, the refusal of it, and a call that goes on beside it. */
function refusedBeside(say: (world: World) => { leader: string; sip: string }, reason: (said: string) => RegExp): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const alice = await world.peer('alice');
    const { leg } = await answeredBy(app, alice);
    const control = await world.control();
    const { leader, sip } = say(world);
    const { tokens } = await control.ask(leader, sip);
    same(tokens[3], 'NOK', 'answer');
    matches(tokens[4], reason(leader), 'reason');
    await control.settle(); // the connection stays
    await leg.hangUp();
  };
}

const NO_BODY = 'Content-Length: 0\r\n\r\n';

const unknownTransaction = refusedBeside(
  () => ({ leader: `sip|${randomUUID()}|`, sip: `SIP/2.0 200 OK\r\n${NO_BODY}` }),
  () => /^Response not sent due to unknown transaction$/,
);

const unknownDialog = refusedBeside(
  () => ({ leader: `sip||${fresh('c')};from-tag=${fresh('t')}`, sip: `BYE sip:placeholder SIP/2.0\r\n${NO_BODY}` }),
  () => /unable to find dialog/,
);

const unknownToCancel = refusedBeside(
  () => ({ leader: `sip|${randomUUID()}|`, sip: `CANCEL sip:bob@127.0.0.1 SIP/2.0\r\n${NO_BODY}` }),
  (leader) => new RegExp(`^unable to cancel unknown transaction id: ${leader.split('|')[1]}$`),
);

async function halfOpen(world: World): Promise<void> {
  const strangers = [];
  for (let count = 0; count < 20; count++) strangers.push(await world.stranger());
  for (const [index, stranger] of strangers.entries()) if (index % 2) await stranger.write('56#'); // and no more
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const { leg } = await answeredBy(app, alice);
  await leg.hangUp();
  same(
    strangers.flatMap(({ untaken }) => untaken),
    [],
    'what those who said nothing were told',
  );
}

async function halfClosed(world: World): Promise<void> {
  const control = await world.control();
  await control.ask('route|message');
  control.half();
  await control.dropped();
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(503); // its route went with it
}

async function goneInMidFrame(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const { leg } = await answeredBy(app, alice);
  const control = await world.control();
  const { octets } = encode('sip||', `OPTIONS ${alice.uri} SIP/2.0\r\n${NO_BODY}`);
  await control.write(octets.subarray(0, octets.length - 10));
  control.reset();
  await control.dropped();
  await world.settle();
  same(alice.untaken, [], 'what the peer got of half a frame');
  await leg.hangUp();
}

async function goodThenBad(world: World): Promise<void> {
  const control = await world.control();
  const { id, octets } = encode('ping');
  await control.write(Buffer.concat([octets, Buffer.from('bad#x')]));
  check((await control.answer(id)).succeeded, 'the frame before the bad one got no answer');
  await control.dropped();
}

async function manyAtOnce(world: World): Promise<void> {
  const control = await world.control();
  const pings = Array.from({ length: 300 }, () => encode('ping'));
  await control.write(Buffer.concat(pings.map(({ octets }) => octets)));
  for (const { id } of pings) await control.answer(id);
}

async function neverAnswering(world: World): Promise<void> {
  await world.appWith({ serve: { message: () => undefined } }); // takes messages and says nothing
  const app = await world.app('invite');
  const [alice, carol] = await world.peers('alice', 'carol');
  const silent = alice.request('MESSAGE');
  silent.send();
  const { leg } = await answeredBy(app, carol);
  await leg.hangUp();
  await world.settle();
  same(alice.untaken, [], 'what the caller of the silent application got');
}

export const BAD_INPUT: readonly Behaviour[] = [
  {
    id: 'bad-input/64-kb-from-network',
    title: 'A datagram of 64 kB reaches the application, and one of 64 kB goes back',
    source: 'protocol §1; RFC 3261 §18.1.1',
    basis: 'own',
    run: bigFromNetwork,
  },
  {
    id: 'bad-input/64-kb-from-app',
    title: 'A message of 64 kB of the application goes out',
    source: 'protocol §1; RFC 3261 §18.1.1',
    basis: 'own',
    run: bigFromApp,
  },
  {
    id: 'bad-input/90-kb-from-app',
    title: 'A message that fits into no datagram is refused or fails, and calls go on',
    source: 'protocol §1',
    basis: 'own',
    run: tooBigForADatagram,
  },
  {
    id: 'bad-input/unknown-transaction',
    title: 'A response for an unknown transaction is refused in these words, and calls go on',
    source: 'protocol §4',
    basis: 'recorded',
    run: unknownTransaction,
  },
  {
    id: 'bad-input/unknown-dialog',
    title: 'A request in an unknown dialog is refused with "unable to find dialog", and calls go on',
    source: 'protocol §7',
    basis: 'read',
    run: unknownDialog,
  },
  {
    id: 'bad-input/unknown-to-cancel',
    title: 'A CANCEL for an unknown transaction is refused with its id, and calls go on',
    source: 'protocol §8',
    basis: 'recorded',
    run: unknownToCancel,
  },
  {
    id: 'bad-input/half-open',
    title: 'Connections that say nothing, or begin a frame and stop, keep nobody from being served',
    source: 'issue 6',
    basis: 'own',
    run: halfOpen,
  },
  {
    id: 'bad-input/half-closed',
    title: 'An application that closes its side is let go of, its routes too',
    source: 'protocol §2',
    basis: 'own',
    run: halfClosed,
  },
  {
    id: 'bad-input/gone-in-mid-frame',
    title: 'Of a frame whose connection breaks off in the middle nothing happens, and calls go on',
    source: 'protocol §1',
    basis: 'own',
    run: goneInMidFrame,
  },
  {
    id: 'bad-input/good-then-bad',
    title: 'Frames before a bad one in the same piece are still answered',
    source: 'protocol §1',
    basis: 'own',
    run: goodThenBad,
  },
  {
    id: 'bad-input/many-at-once',
    title: 'Three hundred frames in one piece are all answered, in their order',
    source: 'protocol §1',
    basis: 'own',
    run: manyAtOnce,
  },
  {
    id: 'bad-input/silent-app',
    title: 'An application that never answers holds up no other',
    source: 'protocol §5',
    basis: 'own',
    run: neverAnswering,
  },
];

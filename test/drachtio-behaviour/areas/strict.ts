import type { Behaviour } from '../behaviour.js';
import { check, later, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { serialAllReject } from './forking.js';
import { proxied } from './proxied-call.js';
import { twoCalls } from './silence.js';

async function tryingAgain(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = alice.request('INVITE');
  const trying = await call.expect(100);
  const { res } = await app.next('INVITE');
  call.send();
  await alice.repeated(trying, 2);
  res.send(486);
  call.acknowledge(await call.expect(486));
}

async function answeredAtLast(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  await app.next('INVITE');
  const final = await alice.nextOf(['408 INVITE', '480 INVITE', '500 INVITE', '504 INVITE'], world.patience(128));
  call.acknowledge(final);
}

async function soonAgain(world: World): Promise<void> {
  const { calls, invite, bob } = await twoCalls(world);
  await calls.proxied.repeated(6);
  check(bob.copies(invite) >= 6, `${bob.copies(invite)} copies of the INVITE, where the proxied one has come six times`);
  await calls.proxied.over();
  await within(Promise.allSettled([calls.placing]), 'end of createUAC', world.patience(64));
}

async function callStays(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  await within(creating, 'dialog of createUAS');
  await call.cancel().expect(200);
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  await world.settle();
  same(alice.untaken, [], 'what else the caller got');
  await leg.hangUp();
}

async function oneRouteLess(world: World): Promise<void> {
  const control = await world.control();
  for (const verb of ['message', 'info']) await control.ask(`route|${verb}`);
  await control.ask('remove_route|message');
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(503);
  const info = alice.request('INFO');
  const { transactionId } = await control.next('sip');
  await control.ask(`sip|${transactionId}|`, 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n');
  await info.expect(200);
}

async function proxiedFinalAgain(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { alice, call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 486);
  const ack = await bob.next('ACK');
  same(ack.requestUri, invite.requestUri, 'Request-URI of the ACK');
  const busy = await call.expect(486);
  await within(result, 'result of proxyRequest');
  call.send();
  await alice.repeated(busy, 2);
  call.acknowledge(busy);
}

async function proxiedFinalRepeated(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { alice, call } = await proxied(world, [bob]);
  bob.reply(await bob.next('INVITE'), 486);
  await bob.next('ACK');
  const busy = await call.expect(486);
  await alice.repeated(busy, 3, world.patience(16));
  call.acknowledge(busy);
}

async function finalTimeout(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob, carol], { finalTimeout: '200ms' });
  const first = await bob.next('INVITE');
  bob.reply(first, 180);
  await call.expect(180);
  const cancel = await bob.next('CANCEL');
  bob.reply(cancel, 200);
  bob.reply(first, 487);
  await bob.next('ACK');
  carol.reply(await carol.next('INVITE'), 603);
  await carol.next('ACK');
  call.acknowledge(await call.expect(603));
  await within(result, 'result of proxyRequest');
}

async function hopsCounted(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], { recordRoute: true });
  bob.reply(await bob.next('INVITE'), 200, { body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  await within(result, 'result of proxyRequest');
  leg.acknowledge();
  await bob.next('ACK');
  const bye = leg.request('BYE');
  const passed = await bob.next('BYE');
  same(passed.get('max-forwards'), '69', 'Max-Forwards of the BYE');
  bob.reply(passed, 200);
  await bye.expect(200);
}

/** The RFC's way in place of each habit of the real server; beside each the behaviour that it takes the place of. */
export const STRICT: readonly Behaviour[] = (
  [
    ['trying', 'A retransmitted INVITE gets its 100 again (else stack/pending-invite-again)', 'RFC 3261 §17.2.1', tryingAgain],
    ['removed-route', 'remove_route takes away the one route (else routes/removed)', 'protocol §2', oneRouteLess],
    [
      'cancel-after-200',
      'A CANCEL that comes after the 200 changes nothing (else races/cancel-crosses-200-of-app)',
      'RFC 3261 §9.2',
      callStays,
    ],
    [
      'proxied-final-again',
      'A proxied final is sent again for a retransmitted INVITE, and the ACK has its Request-URI (else proxy/final-again)',
      'RFC 3261 §17.2.1, §17.1.1.3',
      proxiedFinalAgain,
    ],
    [
      'ranking',
      'Of a 500 and a 302 the caller gets the 302 (else proxy/serial-500-302)',
      'RFC 3261 §16.7',
      serialAllReject([500, 302], 302),
    ],
    [
      'final-timeout',
      'A target that rings for longer than finalTimeout is cancelled for the next (else proxy/final-timeout)',
      'RFC 3261 §16.6',
      finalTimeout,
    ],
    ['max-forwards', 'Max-Forwards is decremented within proxied dialogs, too (else proxy/record-route)', 'RFC 3261 §16.6', hopsCounted],
  ] as const
).map(([name, title, source, run]) => ({ id: `strict/${name}`, title, source, basis: 'own', strict: true, run }));

export const STRICT_LIFETIMES: readonly Behaviour[] = (
  [
    [
      'never-answered',
      'A caller whose INVITE no application answers gets a final response (else lifetimes/app-never-answers)',
      'RFC 3261 §8.2',
      answeredAtLast,
    ],
    ['timer-a', 'An INVITE is repeated for the first time after T1 (else lifetimes/silent-callee)', 'RFC 3261 §17.1.1.2', soonAgain],
    [
      'proxied-final-repeated',
      'A proxied final is repeated until its ACK comes (else proxy/lost-486)',
      'RFC 3261 §17.2.1',
      proxiedFinalRepeated,
    ],
  ] as const
).map(([name, title, source, run]) => ({ id: `strict/${name}`, title, source, basis: 'own', strict: true, slow: true, run }));

import type { Behaviour } from '../behaviour.js';
import { check, later, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { proxied } from './proxied-call.js';

async function finalSentOnce(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { app, alice, call, result } = await proxied(world, [bob]);
  bob.reply(await bob.next('INVITE'), 486);
  await bob.next('ACK');
  const busy = await call.expect(486); // as if it had been lost
  await within(result, 'result of proxyRequest');
  await world.wait64T1(app);
  same(alice.copies(busy), 1, 'copies of the 486');
}

async function silentTarget(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  const timeout = await call.expect(408, world.patience(64));
  call.acknowledge(timeout);
  await within(Promise.allSettled([result]), 'end of proxyRequest');
  check(bob.copies(invite) >= 6, `${bob.copies(invite)} copies of the INVITE`); // after 1, 3, 7, 15, 31 and 63 T1
}

async function nextAfterSilence(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob, carol]);
  await bob.next('INVITE');
  carol.reply(await carol.next('INVITE', world.patience(64)), 200, { body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  leg.acknowledge();
  await carol.next('ACK');
  same((await within(result, 'result of proxyRequest')).finalStatus, 200, 'result of proxyRequest');
  const bye = leg.request('BYE');
  carol.reply(await carol.next('BYE'), 200);
  await bye.expect(200);
}

async function ringsForever(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  const timeout = await call.expect(408, world.patience(370)); // 185 s
  call.acknowledge(timeout);
  const cancel = await bob.next('CANCEL');
  bob.reply(cancel, 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  await within(Promise.allSettled([result]), 'end of proxyRequest');
}

async function messageToSilence(world: World): Promise<void> {
  const app = await world.app('message');
  const [alice, bob] = await world.peers('alice', 'bob');
  const message = alice.request('MESSAGE');
  const { req } = await app.next('MESSAGE');
  const result = later(app.srf.proxyRequest(req, bob.uri));
  const forwarded = await bob.next('MESSAGE');
  await message.expect(408, world.patience(64));
  await bob.repeated(forwarded, 2);
  await within(Promise.allSettled([result]), 'end of proxyRequest');
}

async function nothingLeft(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  for (const recordRoute of [true, false]) {
    const call = await alice.invite({ body: OFFER });
    const result = later(app.srf.proxyRequest((await app.next('INVITE')).req, bob.uri, { recordRoute }));
    bob.reply(await bob.next('INVITE'), recordRoute ? 486 : 603);
    await bob.next('ACK');
    call.acknowledge(await call.expect(recordRoute ? 486 : 603));
    await within(result, 'result of proxyRequest');
  }
  const cancelled = await alice.invite({ body: OFFER });
  await app.next('INVITE');
  await cancelled.cancel().expect(200);
  cancelled.acknowledge(await cancelled.expect(487));
  const held = world.held();
  for (let times = 0; times < 3; times++) await world.wait64T1(app);
  same(
    held(),
    { pendingRequests: 0, serverTransactions: 0, outgoingRequests: 0, dialogs: 0, proxies: 0, transactions: 0 },
    'what the server holds',
  );
}

export const PROXY_LIFETIMES: readonly Behaviour[] = [
  {
    id: 'proxy/lost-486',
    title: 'A 486 that was forwarded is never repeated, so that a caller who lost it goes on waiting',
    source: 'protocol §6',
    basis: 'recorded',
    slow: true,
    run: finalSentOnce,
  },
  {
    id: 'proxy/silent-target',
    title: 'A target that says nothing for 32 s ends the call with 408',
    source: 'protocol §5, §6; RFC 3261 §16.8',
    basis: 'recorded',
    slow: true,
    run: silentTarget,
  },
  {
    id: 'proxy/next-after-silence',
    title: 'After a target that said nothing for 32 s the next is tried',
    source: 'protocol §6',
    basis: 'read',
    slow: true,
    run: nextAfterSilence,
  },
  {
    id: 'proxy/timer-c',
    title: 'A target that only rings is cancelled after 185 s, and the caller gets 408',
    source: 'protocol §6; RFC 3261 §16.8',
    basis: 'read',
    slow: true,
    run: ringsForever,
  },
  {
    id: 'proxy/message-to-silence',
    title: 'A proxied MESSAGE that nobody answers is repeated, and ends with 408',
    source: 'protocol §6',
    basis: 'own',
    slow: true,
    run: messageToSilence,
  },
  {
    id: 'lifetimes/nothing-left',
    title: 'When calls have ended and their timers have run out the server holds nothing of them',
    source: 'issue 6',
    basis: 'own',
    slow: true,
    run: nothingLeft,
  },
];

import type { Behaviour } from '../behaviour.js';
import { same, within } from '../expectation.js';
import { ANSWER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { proxied } from './proxied-call.js';

async function cancelledBeforeAnyResponse(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  await world.settle();
  same(bob.untaken, [], 'what the target got before it said anything'); // RFC 3261 §9.1
  bob.reply(invite, 100);
  const cancel = await bob.next('CANCEL');
  same(
    [cancel.branch, cancel.requestUri, cancel.sequence],
    [invite.branch, invite.requestUri, invite.sequence],
    'branch, Request-URI and CSeq of the CANCEL',
  );
  bob.reply(cancel, 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  await within(Promise.allSettled([result]), 'end of proxyRequest');
}

async function cancelCrosses486(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  const cancel = await bob.next('CANCEL');
  bob.reply(invite, 486); // was on its way
  await bob.next('ACK');
  bob.reply(cancel, 200);
  await within(Promise.allSettled([result]), 'end of proxyRequest');
}

async function cancelCrosses200(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { alice, call } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  const cancel = await bob.next('CANCEL');
  bob.reply(invite, 200, { body: ANSWER }); // was on its way
  bob.reply(cancel, 200);
  // RFC 3261 §16.7: a 2xx is forwarded whatever went before, and its sender has to be hung up on by the caller.
  const leg = Dialog.ofCaller(call, await call.expect(200));
  leg.acknowledge();
  await bob.next('ACK');
  const bye = leg.request('BYE');
  bob.reply(await bob.next('BYE'), 200);
  await bye.expect(200);
  await alice.settle();
}

async function okAgain(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { alice, call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 200, { body: ANSWER });
  const ok = await call.expect(200);
  await within(result, 'result of proxyRequest');
  bob.reply(invite, 200, { body: ANSWER }); // the ACK has not come yet
  await alice.repeated(ok, 2); // RFC 6026 §7.2
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  await bob.next('ACK');
  const bye = leg.request('BYE');
  bob.reply(await bob.next('BYE'), 200);
  await bye.expect(200);
}

async function twoAnswer(world: World): Promise<void> {
  const [bob, carol] = await world.peers('bob', 'carol');
  const { call, result } = await proxied(world, [bob, carol], { forking: 'simultaneous' });
  const [atBob, atCarol] = [await bob.next('INVITE'), await carol.next('INVITE')];
  for (const [callee, invite] of [
    [bob, atBob],
    [carol, atCarol],
  ] as const) {
    callee.reply(invite, 180);
    await call.expect(180);
  }
  bob.reply(atBob, 200, { body: ANSWER });
  const first = Dialog.ofCaller(call, await call.expect(200));
  const cancel = await carol.next('CANCEL');
  carol.reply(atCarol, 200, { body: ANSWER }); // was on its way
  carol.reply(cancel, 200);
  const second = Dialog.ofCaller(call, await call.expect(200)); // RFC 3261 §16.7 item 5
  for (const [leg, callee] of [
    [first, bob],
    [second, carol],
  ] as const) {
    leg.acknowledge();
    await callee.next('ACK');
    const bye = leg.request('BYE');
    callee.reply(await callee.next('BYE'), 200);
    await bye.expect(200);
  }
  await within(result, 'result of proxyRequest');
}

async function busyAgain(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { alice, call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  bob.reply(invite, 486);
  const ack = await bob.next('ACK');
  const busy = await call.expect(486);
  call.acknowledge(busy);
  await within(result, 'result of proxyRequest');
  bob.reply(invite, 486); // the ACK was lost
  await bob.acknowledged(ack, 2);
  await world.settle();
  same(alice.copies(busy), 1, 'copies of the 486 at the caller');
}

async function inviteAgain(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob]);
  const invite = await bob.next('INVITE');
  call.send();
  await world.settle();
  same([bob.copies(invite), bob.untaken], [1, []], 'copies of the INVITE, and what else the target got'); // RFC 3261 §17.2.1
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await within(result, 'result of proxyRequest');
}

export const PROXY_RULES: readonly Behaviour[] = [
  {
    id: 'proxy/cancelled-before-any-response',
    title: "The caller's CANCEL before the target said anything waits for its first response",
    source: 'RFC 3261 §9.1, §16.10',
    basis: 'own',
    run: cancelledBeforeAnyResponse,
  },
  {
    id: 'races/proxy-cancel-crosses-486',
    title: "In a proxied call the target's 486 and the caller's CANCEL cross: one final for the caller, an ACK for the target",
    source: 'protocol §6',
    basis: 'own',
    run: cancelCrosses486,
  },
  {
    id: 'races/proxy-cancel-crosses-200',
    title: "In a proxied call the target's 200 and the caller's CANCEL cross: the caller gets the 200, and can hang up",
    source: 'RFC 3261 §16.7',
    basis: 'own',
    run: cancelCrosses200,
  },
  {
    id: 'proxy/200-again',
    title: 'A 200 that the target repeats is forwarded again',
    source: 'RFC 6026 §7.2',
    basis: 'own',
    run: okAgain,
  },
  {
    id: 'races/two-targets-answer',
    title: 'Two targets answer at once: the caller gets both 200s, and can hang up on either',
    source: 'RFC 3261 §16.7',
    basis: 'own',
    run: twoAnswer,
  },
  {
    id: 'proxy/486-again',
    title: 'A 486 that the target repeats is acknowledged again, and not forwarded again',
    source: 'RFC 3261 §17.1.1.2',
    basis: 'own',
    run: busyAgain,
  },
  {
    id: 'proxy/invite-again',
    title: 'An INVITE that the caller repeats is not forwarded again',
    source: 'protocol §5; RFC 3261 §17.2.1',
    basis: 'own',
    run: inviteAgain,
  },
];

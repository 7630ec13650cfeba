import type { App } from '../apps/app.js';
import type { Frame } from '../apps/frame.js';
import type { Behaviour } from '../behaviour.js';
import { later, rejection, same, sameInAnyOrder, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { hangUpBridged, ringing } from './established.js';

function recording(world: World): Promise<App> {
  return world.appWith({ routes: ['invite'], cdr: true });
}

function recordsOf(app: App): string[] {
  return app.told().filter((name) => name.startsWith('cdr:'));
}

function record(app: App, name: string): Promise<Frame> {
  return app.conversation.hears(name);
}

/** A record comes after what it is about, or before, but the order of the records of one leg is fixed. */
function checkOrder(app: App, ...names: readonly string[]): void {
  const told = recordsOf(app);
  same(
    told.filter((name) => names.includes(name)),
    names,
    'order of records',
  );
}

async function bridgedCall(world: World): Promise<void> {
  const app = await recording(world);
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob);
  bob.reply(invite, 200, { body: ANSWER });
  await bob.next('ACK');
  const legA = Dialog.ofCaller(call, await call.expect(200));
  legA.acknowledge();
  const { uas, uac } = await within(joining, 'dialogs of createB2BUA');
  await hangUpBridged({ legA, bob, uas, uac });
  await world.settle();
  sameInAnyOrder(
    recordsOf(app),
    [
      'cdr:attempt network',
      'cdr:attempt application',
      'cdr:start network uac',
      'cdr:start application uas',
      'cdr:stop network normal-release',
      'cdr:stop application normal-release',
    ],
    'records of a bridged call',
  );
  checkOrder(app, 'cdr:attempt network', 'cdr:start application uas', 'cdr:stop network normal-release');
  checkOrder(app, 'cdr:attempt application', 'cdr:start network uac', 'cdr:stop application normal-release');
  same((await record(app, 'cdr:start network uac')).sip?.get('call-id'), invite.get('call-id'), "Call-ID of the callee's start");
  same((await record(app, 'cdr:stop network normal-release')).sip?.name, 'BYE', "message of the caller's stop");
}

async function rejectedCall(world: World): Promise<void> {
  const app = await recording(world);
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob);
  bob.reply(invite, 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await rejection(joining, 'createB2BUA');
  await world.settle();
  sameInAnyOrder(
    recordsOf(app),
    ['cdr:attempt network', 'cdr:attempt application', 'cdr:stop network call-rejected', 'cdr:stop application call-rejected'],
    'records of a rejected call',
  );
  const attempt = await record(app, 'cdr:attempt network');
  same([attempt.sip?.name, attempt.sip?.get('call-id')], ['INVITE', call.request.get('call-id')], "message of the caller's attempt");
  const stop = await record(app, 'cdr:stop network call-rejected');
  same([stop.sip?.name, stop.sip?.get('call-id')], ['486 INVITE', invite.get('call-id')], "message of the callee's stop");
}

async function cancelledCall(world: World): Promise<void> {
  const app = await recording(world);
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { res } = await app.next('INVITE');
  res.send(180);
  await call.expect(180);
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  await world.settle();
  same(recordsOf(app), ['cdr:attempt network', 'cdr:stop network call-canceled'], 'records of a cancelled call');
  const stop = await record(app, 'cdr:stop network call-canceled');
  same([stop.sip?.name, stop.sip?.get('call-id')], ['INVITE', call.request.get('call-id')], 'message of the stop, which is the INVITE');
}

async function cancelledUnheard(world: World): Promise<void> {
  const app = await recording(world);
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  await app.next('INVITE');
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  await world.settle();
  same(recordsOf(app), ['cdr:attempt network'], 'records of a call that was cancelled before the app said anything');
}

async function answeredByApp(world: World): Promise<void> {
  const app = await recording(world);
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const creating = later(app.srf.createUAS(req, res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  const dialog = await within(creating, 'dialog of createUAS');
  Dialog.ofCaller(call, ok).acknowledge();
  const destroying = later(dialog.destroy());
  alice.reply(await alice.next('BYE'), 200);
  await within(destroying, 'end of destroy');
  await world.settle();
  same(
    recordsOf(app),
    ['cdr:attempt network', 'cdr:start application uas', 'cdr:stop application normal-release'],
    'records of a call that the app hung up',
  );
}

async function proxiedBusy(world: World): Promise<void> {
  const app = await recording(world);
  const [alice, bob] = await world.peers('alice', 'bob');
  const call = await alice.invite({ body: OFFER });
  const result = later(app.srf.proxyRequest((await app.next('INVITE')).req, bob.uri));
  bob.reply(await bob.next('INVITE'), 486);
  await bob.next('ACK');
  call.acknowledge(await call.expect(486));
  await within(result, 'result of proxyRequest');
  await world.settle();
  same(
    recordsOf(app),
    ['cdr:attempt network', 'cdr:attempt application', 'cdr:stop network call-rejected', 'cdr:stop application call-rejected'],
    'records of a proxied call that was rejected',
  );
}

async function proxiedCall(world: World): Promise<void> {
  const app = await recording(world);
  const [alice, bob] = await world.peers('alice', 'bob');
  const call = await alice.invite({ body: OFFER });
  const result = later(app.srf.proxyRequest((await app.next('INVITE')).req, bob.uri, { recordRoute: true }));
  bob.reply(await bob.next('INVITE'), 200, { body: ANSWER });
  const leg = Dialog.ofCaller(call, await call.expect(200));
  await within(result, 'result of proxyRequest');
  leg.acknowledge();
  await bob.next('ACK');
  const bye = leg.request('BYE');
  bob.reply(await bob.next('BYE'), 200);
  await bye.expect(200);
  await world.settle();
  same(
    recordsOf(app),
    [
      'cdr:attempt network',
      'cdr:attempt application',
      'cdr:start network proxy-uac',
      'cdr:start application proxy-uas',
      'cdr:stop network normal-release',
      'cdr:stop application normal-release',
    ],
    'records of a proxied call',
  );
}

async function toOneOnly(world: World): Promise<void> {
  const app = await world.app('invite');
  const listeners = [await world.control(), await world.control()];
  const records: string[] = [];
  for (const [index, control] of listeners.entries()) {
    await control.ask('route|cdr:attempt');
    control.onFrame = (frame) => records.push(`${index} ${frame.verb}`);
  }
  const alice = await world.peer('alice');
  for (let times = 0; times < 4; times++) {
    const call = await alice.invite();
    (await app.next('INVITE')).res.send(486);
    call.acknowledge(await call.expect(486));
  }
  await world.settle();
  const [one = ''] = records;
  const other = one.startsWith('0') ? '1 cdr:attempt' : '0 cdr:attempt';
  same(records, [one, other, one, other], 'which of two listeners got each record');
}

async function noneUnasked(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  (await app.next('INVITE')).res.send(486);
  call.acknowledge(await call.expect(486));
  await world.settle();
  same(recordsOf(app), [], 'records that nobody asked for');
}

export const CDR: readonly Behaviour[] = [
  {
    id: 'cdr/bridged',
    title: 'A call through a B2BUA gives an attempt, a start and a stop for each leg',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: bridgedCall,
  },
  {
    id: 'cdr/rejected',
    title: 'A rejected call gives an attempt and a stop for each leg, with call-rejected and the response',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: rejectedCall,
  },
  {
    id: 'cdr/cancelled',
    title: 'A call that its caller cancels gives a stop with call-canceled and the INVITE',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: cancelledCall,
  },
  {
    id: 'cdr/cancelled-unheard',
    title: 'A call that its caller cancels before the application said anything gives no stop',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: cancelledUnheard,
  },
  {
    id: 'cdr/hung-up-by-app',
    title: 'A call that the application hangs up gives a stop of the application',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: answeredByApp,
  },
  {
    id: 'cdr/proxied-rejected',
    title: 'A proxied call that is rejected gives an attempt and a stop on each side',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: proxiedBusy,
  },
  {
    id: 'cdr/proxied',
    title: 'A proxied call gives starts with the roles proxy-uac and proxy-uas, and stops where the server stays in the dialog',
    source: 'protocol §3.3',
    basis: 'recorded',
    run: proxiedCall,
  },
  {
    id: 'cdr/to-one',
    title: 'Each record goes to one of the applications that want it, in turn',
    source: 'protocol §3.3',
    basis: 'read',
    run: toOneOnly,
  },
  {
    id: 'cdr/none-unasked',
    title: 'Who has no route for records gets none',
    source: 'protocol §2, §3.3',
    basis: 'recorded',
    run: noneUnasked,
  },
];

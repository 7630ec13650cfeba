import type { App, Arrival } from '../apps/app.js';
import type { B2buaOptions, Progress, SrfDialog } from '../apps/srf.js';
import { later, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { Peer, RequestOptions } from '../peers/peer.js';
import type { SipText } from '../peers/sip-text.js';
import { Dialog, type Transaction } from '../peers/transaction.js';
import type { World } from '../world.js';

/** A call that an app has answered. */
export interface Answered {
  readonly app: App;
  readonly arrival: Arrival;
  readonly caller: Peer;
  readonly call: Transaction;
  readonly ok: SipText;
  /** The caller's side. */
  readonly leg: Dialog;
  /** The app's side. */
  readonly dialog: SrfDialog;
}

/** Has a caller call an app, which answers with `createUAS`; up to the ACK. */
export async function answered(world: World, options: RequestOptions = {}): Promise<Answered> {
  const app = await world.app('invite');
  const caller = await world.peer('alice');
  return { app, caller, ...(await answeredBy(app, caller, options)) };
}

/** The same with a caller and an app that are there already. */
export async function answeredBy(app: App, caller: Peer, options: RequestOptions = {}): Promise<Omit<Answered, 'app' | 'caller'>> {
  const call = await caller.invite({ body: OFFER, ...options });
  const arrival = await app.next('INVITE');
  const creating = later(app.srf.createUAS(arrival.req, arrival.res, { localSdp: ANSWER }));
  const ok = await call.expect(200);
  const dialog = await within(creating, 'dialog of createUAS');
  const acknowledged = new Promise((resolve) => dialog.once('ack', resolve));
  const leg = Dialog.ofCaller(call, ok);
  leg.acknowledge();
  await within(acknowledged, 'ACK at the app');
  return { arrival, call, ok, leg, dialog };
}

/** A call from an app that a callee has answered. */
export interface Placed {
  readonly app: App;
  readonly callee: Peer;
  readonly invite: SipText;
  readonly ack: SipText;
  /** The callee's side. */
  readonly leg: Dialog;
  /** The app's side. */
  readonly dialog: SrfDialog;
}

/** Has an app call a callee with `createUAC`; up to the ACK. */
export async function placed(world: World): Promise<Placed> {
  const app = await world.app();
  const callee = await world.peer('bob');
  const creating = later(app.srf.createUAC(callee.uri, { localSdp: OFFER, callingNumber: 'alice' }));
  const invite = await callee.next('INVITE');
  const ok = callee.reply(invite, 200, { body: ANSWER });
  const dialog = await within(creating, 'dialog of createUAC');
  const ack = await callee.next('ACK');
  return { app, callee, invite, ack, leg: Dialog.ofCallee(callee, invite, ok), dialog };
}

/** Two calls that a B2BUA has joined. */
export interface Bridged {
  readonly app: App;
  readonly alice: Peer;
  readonly bob: Peer;
  readonly uas: SrfDialog;
  readonly uac: SrfDialog;
  /** What the callee got. */
  readonly invite: SipText;
  /** What the caller got. */
  readonly ok: SipText;
  readonly legA: Dialog;
  readonly legB: Dialog;
}

/** Has alice call bob through a B2BUA; up to both ACKs. */
export async function bridged(world: World, options: B2buaOptions = {}, { offer = OFFER, answer = ANSWER } = {}): Promise<Bridged> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, joining, invite } = await ringing(app, alice, bob, options, { body: offer });
  const final = bob.reply(invite, 200, { body: answer });
  await bob.next('ACK');
  const ok = await call.expect(200);
  const { uas, uac } = await within(joining, 'dialogs of createB2BUA');
  const acknowledged = new Promise((resolve) => uas.once('ack', resolve));
  const legA = Dialog.ofCaller(call, ok);
  legA.acknowledge();
  await within(acknowledged, "caller's ACK at the app");
  return { app, alice, bob, uas, uac, invite, ok, legA, legB: Dialog.ofCallee(bob, invite, final) };
}

/** Hangs up from the caller's side, the way every B2BUA does it. */
export async function hangUpBridged({ legA, bob, uas, uac }: Pick<Bridged, 'legA' | 'bob' | 'uas' | 'uac'>): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    uas.once('destroy', () => {
      uac.destroy().then(() => resolve(), reject);
    });
  });
  await legA.hangUp();
  bob.reply(await bob.next('BYE'), 200);
  await within(ended, "end of the callee's dialog");
}

/** Has alice call bob through a B2BUA, up to the callee's 180 at the caller. */
export async function ringing(
  app: App,
  alice: Peer,
  bob: Peer,
  options: B2buaOptions = {},
  request: RequestOptions = {},
  progress: Progress = {},
): Promise<{ call: Transaction; arrival: Arrival; invite: SipText; joining: Promise<{ uas: SrfDialog; uac: SrfDialog }> }> {
  const call = await alice.invite({ body: OFFER, ...request });
  const arrival = await app.next('INVITE');
  const joining = later(app.srf.createB2BUA(arrival.req, arrival.res, bob.uri, options, progress));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await call.expect(180);
  return { call, arrival, invite, joining };
}

import type { App } from '../apps/app.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { later, rejection, same, within } from '../expectation.js';
import { OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import type { SipText } from '../peers/sip-text.js';
import { Pending } from '../pending.js';
import type { World } from '../world.js';

/** A call of an app that has reached the callee. */
interface Placing {
  readonly app: App;
  readonly bob: Peer;
  readonly invite: SipText;
  /** The first provisional response at the app. */
  readonly rings: Promise<SrfResponse>;
  /** Has the app give up, with a reason. */
  readonly cancel: () => void;
  /** How createUAC ends. */
  readonly outcome: Promise<unknown>;
}

async function placing(world: World): Promise<Placing> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const sent = new Pending<SrfRequest>();
  const rings = new Pending<SrfResponse>();
  const outcome = later(
    app.srf.createUAC(
      bob.uri,
      { localSdp: OFFER },
      { cbRequest: (_error, request) => sent.resolve(request), cbProvisional: (response) => rings.resolve(response) },
    ),
  );
  const invite = await bob.next('INVITE');
  const request = await within(sent.promise, 'cbRequest');
  const cancel = (): void => request.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
  return { app, bob, invite, rings: rings.promise, cancel, outcome };
}

function checkCancel(cancel: SipText, invite: SipText): void {
  // RFC 3261 §9.1.
  same(
    [cancel.requestUri, cancel.branch, cancel.sequence],
    [invite.requestUri, invite.branch, invite.sequence],
    'Request-URI, branch and CSeq of the CANCEL',
  );
  for (const name of ['from', 'to', 'call-id']) same(cancel.get(name), invite.get(name), `${name} of the CANCEL`);
  same(cancel.list('via').length, 1, 'number of Via elements of the CANCEL');
  same(cancel.get('reason'), 'SIP;cause=200;text="Call completed elsewhere"', 'Reason of the CANCEL');
}

async function byAppWhileRinging(world: World): Promise<void> {
  const { app, bob, invite, rings, cancel, outcome } = await placing(world);
  bob.reply(invite, 180);
  await within(rings, 'cbProvisional');
  cancel();
  const request = await bob.next('CANCEL');
  checkCancel(request, invite);
  bob.reply(request, 200);
  bob.reply(invite, 487);
  same((await bob.next('ACK')).branch, invite.branch, 'branch of the ACK');
  same((await rejection(outcome, 'createUAC')).status, 487, 'status of the error');
  await world.settle();
  same(app.told(), ['OK INVITE', 'network 180 INVITE', 'OK CANCEL', 'network 487 INVITE', 'NOK ACK'], 'what the app was told');
}

async function byAppBeforeAnyResponse(world: World): Promise<void> {
  const { bob, invite, cancel, outcome } = await placing(world);
  cancel();
  await world.settle();
  same(bob.untaken, [], 'what the callee got before it said anything'); // RFC 3261 §9.1: the CANCEL waits for a 1xx
  bob.reply(invite, 100);
  const request = await bob.next('CANCEL');
  checkCancel(request, invite);
  bob.reply(request, 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  same((await rejection(outcome, 'createUAC')).status, 487, 'status of the error');
}

async function byAppAfterFinal(world: World): Promise<void> {
  const { app, bob, invite, cancel, outcome } = await placing(world);
  bob.reply(invite, 486);
  await bob.next('ACK');
  same((await rejection(outcome, 'createUAC')).status, 486, 'status of the error');
  cancel();
  const { transactionId } = await app.conversation.hears('network 486 INVITE');
  const refusal = await app.conversation.hears('NOK CANCEL');
  same(refusal.tokens[4], `unable to cancel unknown transaction id: ${transactionId}`, "word on the app's late CANCEL");
  await world.settle();
  same(bob.untaken, [], 'what else the callee got');
}

export const CANCEL_BY_APP: readonly Behaviour[] = [
  {
    id: 'cancel/by-app',
    title: "The application's CANCEL after a 180 goes out at once; its 200 is not passed up, the 487 is",
    source: 'protocol §3.1, §7; RFC 3261 §9.1',
    basis: 'recorded',
    run: byAppWhileRinging,
  },
  {
    id: 'cancel/by-app-before-any-response',
    title: "The application's CANCEL before any response is held until the first",
    source: 'protocol §5; RFC 3261 §9.1',
    basis: 'recorded',
    run: byAppBeforeAnyResponse,
  },
  {
    id: 'cancel/by-app-after-final',
    title: "The application's CANCEL after the final response is refused with its transaction id, and does not go out",
    source: 'protocol §8',
    basis: 'recorded',
    run: byAppAfterFinal,
  },
];

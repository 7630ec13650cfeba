import type { App } from '../apps/app.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, rejection, same, within } from '../expectation.js';
import { closedPort } from '../peers/closed-port.js';
import { OFFER } from '../peers/identity.js';
import type { Peer } from '../peers/peer.js';
import type { SipText } from '../peers/sip-text.js';
import type { World } from '../world.js';
import { placed } from './established.js';

async function silentCallee(world: World): Promise<void> {
  const { app, calls, invite, bob } = await twoCalls(world);
  // The two calls left together, and the proxied one is repeated after 1, 3, 7, 15 and 31 T1: no other clock is needed.
  await calls.proxied.repeated(6);
  check(bob.copies(invite) < 6, 'the INVITE was repeated as soon as the proxied one');
  await calls.proxied.over();
  const error = await rejection(calls.placing, 'createUAC', world.patience(64));
  same(error.status, 408, 'status of the error');
  check(bob.copies(invite) >= 5, `${bob.copies(invite)} copies of the INVITE`); // after 2, 6, 14, 30, 62 T1
  const frame = await app.conversation.hears('network 408 INVITE');
  same([frame.source, frame.tokens[5]], ['network', ''], 'source and address of the 408');
}

/** Two silent callees who are called in the same moment: one by the application's own call, one by a call that it proxies. */
export async function twoCalls(world: World): Promise<TwoCalls> {
  const app = await world.app('invite');
  const [alice, bob, carol] = await world.peers('alice', 'bob', 'carol');
  const call = await alice.invite({ body: OFFER });
  const { req } = await app.next('INVITE');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const proxying = later(app.srf.proxyRequest(req, carol.uri));
  const [invite, other] = [await bob.next('INVITE'), await carol.next('INVITE')];
  const over = async (): Promise<void> => {
    call.acknowledge(await call.expect(408, world.patience(64)));
    await within(Promise.allSettled([proxying]), 'end of proxyRequest');
  };
  const proxied = { repeated: (times: number) => carol.repeated(other, times, world.patience(64)), over };
  return { app, bob, invite, calls: { placing, proxied } };
}

interface TwoCalls {
  readonly app: App;
  readonly bob: Peer;
  /** At bob. */
  readonly invite: SipText;
  readonly calls: {
    readonly placing: Promise<unknown>;
    readonly proxied: { repeated(times: number): Promise<void>; over(): Promise<void> };
  };
}

async function silentPeer(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const asking = app.asks(bob.uri, { method: 'OPTIONS' }, world.patience(64));
  const request = await bob.next('OPTIONS');
  same((await asking).status, 408, 'status of the final response');
  await bob.repeated(request, 2);
  const frame = await app.conversation.hears('network 408 OPTIONS');
  same([frame.source, frame.tokens[5]], ['network', ''], 'source and address of the 408');
}

async function inviteQuietAfterRinging(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  const invite = await bob.next('INVITE');
  bob.reply(invite, 180);
  await app.conversation.hears('network 180 INVITE');
  const copies = bob.copies(invite);
  for (let times = 0; times < 2; times++) await world.wait64T1(app);
  same(bob.copies(invite), copies, 'copies of the INVITE after the 180');
  bob.reply(invite, 486); // Timer B has not ended it
  await bob.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 486, 'status of the error');
}

async function heldCancel(world: World): Promise<void> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const call = await alice.invite({ body: OFFER });
  const { req, res } = await app.next('INVITE');
  const joining = later(app.srf.createB2BUA(req, res, bob.uri));
  const invite = await bob.next('INVITE');
  await app.conversation.hears('OK INVITE');
  await call.cancel().expect(200);
  call.acknowledge(await call.expect(487));
  await bob.repeated(invite, 3, world.patience(16)); // while the CANCEL waits
  bob.reply(invite, 100);
  bob.reply(await bob.next('CANCEL'), 200);
  bob.reply(invite, 487);
  await bob.next('ACK');
  same((await rejection(joining, 'createB2BUA')).status, 487, 'status of the error');
}

async function byeUnanswered(world: World): Promise<void> {
  const { app, callee, dialog } = await placed(world);
  const destroying = later(dialog.destroy());
  const bye = await callee.next('BYE');
  await within(destroying, 'end of destroy', world.patience(64));
  await callee.repeated(bye, 2);
  const { tokens } = await app.conversation.hears('network 408 BYE');
  same(tokens[5], '', 'address of the 408');
}

async function nobodyThere(world: World): Promise<void> {
  const app = await world.app();
  const { address, port } = await closedPort(world.target.sip);
  const uri = `sip:gone@${address}:${port}`;
  const error = await rejection(app.srf.createUAC(uri, { localSdp: OFFER }), 'createUAC', world.patience(64));
  same(error.status, 503, 'status of the error');
}

export const SILENCE: readonly Behaviour[] = [
  {
    id: 'lifetimes/silent-callee',
    title: "An INVITE to a callee who says nothing is repeated, for the first time after 1 s, and ends with the server's own 408",
    source: 'protocol §3.1, §5',
    basis: 'recorded',
    slow: true,
    run: silentCallee,
  },
  {
    id: 'lifetimes/silent-peer',
    title: "A request to a peer who says nothing is repeated, and ends with the server's own 408",
    source: 'protocol §3.1; RFC 3261 §17.1.2.2',
    basis: 'recorded',
    slow: true,
    run: silentPeer,
  },
  {
    id: 'lifetimes/ringing-callee',
    title: 'An INVITE is not repeated after a 180, and waits as long as the callee rings',
    source: 'RFC 3261 §17.1.1.2',
    basis: 'own',
    slow: true,
    run: inviteQuietAfterRinging,
  },
  {
    id: 'lifetimes/held-cancel',
    title: 'While a CANCEL waits for the first response the INVITE goes on being repeated',
    source: 'protocol §5',
    basis: 'recorded',
    slow: true,
    run: heldCancel,
  },
  {
    id: 'lifetimes/bye-unanswered',
    title: 'A BYE that nobody answers is repeated, and ends the dialog with a 408',
    source: 'protocol §3.1; RFC 3261 §15.1.1',
    basis: 'own',
    slow: true,
    run: byeUnanswered,
  },
  {
    id: 'lifetimes/closed-port',
    title: "An INVITE to a port where nobody is ends with the server's own 503, at once",
    source: 'protocol §3.1',
    basis: 'recorded',
    slow: true,
    run: nobodyThere,
  },
];

import type { B2buaOptions, SrfDialog } from '../apps/srf.js';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, same, sameInAnyOrder, within } from '../expectation.js';
import { ANSWER, OFFER, sdp } from '../peers/identity.js';
import { Dialog } from '../peers/transaction.js';
import type { World } from '../world.js';
import { bridged, hangUpBridged, ringing } from './established.js';

async function joined(world: World): Promise<void> {
  const both = await bridged(world);
  const { app, alice, bob, uas, uac, invite, ok } = both;
  same([invite.body.toString(), ok.body.toString()], [OFFER, ANSWER], 'offer at the callee and answer at the caller');
  const own = `"alice" <sip:alice@${world.serverHostPort}>`;
  same([invite.get('from')?.replace(/;tag=.*/, ''), invite.get('contact')], [own, own], "callee's view of the caller");
  check(invite.get('call-id') !== ok.get('call-id'), 'both legs have one Call-ID');
  check(uas.other === uac && uac.other === uas, 'the dialogs do not know each other');
  same([uas.type, uac.type], ['uas', 'uac'], 'types of the dialogs');
  same(uas.remote.uri, alice.uri, "caller's URI");
  await hangUpBridged(both);
  await world.settle();
  const expected = ['network INVITE', 'OK INVITE', 'network 180 INVITE', 'OK 180 INVITE', 'network 200 INVITE', 'OK ACK', 'OK 200 INVITE'];
  sameInAnyOrder(
    app.told(),
    [...expected, 'network ACK', 'network BYE', 'OK 200 BYE', 'OK BYE', 'network 200 BYE'],
    'what the app was told',
  );
  same([...alice.untaken, ...bob.untaken], [], 'what else arrived');
}

async function hungUpByCallee(world: World): Promise<void> {
  const { alice, uas, uac, legB } = await bridged(world);
  const ended = new Promise<unknown>((resolve) => uac.once('destroy', () => resolve(uas.destroy())));
  await legB.hangUp();
  alice.reply(await alice.next('BYE'), 200);
  await within(ended, "end of the caller's dialog");
}

async function ownSdp(world: World): Promise<void> {
  const [towardsA, towardsB] = [sdp('relay-a', 8000), sdp('relay-b', 8002)];
  const asked: [string, number][] = [];
  const options: B2buaOptions = {
    localSdpB: towardsB,
    localSdpA: (answer, response) => {
      asked.push([answer, response.status]);
      return Promise.resolve(towardsA);
    },
  };
  const both = await bridged(world, options);
  same([both.invite.body.toString(), both.ok.body.toString()], [towardsB, towardsA], 'offer at the callee and answer at the caller');
  same(asked, [[ANSWER, 200]], 'what localSdpA was asked');
  await hangUpBridged(both);
}

async function withoutOffer(world: World): Promise<void> {
  const both = await bridgedLate(world);
  await hangUpBridged(both);
}

/** A call whose offer is in the 200 and whose answer is in the ACK, both passed on. */
async function bridgedLate(world: World): Promise<Parameters<typeof hangUpBridged>[0]> {
  const app = await world.app('invite');
  const [alice, bob] = await world.peers('alice', 'bob');
  const { call, invite, joining } = await ringing(app, alice, bob, {}, { body: '' });
  same(invite.body.length, 0, 'length of the body at the callee');
  bob.reply(invite, 200, { body: OFFER });
  const ok = await call.expect(200);
  same(ok.body.toString(), OFFER, 'offer at the caller');
  const legA = Dialog.ofCaller(call, ok);
  legA.acknowledge({ body: ANSWER });
  same((await bob.next('ACK')).body.toString(), ANSWER, 'answer at the callee');
  const { uas, uac } = await within(joining, 'dialogs of createB2BUA');
  return { legA, bob, uas, uac };
}

/** Passes re-INVITEs of one leg on to the other, as every B2BUA does it. */
function passModify(from: SrfDialog, to: SrfDialog): void {
  from.on('modify', (req: SrfRequest, res: SrfResponse) => {
    to.modify(req.body).then(
      (answer) => res.send(200, { body: answer }),
      (error: { status?: number }) => res.send(error.status ?? 500),
    );
  });
}

async function reinviteFromCaller(world: World): Promise<void> {
  const both = await bridged(world);
  passModify(both.uas, both.uac);
  const [offer, answer] = [sdp('alice-again', 6010), sdp('bob-again', 7010)];
  const again = both.legA.request('INVITE', { body: offer });
  await again.expect(100);
  const passed = await both.bob.next('INVITE');
  same([passed.body.toString(), passed.get('call-id')], [offer, both.invite.get('call-id')], 'offer and Call-ID at the callee');
  both.bob.reply(passed, 200, { body: answer });
  await both.bob.next('ACK');
  same((await again.expect(200)).body.toString(), answer, 'answer at the caller');
  both.legA.acknowledge();
  await hangUpBridged(both);
}

async function reinviteFromCallee(world: World): Promise<void> {
  const both = await bridged(world);
  passModify(both.uac, both.uas);
  const [offer, answer] = [sdp('bob-again', 7012), sdp('alice-again', 6012)];
  const again = both.legB.request('INVITE', { body: offer });
  await again.expect(100);
  const passed = await both.alice.next('INVITE');
  same(passed.body.toString(), offer, 'offer at the caller');
  both.alice.reply(passed, 200, { body: answer });
  await both.alice.next('ACK');
  same((await again.expect(200)).body.toString(), answer, 'answer at the callee');
  both.legB.acknowledge();
  await hangUpBridged(both);
}

async function reinviteRejected(world: World): Promise<void> {
  const both = await bridged(world);
  passModify(both.uas, both.uac);
  const again = both.legA.request('INVITE', { body: sdp('alice-again', 6014) });
  await again.expect(100);
  both.bob.reply(await both.bob.next('INVITE'), 488);
  await both.bob.next('ACK');
  again.acknowledge(await again.expect(488));
  await hangUpBridged(both); // the call as it was
}

async function infoPassed(world: World): Promise<void> {
  const both = await bridged(world);
  both.uas.on('info', (req: SrfRequest, res: SrfResponse) => {
    const headers = { 'Content-Type': req.get('Content-Type') ?? '' };
    both.uac.request({ method: 'INFO', headers, body: req.body }).then((response) => res.send(response.status));
  });
  const info = both.legA.request('INFO', { body: 'Signal=5', fields: [['Content-Type', 'application/dtmf-relay']] });
  const passed = await both.bob.next('INFO');
  same([passed.body.toString(), passed.get('content-type')], ['Signal=5', 'application/dtmf-relay'], 'INFO at the callee');
  both.bob.reply(passed, 202);
  await info.expect(202);
  await hangUpBridged(both);
}

export const BRIDGE: readonly Behaviour[] = [
  {
    id: 'bridge/joined',
    title: 'createB2BUA joins two calls with Call-IDs of their own; the caller hangs up, and the application passes it on',
    source: 'protocol §4, §7',
    basis: 'recorded',
    run: joined,
  },
  {
    id: 'bridge/hung-up-by-callee',
    title: 'The callee hangs up, and the application passes it on',
    source: 'protocol §7',
    basis: 'read',
    run: hungUpByCallee,
  },
  {
    id: 'bridge/own-sdp',
    title: 'localSdpA and localSdpB stand in place of what the two sides said',
    source: 'protocol §7',
    basis: 'own',
    run: ownSdp,
  },
  {
    id: 'bridge/without-offer',
    title: "Of an INVITE without offer the callee's offer goes to the caller, and the answer in the ACK to the callee",
    source: 'protocol §7; RFC 3261 §13.2.1',
    basis: 'read',
    run: withoutOffer,
  },
  {
    id: 'bridge/re-invite-of-caller',
    title: "The caller's re-INVITE is passed to the callee, and the answer back",
    source: 'protocol §5, §7',
    basis: 'read',
    run: reinviteFromCaller,
  },
  {
    id: 'bridge/re-invite-of-callee',
    title: "The callee's re-INVITE is passed to the caller, and the answer back",
    source: 'protocol §5, §7',
    basis: 'read',
    run: reinviteFromCallee,
  },
  {
    id: 'bridge/re-invite-rejected',
    title: 'A re-INVITE that the callee rejects is rejected to the caller, and the call stays',
    source: 'protocol §5, §7; RFC 3261 §14.1',
    basis: 'read',
    run: reinviteRejected,
  },
  {
    id: 'bridge/info',
    title: 'An INFO of the caller is passed on, and its response back',
    source: 'protocol §7',
    basis: 'read',
    run: infoPassed,
  },
];

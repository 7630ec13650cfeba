import { createHash } from 'node:crypto';
import type { SrfRequest, SrfResponse } from '../apps/srf-message.js';
import type { Behaviour } from '../behaviour.js';
import { check, later, matches, rejection, same, within } from '../expectation.js';
import { ANSWER, OFFER } from '../peers/identity.js';
import type { SipText } from '../peers/sip-text.js';
import { Dialog } from '../peers/transaction.js';
import { Pending } from '../pending.js';
import type { World } from '../world.js';
import { placed } from './established.js';

const AUTH = { username: 'alice', password: 'secret' };
const CHALLENGE = 'Digest realm="lab.example", nonce="abc123", qop="auth", algorithm=MD5';

const ANSWERED_IN: Readonly<Record<number, string>> = { 401: 'authorization', 407: 'proxy-authorization' };
const ASKED_IN: Readonly<Record<number, string>> = { 401: 'WWW-Authenticate', 407: 'Proxy-Authenticate' };

function md5(...parts: readonly string[]): string {
  return createHash('md5').update(parts.join(':')).digest('hex');
}

/** RFC 2617 §3.2.2.1, worked out anew, so that nobody's digest judges itself. */
function checkCredentials(request: SipText, status: number): void {
  const credentials = request.get(ANSWERED_IN[status] ?? '') ?? '';
  const field = (name: string): string =>
    matches(credentials, new RegExp(`[ ,]${name}="?([^",]+)"?`), `${name} of the credentials`)[1] ?? '';
  same(
    [field('username'), field('realm'), field('nonce'), field('uri')],
    ['alice', 'lab.example', 'abc123', request.requestUri],
    'credentials',
  );
  const expected = md5(
    md5('alice', 'lab.example', 'secret'),
    'abc123',
    field('nc'),
    field('cnonce'),
    'auth',
    md5(request.method, request.requestUri),
  );
  same(field('response'), expected, 'digest');
}

function callChallenged(status: number): Behaviour['run'] {
  return async (world) => {
    const app = await world.app();
    const bob = await world.peer('bob');
    const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER, callingNumber: 'alice', auth: AUTH }));
    const first = await bob.next('INVITE');
    bob.reply(first, status, { fields: [[ASKED_IN[status] ?? '', CHALLENGE]] });
    same((await bob.next('ACK')).branch, first.branch, 'branch of the ACK');
    const second = await bob.next('INVITE');
    checkCredentials(second, status);
    // RFC 3261 §22.2: the same Call-ID, From and To, and the next CSeq number.
    for (const name of ['call-id', 'from', 'to']) same(second.get(name), first.get(name), `${name} of the second INVITE`);
    same(second.sequence, first.sequence + 1, 'CSeq of the second INVITE');
    check(second.branch !== first.branch, 'both INVITEs have one branch');
    same(second.body.toString(), OFFER, 'body of the second INVITE');
    bob.reply(second, 180);
    const ok = bob.reply(second, 200, { body: ANSWER });
    const dialog = await within(placing, 'dialog of createUAC');
    same((await bob.next('ACK')).sequence, second.sequence, 'CSeq of the ACK');
    same(dialog.id, `${first.get('call-id')};from-tag=${first.tag('from')}`, 'dialog id');
    await Dialog.ofCallee(bob, second, ok).hangUp();
  };
}

async function refusedTwice(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER, auth: AUTH }));
  for (let times = 0; times < 2; times++) {
    bob.reply(await bob.next('INVITE'), 401, { fields: [['WWW-Authenticate', CHALLENGE]] });
    await bob.next('ACK');
  }
  same((await rejection(placing, 'createUAC')).status, 401, 'status of the error');
}

async function withoutCredentials(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = later(app.srf.createUAC(bob.uri, { localSdp: OFFER }));
  bob.reply(await bob.next('INVITE'), 407, { fields: [['Proxy-Authenticate', CHALLENGE]] });
  await bob.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 407, 'status of the error');
}

async function requestChallenged(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const asking = app.asks(bob.uri, { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body: 'hello', auth: AUTH });
  const first = await bob.next('MESSAGE');
  bob.reply(first, 401, { fields: [['WWW-Authenticate', CHALLENGE]] });
  const second = await bob.next('MESSAGE');
  checkCredentials(second, 401);
  same([second.get('call-id'), second.sequence], [first.get('call-id'), first.sequence + 1], 'Call-ID and CSeq of the second MESSAGE');
  bob.reply(second, 200);
  same((await asking).status, 200, 'final response at the app');
}

async function cancelledMeanwhile(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const sent = new Pending<SrfRequest>();
  const rings = new Pending<SrfResponse>();
  const placing = later(
    app.srf.createUAC(
      bob.uri,
      { localSdp: OFFER, auth: AUTH },
      { cbRequest: (_error, request) => sent.resolve(request), cbProvisional: (response) => rings.resolve(response) },
    ),
  );
  const first = await bob.next('INVITE');
  bob.reply(first, 407, { fields: [['Proxy-Authenticate', CHALLENGE]] });
  await bob.next('ACK');
  const second = await bob.next('INVITE');
  bob.reply(second, 180);
  await within(rings.promise, 'cbProvisional');
  (await sent.promise).cancel(); // the request of the first INVITE, which is all that the app has
  const request = await bob.next('CANCEL');
  same([request.branch, request.sequence], [second.branch, second.sequence], 'branch and CSeq of the CANCEL');
  bob.reply(request, 200);
  bob.reply(second, 487);
  await bob.next('ACK');
  same((await rejection(placing, 'createUAC')).status, 487, 'status of the error');
}

async function byeChallenged(world: World): Promise<void> {
  const { callee, dialog } = await placed(world);
  const asking = later(dialog.request({ method: 'INFO', auth: AUTH }));
  const first = await callee.next('INFO');
  callee.reply(first, 407, { fields: [['Proxy-Authenticate', CHALLENGE]] });
  const second = await callee.next('INFO');
  check(second.sequence > first.sequence, `CSeq ${second.sequence} after ${first.sequence}`);
  for (const name of ['call-id', 'from', 'to']) same(second.get(name), first.get(name), `${name} of the second INFO`);
  matches(second.get('proxy-authorization'), /^Digest username="alice"/, 'credentials');
  callee.reply(second, 200);
  same((await within(asking, 'response to INFO')).status, 200, 'final response at the app');
  const destroying = later(dialog.destroy());
  callee.reply(await callee.next('BYE'), 200);
  await within(destroying, 'end of destroy');
}

async function appChallenges(world: World): Promise<void> {
  const app = await world.app('register');
  const alice = await world.peer('alice');
  const first = alice.request('REGISTER', { fields: [['Contact', `<${alice.uri}>`]] });
  const { res } = await app.next('REGISTER');
  res.send(401, { headers: { 'WWW-Authenticate': CHALLENGE } });
  same((await first.expect(401)).get('www-authenticate'), CHALLENGE, 'challenge at the caller');
  const credentials = 'Digest username="alice", realm="lab.example", nonce="abc123", uri="sip:x", response="0"';
  const second = alice.request('REGISTER', {
    fields: [
      ['Contact', `<${alice.uri}>`],
      ['Authorization', credentials],
    ],
  });
  const { req, res: accept } = await app.next('REGISTER');
  same(req.get('Authorization'), credentials, 'credentials at the app');
  accept.send(200, { headers: { Contact: `<${alice.uri}>;expires=60` } });
  same((await second.expect(200)).get('contact'), `<${alice.uri}>;expires=60`, 'Contact of the 200');
}

export const CHALLENGES: readonly Behaviour[] = [
  {
    id: 'challenge/call-401',
    title: 'A call with auth that gets a 401 is placed again with credentials: same Call-ID and From tag, next CSeq number',
    source: 'protocol §7; RFC 3261 §22.2',
    basis: 'read',
    run: callChallenged(401),
  },
  {
    id: 'challenge/call-407',
    title: 'The same with a 407',
    source: 'protocol §7; RFC 3261 §22.3',
    basis: 'read',
    run: callChallenged(407),
  },
  {
    id: 'challenge/refused-twice',
    title: 'Credentials that are refused end the call with the second 401',
    source: 'protocol §7',
    basis: 'read',
    run: refusedTwice,
  },
  {
    id: 'challenge/no-credentials',
    title: 'Without auth a 407 is a rejection like any other',
    source: 'protocol §4',
    basis: 'read',
    run: withoutCredentials,
  },
  {
    id: 'challenge/request',
    title: 'A MESSAGE with auth that gets a 401 is sent again with credentials',
    source: 'protocol §7; RFC 3261 §22.2',
    basis: 'read',
    run: requestChallenged,
  },
  {
    id: 'challenge/cancelled',
    title: "An application's CANCEL after a challenge cancels the INVITE with the credentials",
    source: 'protocol §7; RFC 3261 §9.1',
    basis: 'read',
    run: cancelledMeanwhile,
  },
  {
    id: 'challenge/in-dialog',
    title: 'A request within a dialog that gets a 407 is sent again within the dialog',
    source: 'protocol §4, §7',
    basis: 'read',
    run: byeChallenged,
  },
  {
    id: 'challenge/by-app',
    title: 'An application may challenge, and gets the credentials',
    source: 'protocol §4',
    basis: 'read',
    run: appChallenges,
  },
];

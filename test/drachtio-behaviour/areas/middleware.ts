import type { Behaviour } from '../behaviour.js';
import { check, matches, same } from '../expectation.js';
import { OFFER } from '../peers/identity.js';
import type { World } from '../world.js';

async function whatARequestCarries(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ user: '+15550100', body: OFFER, fields: [['X-Test', 'hello']] });
  const { req, res } = await app.next('INVITE');
  same(
    [req.source, req.source_address, req.source_port, req.protocol],
    ['network', alice.address.address, alice.address.port, 'udp'],
    'source',
  );
  same(req.receivedOn, world.serverHostPort, 'receivedOn');
  matches(req.stackTime, /^\d\d:\d\d:\d\d\.\d{6}$/, 'stackTime');
  same([req.method, req.uri, req.isNewInvite], ['INVITE', `sip:+15550100@${world.serverHostPort}`, true], 'method, uri and isNewInvite');
  same([req.callingNumber, req.callingName, req.calledNumber], ['alice', 'alice', '+15550100'], 'calling and called');
  same([req.get('X-Test'), req.get('Content-Type'), req.body], ['hello', 'application/sdp', OFFER], 'headers and body');
  same(req.get('Call-ID'), call.request.get('call-id'), 'Call-ID');
  check(req.server.hostport.includes(world.serverHostPort), `server.hostport is ${req.server.hostport}`);
  // RFC 3261 §18.2.1 and RFC 3581 §4: the server adds to the Via what it saw.
  matches(req.get('Via'), new RegExp(`rport=${alice.address.port}`), 'Via at the app');
  res.send(486);
  call.acknowledge(await call.expect(486));
}

/** A final response from `res.send` reaches the caller as it is, and the ACK for it goes no further. */
function rejected(status: number, reason: string, headers: Record<string, string> = {}): Behaviour['run'] {
  return async (world) => {
    const app = await world.app('invite');
    const alice = await world.peer('alice');
    const call = await alice.invite();
    const { res } = await app.next('INVITE');
    res.send(status, reason, { headers });
    const response = await call.expect(status);
    same(response.reason, reason, 'reason phrase');
    for (const [name, value] of Object.entries(headers)) same(response.get(name), value, name);
    call.acknowledge(response);
    await world.settle();
    same(res.finalResponseSent, true, 'finalResponseSent');
    same(app.told(), ['network INVITE', `OK ${status} INVITE`], 'what the app was told');
  };
}

async function otherMethods(world: World): Promise<void> {
  const app = await world.app('message', 'options', 'info', 'publish', 'register', 'notify', 'refer');
  const alice = await world.peer('alice');
  for (const method of ['MESSAGE', 'OPTIONS', 'INFO', 'PUBLISH', 'REGISTER', 'NOTIFY', 'REFER']) {
    const request = alice.request(method, { fields: [['X-Method', method]] });
    const { req, res } = await app.next(method);
    same(req.get('X-Method'), method, 'header at the app');
    res.send(200, { headers: { 'X-Answer': method } });
    same((await request.expect(200)).get('x-answer'), method, 'header of the response');
  }
}

async function nextToTheEnd(world: World): Promise<void> {
  const app = await world.app();
  const passed: string[] = [];
  app.srf.use((req, _res, next) => {
    passed.push(req.method);
    next();
  });
  await app.addRoute('info'); // connected already: the route is what brings requests
  const alice = await world.peer('alice');
  const info = alice.request('INFO');
  const { res } = await app.next('INFO');
  res.send(404);
  await info.expect(404);
  same(passed, ['INFO'], 'requests that the first middleware passed on');
}

async function nobodyAnswers(world: World): Promise<void> {
  await world.appWith({ serve: { message: (_req, _res, next) => next() } });
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(404);
}

export const MIDDLEWARE: readonly Behaviour[] = [
  {
    id: 'middleware/request',
    title: 'A request carries where it came from, where it was received, when, and the message',
    source: 'protocol §3.1',
    basis: 'recorded',
    run: whatARequestCarries,
  },
  {
    id: 'middleware/send-302',
    title: 'A 302 with a Contact reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(302, 'Moved', { Contact: '<sip:elsewhere@127.0.0.9:5070>' }),
  },
  {
    id: 'middleware/send-486',
    title: 'A 486 with a reason phrase and a header reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(486, 'Busy There', { 'X-Reason-Text': 'callee busy' }),
  },
  {
    id: 'middleware/send-500',
    title: 'A 500 with Retry-After reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(500, 'Server Internal Error', { 'Retry-After': '5' }),
  },
  {
    id: 'middleware/send-603',
    title: 'A 603 reaches the caller; the ACK is not passed up',
    source: 'protocol §4',
    basis: 'recorded',
    run: rejected(603, 'Decline'),
  },
  {
    id: 'middleware/other-methods',
    title: 'Requests of every other method are served alike',
    source: 'protocol §2, §4',
    basis: 'recorded',
    run: otherMethods,
  },
  {
    id: 'middleware/next',
    title: 'Middleware may pass a request on to the next',
    source: 'protocol §7',
    basis: 'own',
    run: nextToTheEnd,
  },
  {
    id: 'middleware/nobody-answers',
    title: 'A request that all middleware passes on is answered with 404 by srf',
    source: 'protocol §7',
    basis: 'own',
    run: nobodyAnswers,
  },
];

import fc from 'fast-check';
import { encodeFrame } from '../../../harness/drachtio/index.js';
import type { ScriptedApp } from './scripted-app.js';
import { SECRET, Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

/** What an application may come up with; a number stands for a name that the server gave before. */
const words = fc.oneof(
  fc.nat(50),
  fc.constantFrom('', 'serial', 'simultaneous', 'fullResponse', 'remainInDialog', '2s', 'invite', 'sip:a@127.0.0.1:9'),
  fc.string({ maxLength: 12 }),
);
const verbs = fc.constantFrom('sip', 'sip', 'sip', 'proxy', 'route', 'ping', 'authenticate', 'dance');

const startLines = (uri: string) =>
  fc.oneof(
    fc.constantFrom(
      ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'INFO', 'SUBSCRIBE', 'NOTIFY', 'PRACK', 'OPTIONS'].map((method) => `${method} ${uri} SIP/2.0`),
      ...[100, 180, 199, 200, 202, 302, 401, 486, 603].map((status) => `SIP/2.0 ${status} Word`),
      'BYE sip:placeholder SIP/2.0',
    ),
    fc.string({ maxLength: 30 }),
  );

const headers = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...[
        'To: <sip:a@b>;tag=x',
        'From: sip:a@localhost',
        'Contact: *',
        'CSeq: 99 INVITE',
        'Content-Type: a/b',
        'Require: path',
        'Max-Forwards: 0',
      ],
      ...['Call-ID: fixed', 'Content-Length: 9999', 'Route: <sip:127.0.0.1:15090;lr>', 'Event: x', 'Subscription-State: terminated'],
    ),
    fc.string({ maxLength: 20 }).map((value) => `X-Word: ${value}`),
  ),
  { maxLength: 4 },
);

let simulation: Simulation;
let alice: SipPeer;
let bob: SipPeer;
let app: ScriptedApp;

beforeEach(async () => {
  simulation = await Simulation.open();
  [alice, bob] = [await simulation.peer('alice'), await simulation.peer('bob')];
  app = await simulation.app();
});

/** After all that, calls are served as ever, and in the end nothing is left. */
afterEach(async () => {
  for (const one of simulation.apps) one.stream.destroy();
  simulation.run();
  const fresh = await simulation.app();
  const before = alice.seen.length;
  alice.invite(simulation.sip);
  simulation.run();
  fresh.respond(fresh.last('INVITE'), 486);
  simulation.run();
  expect(alice.seen.slice(before)).toEqual(['100 INVITE', '486 INVITE']);
  await simulation.close();
});

it('whatever an application says, with calls of all kinds under way', async () => {
  const names: string[] = [];
  bob.onRequest = (request) => {
    if (request.method === 'INVITE') bob.respond(request, request.cseq?.sequence === 1 ? 180 : 200, [], SDP);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(verbs, fc.array(words, { maxLength: 11 }), startLines(bob.uri), headers, fc.string({ maxLength: 9 })), {
        maxLength: 6,
      }),
      async (messages) => {
        if (app.isClosed) app = await simulation.app();
        app.onMessage = ({ tokens }) => names.push(...tokens.slice(8, 12).filter((token) => token.length > 30));
        alice.invite(simulation.sip);
        app.request(`INVITE ${bob.uri}`, { body: SDP });
        simulation.run();
        for (const [verb, tokens, start, fields, body] of messages) {
          const leader = ['id', verb, ...tokens.map((token) => (typeof token === 'number' ? (names.at(-token) ?? '') : token))].join('|');
          app.stream.write(encodeFrame(`${leader}\r\n${[start, ...fields].join('\r\n')}\r\n\r\n${body}`));
        }
        simulation.run(5);
      },
    ),
    { numRuns: 150, seed: 6 },
  );
  expect(names.length).toBeGreaterThan(100);
});

it('whatever octets an application sends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), fc.boolean(), async (pieces, authenticates) => {
      const one = await simulation.connect();
      if (authenticates) one.authenticate(SECRET);
      for (const piece of pieces) one.stream.write(Buffer.from(piece));
      simulation.run();
      one.stream.destroy();
      simulation.run();
    }),
    { numRuns: 100, seed: 6 },
  );
  expect(simulation.server.counters.connections).toBe(1);
});

it('whatever the network sends', () => {
  const invite = alice.createRequest('INVITE', 'sip:bob@127.0.0.1:15090', [], SDP).toBuffer();
  fc.assert(
    fc.property(
      startLines('sip:bob@127.0.0.1:15090'),
      headers,
      fc.array(fc.tuple(fc.nat(invite.length - 1), fc.nat(255)), { maxLength: 6 }),
      fc.nat(invite.length),
      (start, fields, changes, length) => {
        const changed = Buffer.from(invite);
        for (const [at, octet] of changes) changed[at] = octet;
        alice.send(changed.subarray(0, length).toString('latin1'), simulation.sip);
        const lines = invite.toString().split('\r\n');
        const message = [start, ...fields, ...lines.slice(1)].join('\r\n').replace('z9hG4bK-', `z9hG4bK-${length}-`);
        alice.send(message.replace(/^CSeq: 1 INVITE/m, `CSeq: 1 ${start.split(' ')[0]}`), simulation.sip);
        simulation.run();
      },
    ),
    { numRuns: 300, seed: 6 },
  );
  expect(app.heard.length).toBeGreaterThan(10);
});

import type { RequestHandler } from '../../../harness/drachtio/index.js';
import { ScriptedApp } from './scripted-app.js';
import { SECRET, Simulation } from './simulation.js';
import type { SipPeer } from './sip-peer.js';

let simulation: Simulation;
let alice: SipPeer;
/** The applications that the server has connected to. */
let called: ScriptedApp[];

async function open(requestHandler: RequestHandler): Promise<void> {
  simulation = await Simulation.open({ requestHandler });
  alice = await simulation.peer('alice');
  called = [];
  await simulation.streams.listen({ address: 'app', port: 4000 }, (stream) => {
    const app = new ScriptedApp(stream);
    called.push(app);
    return app;
  });
}

/** Lets time pass, and what waits for promises too. */
async function run(ms = 2): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    for (let microtask = 0; microtask < 10; microtask++) await Promise.resolve();
    simulation.run(ms / 5);
  }
}

afterEach(() => simulation.close());

describe('a request handler', () => {
  it('that names a URI gets a connection for each request; the secret comes first, then the request', async () => {
    await open(() => 'tcp://app:4000');
    for (const _ of [1, 2]) alice.invite(simulation.sip);
    await run();
    expect(called).toHaveLength(2);
    expect(alice.seen).toEqual(['100 INVITE', '100 INVITE']);
    const [app] = called;
    expect(app?.received).toEqual([]);
    app?.authenticate(SECRET);
    await run();
    expect(app?.received.map(({ verb }) => verb)).toEqual(['response', 'sip']);
    expect(app?.received[0]?.tokens.slice(3)).toEqual(['OK', 'udp/127.0.0.1:15090', 'v0.9.10', 'udp/127.0.0.1:15090']);
    app?.respond(app.last('INVITE'), 486);
    await run();
    expect(alice.seen).toContain('486 INVITE');
    expect(called[1]?.heard).toEqual([]);
  });

  it.each([
    ['nobody listens', 'tcp://app:4001'],
    ['the address is none', 'http://app:4000/x'],
  ])('whose application cannot be had (%s): 480', async (_why, uri) => {
    await open(() => uri);
    alice.invite(simulation.sip);
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '480 INVITE']);
  });

  it.each([
    ['does not know the secret', (app: ScriptedApp) => app.authenticate('wrong')],
    ['hangs up', (app: ScriptedApp) => app.stream.destroy()],
    ['says nothing', () => simulation.run(10_100)],
  ])('whose application %s: 480', async (_what, does) => {
    await open(() => 'app:4000');
    alice.invite(simulation.sip);
    await run();
    does(called[0] as ScriptedApp);
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '480 INVITE']);
    expect(called[0]?.isClosed).toBe(true);
  });

  it('knows what it decides on', async () => {
    const asked: unknown[] = [];
    await open((request) => {
      asked.push({ ...request, message: request.message.split('\r\n')[0] });
      return { action: 'reject', data: { status: 603, reason: 'Not Today' } };
    });
    alice.invite(simulation.sip, 'carol');
    await run();
    expect(asked).toEqual([
      {
        method: 'INVITE',
        requestUri: 'sip:carol@127.0.0.1:15090',
        source: alice.local,
        receivedOn: { address: '127.0.0.1', port: 15090 },
        message: 'INVITE sip:carol@127.0.0.1:15090 SIP/2.0',
      },
    ]);
    expect((await alice.takeResponse(603)).reason).toBe('Not Today');
  });

  it('may redirect', async () => {
    await open(() => ({ action: 'redirect', data: { contacts: ['sip:a@192.0.2.1', 'sip:b@192.0.2.2'] } }));
    alice.invite(simulation.sip);
    await run();
    expect((await alice.takeResponse(302)).contacts.map(({ uriText }) => uriText)).toEqual(['sip:a@192.0.2.1', 'sip:b@192.0.2.2']);
  });

  it('may have the request proxied', async () => {
    let to = '';
    await open(async () => ({ action: 'proxy', data: { destinations: [to], recordRoute: true, provisionalTimeout: '2s' } }));
    const bob = await simulation.peer('bob');
    to = bob.uri;
    alice.invite(simulation.sip);
    await run();
    const invite = await bob.takeRequest('INVITE');
    expect(invite.headers.has('Record-Route')).toBe(true);
    bob.respond(invite, 486);
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
  });

  it('may name a tag: only applications that have it are asked, in turn', async () => {
    await open(() => ({ action: 'route', data: { tag: 'blue' } }));
    const [red, blue, both] = [
      await simulation.app(['invite'], 'red'),
      await simulation.app(['invite'], 'blue'),
      await simulation.app(['invite'], 'red,blue'),
    ];
    for (const _ of [1, 2, 3, 4]) alice.invite(simulation.sip);
    await run();
    expect([red, blue, both].map(({ heard }) => heard.length)).toEqual([0, 2, 2]);
  });

  it('that names a tag which nobody has: 480', async () => {
    await open(() => ({ action: 'route', data: { tag: 'green' } }));
    await simulation.app(['invite'], 'red');
    alice.invite(simulation.sip);
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '480 INVITE']);
  });

  it('that says nothing leaves it to the connected applications', async () => {
    await open(() => undefined);
    alice.invite(simulation.sip);
    await run();
    const app = await simulation.app();
    alice.invite(simulation.sip);
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '503 INVITE', '100 INVITE']);
    expect(app.heard).toEqual(['INVITE']);
  });

  it('that fails: 480', async () => {
    await open(() => Promise.reject(new Error('no')));
    alice.invite(simulation.sip);
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '480 INVITE']);
  });

  it('that decides too late, on what was cancelled, changes nothing', async () => {
    const decisions: ((uri: string) => void)[] = [];
    await open(() => new Promise((resolve) => decisions.push(resolve)));
    const invite = alice.invite(simulation.sip);
    await run();
    alice.follow('CANCEL', invite, simulation.sip);
    await run();
    decisions[0]?.('tcp://app:4000');
    await run();
    expect(alice.seen).toEqual(['100 INVITE', '200 CANCEL', '487 INVITE']);
    expect(called).toHaveLength(0);
  });

  it('whose application is still thinking when the call is cancelled gets no request', async () => {
    await open(() => 'tcp://app:4000');
    const invite = alice.invite(simulation.sip);
    await run();
    alice.follow('CANCEL', invite, simulation.sip);
    await run();
    called[0]?.authenticate(SECRET);
    await run();
    expect(called[0]?.heard).toEqual([]);
  });
});

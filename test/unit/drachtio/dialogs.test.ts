import type { SipResponse } from '../../../harness/sip/message.js';
import { type ScriptedApp, sipOf } from './scripted-app.js';
import { Simulation } from './simulation.js';
import { SDP, type SipPeer } from './sip-peer.js';

let simulation: Simulation;
let app: ScriptedApp;
let alice: SipPeer;
let bob: SipPeer;

beforeEach(async () => {
  simulation = await Simulation.open();
  app = await simulation.app();
  alice = await simulation.peer('alice');
  bob = await simulation.peer('bob');
});

afterEach(async () => {
  simulation.run(200_000);
  expect(simulation.server.counters.entries).toMatchObject({ serverTransactions: 0, outgoingRequests: 0, transactions: 0 });
  await simulation.close();
});

/** alice has called, the application has answered. */
async function answered() {
  const invite = alice.invite(simulation.sip);
  simulation.run();
  app.respond(app.last('INVITE'), 200, '', SDP);
  simulation.run();
  const ok = await alice.takeResponse(200);
  alice.inDialog('ACK', invite, ok, 1, simulation.sip);
  simulation.run();
  return { invite, ok, dialogId: app.last('ACK').tokens[9] ?? '' };
}

/** The application has called, bob has answered. */
async function calledBob(extra: [string, string][] = []) {
  app.request(`INVITE ${bob.uri}`, { headers: 'From: <sip:app@localhost>\r\nContact: <sip:app@localhost>\r\n', body: SDP });
  simulation.run();
  const invite = await bob.takeRequest('INVITE');
  const ok = bob.respond(invite, 200, extra, SDP);
  simulation.run();
  const dialogId = app.last('200').tokens[9] ?? '';
  app.request(`ACK ${bob.uri}`, { dialogId });
  simulation.run();
  return { invite, ok, dialogId };
}

async function hangUp(dialogId: string, peer: SipPeer): Promise<void> {
  app.request('BYE sip:placeholder', { dialogId });
  simulation.run();
  peer.respond(await peer.takeRequest('BYE'), 200);
  simulation.run();
  expect(simulation.server.counters.entries.dialogs).toBe(0);
}

const dialogIdOf = (invite: { callId: string | undefined; fromTag: string | undefined }) => `${invite.callId};from-tag=${invite.fromTag}`;

describe('a dialog', () => {
  it('is named by the tag of who called, on both sides', async () => {
    const one = await answered();
    expect(one.dialogId).toBe(dialogIdOf(one.invite));
    const other = await calledBob();
    expect(other.dialogId).toBe(dialogIdOf(other.invite));
    await simulation.server.stop();
    await simulation.close();
    simulation = await Simulation.open();
  });

  it('carries requests of the application: target, route, tags and numbers are the server’s', async () => {
    const { invite, dialogId } = await calledBob([
      ['Contact', `<sip:bob-phone@${bob.hostport}>`],
      ['Record-Route', `<sip:${bob.hostport};lr>`],
    ]);
    const id = app.request('INFO sip:placeholder', { dialogId, headers: 'Content-Type: text/plain\r\nFrom: <sip:x@y>\r\n', body: 'hello' });
    simulation.run();
    const info = await bob.takeRequest('INFO');
    expect(info.requestUri).toBe(`sip:bob-phone@${bob.hostport}`);
    expect(info.headers.all('Route')).toEqual([`<sip:${bob.hostport};lr>`]);
    expect(info.headers.get('From')).toBe(invite.headers.get('From'));
    expect(info.toTag).toBe('bob-tag');
    expect(info.cseq?.sequence).toBe((invite.cseq?.sequence ?? 0) + 1);
    expect(info.body.toString()).toBe('hello');
    bob.respond(info, 200);
    simulation.run();
    expect(app.last('200').tokens[8]).toBe(app.replyTo(id)?.tokens[10]);
    expect(app.last('200').tokens[9]).toBe(dialogId);
    await hangUp(dialogId, bob);
  });

  it('carries requests of the peer, each with an id of its own', async () => {
    const { invite, dialogId } = await calledBob();
    bob.backwards('INFO', invite, 'bob-tag', 1, simulation.sip);
    bob.backwards('MESSAGE', invite, 'bob-tag', 2, simulation.sip);
    simulation.run();
    const [info, message] = [app.last('INFO'), app.last('MESSAGE')];
    expect([info.tokens[9], message.tokens[9]]).toEqual([dialogId, dialogId]);
    expect(info.tokens[8]).not.toBe(message.tokens[8]);
    app.respond(info, 200);
    const id = app.respond(message, 486);
    simulation.run();
    expect(bob.seen.slice(-2)).toEqual(['200 INFO', '486 MESSAGE']);
    expect(app.outcome(id)).toBe('OK');
    expect(app.replyTo(id)?.tokens[6]).toBe(''); // as the real server: no protocol inside dialogs
    await hangUp(dialogId, bob);
  });

  it('tells a repetition and an older number from a new request', async () => {
    const { invite, dialogId } = await calledBob();
    const info = bob.backwards('INFO', invite, 'bob-tag', 5, simulation.sip);
    simulation.run();
    bob.send(info, simulation.sip);
    bob.backwards('INFO', invite, 'bob-tag', 4, simulation.sip);
    simulation.run();
    expect(app.heard.filter((heard) => heard === 'INFO')).toHaveLength(1);
    expect(bob.seen.at(-1)).toBe('500 INFO');
    app.respond(app.last('INFO'), 200);
    await hangUp(dialogId, bob);
  });

  it('ends when a BYE comes, before the application has answered it', async () => {
    const { invite, ok } = await answered();
    alice.inDialog('BYE', invite, ok, 2, simulation.sip);
    simulation.run();
    expect(simulation.server.counters.entries.dialogs).toBe(0);
    const id = app.respond(app.last('BYE'), 200);
    simulation.run();
    expect(app.replyTo(id)?.tokens.slice(11)).toEqual(['', '', 'Msg sent:', '']);
    expect(alice.seen.at(-1)).toBe('200 BYE');
    expect(app.cdrs).toEqual(['attempt network', 'start application uas', 'stop network normal-release']);
  });

  it('outlives a BYE that is challenged, and ends with one that nobody answers', async () => {
    const { dialogId } = await calledBob();
    app.request('BYE sip:placeholder', { dialogId });
    simulation.run();
    bob.respond(await bob.takeRequest('BYE'), 407);
    simulation.run();
    expect(simulation.server.counters.entries.dialogs).toBe(1);
    app.request('BYE sip:placeholder', { dialogId });
    simulation.run(33_000);
    expect(app.heard.at(-1)).toBe('408');
    const { tokens } = app.last('408');
    expect(tokens.slice(2, 7)).toEqual(['network', String(app.last('408').sip.length), '', '', '']);
    expect(simulation.server.counters.entries.dialogs).toBe(0);
  });

  it('is also meant by its Call-ID alone', async () => {
    const { invite, dialogId } = await calledBob();
    app.request(`MESSAGE ${bob.uri}`, { headers: `call-id: ${invite.callId}\r\nContent-Type: text/plain\r\n`, body: 'hi' });
    simulation.run();
    const message = await bob.takeRequest('MESSAGE');
    expect(message.toTag).toBe('bob-tag');
    bob.respond(message, 200);
    await hangUp(dialogId, bob);
  });

  it('does not exist for the application before the 200', async () => {
    app.request(`INVITE ${bob.uri}`, { body: SDP });
    simulation.run();
    const invite = await bob.takeRequest('INVITE');
    bob.respond(invite, 180);
    simulation.run();
    const id = app.request('INFO sip:placeholder', { dialogId: app.last('180').tokens[9] ?? '' });
    simulation.run();
    expect(app.outcome(id)).toBe('NOK Server error: unable to find dialog for dialog id provided');
    bob.respond(invite, 486);
    simulation.run();
  });

  it('takes an UPDATE of the caller while it rings', async () => {
    const invite = alice.invite(simulation.sip);
    simulation.run();
    app.respond(app.last('INVITE'), 180);
    simulation.run();
    alice.inDialog('UPDATE', invite, await alice.takeResponse(180), 2, simulation.sip);
    simulation.run();
    expect(app.last('UPDATE').tokens[9]).toBe(dialogIdOf(invite));
    app.respond(app.last('UPDATE'), 200);
    app.respond(app.last('INVITE'), 486);
    simulation.run();
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '200 UPDATE', '486 INVITE']);
  });

  it('takes an UPDATE of the callee while it rings', async () => {
    app.request(`INVITE ${bob.uri}`, { body: SDP });
    simulation.run();
    const invite = await bob.takeRequest('INVITE');
    bob.respond(invite, 180);
    simulation.run();
    bob.backwards('UPDATE', invite, 'bob-tag', 1, simulation.sip);
    simulation.run();
    app.respond(app.last('UPDATE'), 200);
    simulation.run();
    bob.respond(invite, 486);
    simulation.run();
    expect(bob.seen).toEqual(['INVITE', '200 UPDATE', 'ACK']);
  });

  it('PRACK is refused inside it', async () => {
    const { invite, dialogId } = await calledBob();
    const id = app.request('PRACK sip:placeholder', { dialogId });
    simulation.run();
    expect(app.repliesTo(id)).toEqual(['NOK|Server error: reliable provisional responses (RFC 3262) are not carried']);
    bob.backwards('PRACK', invite, 'bob-tag', 1, simulation.sip);
    simulation.run();
    expect(bob.seen.at(-1)).toBe('481 PRACK');
    await hangUp(dialogId, bob);
  });
});

describe('a re-INVITE', () => {
  it('of the application goes out in the dialog, and its ACK has its number', async () => {
    const { invite, dialogId } = await calledBob();
    app.request('INVITE sip:placeholder', { dialogId, body: SDP });
    simulation.run();
    const again = await bob.takeRequest('INVITE');
    expect(again.toTag).toBe('bob-tag');
    expect(again.headers.get('Contact')).toBe(invite.headers.get('Contact'));
    bob.respond(again, 200, [['Contact', `<sip:moved@${bob.hostport}>`]], SDP);
    simulation.run();
    await bob.takeRequest('ACK');
    app.request('ACK sip:placeholder', { dialogId });
    simulation.run();
    const ack = await bob.takeRequest('ACK');
    expect(ack.cseq?.sequence).toBe(again.cseq?.sequence);
    expect(ack.requestUri).toBe(`sip:moved@${bob.hostport}`);
    expect(app.cdrs).toEqual(['attempt application', 'start network uac']); // no call of its own
    await hangUp(dialogId, bob);
  });

  it('of the peer gets a 100, and its answer is repeated until its ACK comes', async () => {
    const { invite, ok, dialogId } = await answered();
    alice.inDialog('INVITE', invite, ok, 2, simulation.sip, [['Contact', `<sip:moved@${alice.hostport}>`]], SDP);
    simulation.run();
    expect(alice.seen.at(-1)).toBe('100 INVITE');
    app.respond(app.last('INVITE'), 200, '', SDP);
    simulation.run(1_600);
    expect(alice.seen.filter((seen) => seen === '200 INVITE')).toHaveLength(4); // 1 of the call, 3 of this
    alice.inDialog('ACK', invite, ok, 2, simulation.sip);
    simulation.run(60_000);
    expect(alice.seen.filter((seen) => seen === '200 INVITE')).toHaveLength(4);
    expect(app.heard).toEqual(['INVITE', 'ACK', 'INVITE', 'ACK']);
    app.request('BYE sip:placeholder', { dialogId });
    simulation.run();
    const bye = await alice.takeRequest('BYE');
    expect(bye.requestUri).toBe(`sip:moved@${alice.hostport}`);
    alice.respond(bye, 200);
  });

  it('that is rejected leaves the call as it was', async () => {
    const { dialogId } = await calledBob();
    app.request('INVITE sip:placeholder', { dialogId, body: SDP });
    simulation.run();
    bob.respond(await bob.takeRequest('INVITE'), 488);
    simulation.run();
    expect(app.heard.at(-1)).toBe('488');
    expect(simulation.server.counters.entries.dialogs).toBe(1);
    await hangUp(dialogId, bob);
  });
});

describe('a subscription', () => {
  const subscribe = async () => {
    app.request(`SUBSCRIBE ${bob.uri}`, { headers: 'Event: presence\r\nExpires: 60\r\n' });
    simulation.run();
    return bob.takeRequest('SUBSCRIBE');
  };
  const notify = (request: Parameters<SipPeer['backwards']>[1], sequence: number, state: string) =>
    bob.backwards('NOTIFY', request, 'bob-tag', sequence, simulation.sip, [
      ['Event', 'presence'],
      ['Subscription-State', state],
    ]);

  it('of the application is a dialog from its 202 to the NOTIFY that ends it', async () => {
    const request = await subscribe();
    expect(request.headers.get('Contact')).toBe('<sip:127.0.0.1:15090>');
    bob.respond(request, 202);
    simulation.run();
    const dialogId = app.last('202').tokens[9];
    expect(dialogId).toBe(dialogIdOf(request));
    for (const [sequence, state] of [
      [1, 'active'],
      [2, 'terminated'],
    ] as const) {
      notify(request, sequence, state);
      simulation.run();
      expect(app.last('NOTIFY').tokens[9]).toBe(dialogId);
      app.respond(app.last('NOTIFY'), 200);
      simulation.run();
    }
    expect(bob.seen).toEqual(['SUBSCRIBE', '200 NOTIFY', '200 NOTIFY']);
    expect(simulation.server.counters.entries.dialogs).toBe(0);
  });

  it('may be told of before its response (RFC 6665 §4.4.1)', async () => {
    const request = await subscribe();
    notify(request, 1, 'active');
    simulation.run();
    expect(app.last('NOTIFY').tokens[9]).toBe(dialogIdOf(request));
    app.respond(app.last('NOTIFY'), 200);
    bob.respond(request, 200);
    simulation.run();
    notify(request, 2, 'terminated;reason=timeout');
    simulation.run();
    app.respond(app.last('NOTIFY'), 200);
    simulation.run();
    expect(simulation.server.counters.entries.dialogs).toBe(0);
  });

  it('that is refused is no dialog', async () => {
    bob.respond(await subscribe(), 489);
    simulation.run();
    expect(simulation.server.counters.entries.dialogs).toBe(0);
  });

  it('of the peer is one from the application’s 202 to the NOTIFY that ends it', async () => {
    const request = alice.createRequest('SUBSCRIBE', 'sip:bob@127.0.0.1:15090', [['Event', 'presence']]);
    alice.send(request, simulation.sip);
    simulation.run();
    const id = app.respond(app.last('SUBSCRIBE'), 202, 'Expires: 60\r\n');
    simulation.run();
    const accepted: SipResponse = await alice.takeResponse(202);
    expect(accepted.headers.get('Contact')).toBe('<sip:127.0.0.1:15090>');
    const dialogId = app.replyTo(id)?.tokens[11] ?? '';
    expect(dialogId).toBe(dialogIdOf(request));
    app.request('NOTIFY sip:placeholder', { dialogId, headers: 'Event: presence\r\nSubscription-State: terminated\r\n' });
    simulation.run();
    const told = await alice.takeRequest('NOTIFY');
    expect(told.fromTag).toBe(accepted.toTag);
    alice.respond(told, 200);
    simulation.run();
    expect(simulation.server.counters.entries.dialogs).toBe(0);
    expect(app.cdrs).toEqual([]);
  });
});

describe('a request outside dialogs', () => {
  it.each(['OPTIONS', 'REGISTER', 'MESSAGE', 'INFO'])('%s of the application gets its response', async (method) => {
    const id = app.request(`${method} ${bob.uri}`);
    simulation.run();
    const request = await bob.takeRequest(method);
    bob.respond(request, 100);
    bob.respond(request, 200, [['X-Word', 'yes']]);
    simulation.run();
    expect(app.heard).toEqual(['200']);
    const { tokens } = app.last('200');
    expect(tokens[8]).toBe(app.replyTo(id)?.tokens[10]);
    expect(tokens.slice(9)).toEqual(['', '']);
    expect(sipOf(app.last('200')).headers.get('X-Word')).toBe('yes');
  });

  it('that cannot be sent ends in a 503 of the server’s own', async () => {
    const refusing = {
      bind: async (...args: Parameters<Simulation['network']['bind']>) => {
        const socket = await simulation.network.bind(...args);
        return {
          local: socket.local,
          close: () => socket.close(),
          send: (_payload: Buffer, _to: unknown, failed?: (error: Error) => void) => {
            simulation.clock.setTimer(0, () => failed?.(new Error('no route')));
          },
        };
      },
    };
    const walled = await Simulation.open({
      network: refusing,
      listeners: [{ name: 'default', address: { address: '127.0.0.1', port: 15190 } }],
    });
    const inside = await walled.app();
    for (const method of ['INVITE', 'OPTIONS']) inside.request(`${method} ${bob.uri}`);
    walled.run();
    simulation.run();
    walled.run();
    expect(inside.heard).toEqual(['503', '503']);
    expect(inside.cdrs).toEqual(['attempt application', 'stop network call-rejected']);
    await walled.close();
  });

  it('that nobody answers ends in a 408 of the server’s own', () => {
    app.request(`OPTIONS ${bob.uri}`);
    simulation.run(33_000);
    expect(app.heard).toEqual(['408']);
  });

  it.each(['OPTIONS', 'MESSAGE', 'REGISTER', 'INFO', 'NOTIFY'])(
    '%s of a peer is the application’s to answer, again if it is repeated',
    async (method) => {
      const request = alice.createRequest(method, 'sip:bob@127.0.0.1:15090');
      alice.send(request, simulation.sip);
      simulation.run();
      alice.send(request, simulation.sip);
      simulation.run();
      expect(alice.seen).toEqual([]); // no 100 to what is no INVITE
      app.respond(app.last(method), 200);
      simulation.run();
      alice.send(request, simulation.sip);
      simulation.run();
      expect(alice.seen).toEqual([`200 ${method}`, `200 ${method}`]);
      expect(app.heard).toEqual([method]);
    },
  );
});

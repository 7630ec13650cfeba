import { settled } from './settled.js';
import { SDP, type SipPeer } from './sip-peer.js';
import { Workshop } from './srf-app.js';

let shop: Workshop;
let alice: SipPeer;
let bob: SipPeer;

beforeEach(async () => {
  shop = await Workshop.open();
  [alice, bob] = [await shop.peer('alice'), await shop.peer('bob')];
});

afterEach(() => shop.close());

describe('middleware', () => {
  it('answers 486', async () => {
    await shop.app((srf) => srf.invite((_req, res) => res.send(486)));
    const invite = alice.invite(shop.sip);
    const busy = await alice.takeResponse(486);
    alice.follow('ACK', invite, shop.sip, busy);
    expect(alice.seen).toEqual(['100 INVITE', '486 INVITE']);
  });
});

describe('createB2BUA', () => {
  it('passes on 180 and 486', async () => {
    await shop.app((srf) => srf.invite((req, res) => void srf.createB2BUA(req, res, bob.uri, {}).catch(() => {})));
    bob.onRequest = (request) => {
      if (request.method !== 'INVITE') return;
      bob.respond(request, 180);
      bob.respond(request, 486);
    };
    alice.invite(shop.sip);
    await alice.takeResponse(486);
    await bob.take('ACK');
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '486 INVITE']);
  });

  it('connects two calls, and ends them', async () => {
    const ended = settled<string>();
    await shop.app((srf) =>
      srf.invite(async (req, res) => {
        const { uas, uac } = await srf.createB2BUA(req, res, bob.uri, {});
        uas.on('destroy', () => uac.destroy({ headers: {} }, () => ended.resolve('ended')));
      }),
    );
    const invite = alice.invite(shop.sip);
    const invited = await bob.takeRequest('INVITE');
    bob.respond(invited, 200, [], SDP);
    await bob.take('ACK');
    const ok = await alice.takeResponse(200);
    alice.inDialog('ACK', invite, ok, 1, shop.sip);
    alice.inDialog('BYE', invite, ok, 2, shop.sip);
    await alice.take('200 BYE');
    bob.respond(await bob.takeRequest('BYE'), 200);
    expect(await ended.promise).toBe('ended');
  });

  it('cancels', async () => {
    await shop.app((srf) => srf.invite((req, res) => void srf.createB2BUA(req, res, bob.uri, {}).catch(() => {})));
    bob.onRequest = (request) => {
      if (request.method === 'INVITE') bob.respond(request, 180);
      if (request.method === 'CANCEL') bob.respond(request, 200);
    };
    const invite = alice.invite(shop.sip);
    await alice.take('180');
    alice.follow('CANCEL', invite, shop.sip);
    await alice.take('487');
    await bob.take('CANCEL');
    expect(alice.seen).toEqual(['100 INVITE', '180 INVITE', '200 CANCEL', '487 INVITE']);
  });
});

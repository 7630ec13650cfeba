import { Telephone } from '../../../harness/endpoint/telephone';
import { headerOf, type Peer, WITH_SDP, type Written } from './peer';
import { addressOf, NOTHING, World } from './world';

const BOB = addressOf(3);
const BOB_URI = 'sip:bob@127.0.0.3';

describe('a request that a user agent does not serve', () => {
  let world: World;
  let peer: Peer;
  beforeEach(async () => {
    world = new World();
    await world.agent('bob', 3, { persona: new Telephone() });
    peer = await world.peer(9);
  });
  afterEach(() => world.close());

  /** The one response to a request. */
  const ask = async (method: string, written: Written = {}, uri = BOB_URI): Promise<string> => {
    peer.send(peer.request(method, uri, written), BOB);
    await world.pass(100);
    expect(peer.responses()).toHaveLength(1);
    return peer.responses()[0] ?? '';
  };
  const statusOf = (response: string): number => Number(response.slice(8, 11));

  it.each<[why: string, status: number, method: string, written: Written]>([
    ['has a method that we know and do not serve', 405, 'SUBSCRIBE', {}],
    ['has a method that nobody knows', 501, 'DANCE', {}],
    ['has a method in lower case', 501, 'invite', {}],
    ['requires an extension', 420, 'OPTIONS', { headers: { Require: '100rel' } }],
    ['is within no dialog of ours', 481, 'BYE', { headers: { To: '<sip:bob@lab.example>;tag=unknown' } }],
    ['is a re-INVITE within no dialog', 481, 'INVITE', { ...WITH_SDP, headers: { ...WITH_SDP.headers, To: '<sip:bob@lab>;tag=unknown' } }],
    ['is a BYE outside dialogs', 481, 'BYE', {}],
    ['has no From', 400, 'OPTIONS', { headers: { From: null } }],
    ['has a CSeq of another method', 400, 'OPTIONS', { headers: { CSeq: '1 MESSAGE' } }],
    ['is an INVITE without Contact', 400, 'INVITE', { ...WITH_SDP, headers: { ...WITH_SDP.headers, Contact: null } }],
    ['is an INVITE with a body of another type', 415, 'INVITE', { headers: { 'Content-Type': 'text/plain' }, body: 'hello' }],
    ['is an INVITE with a body of no type', 415, 'INVITE', { body: 'hello' }],
    ['is an INVITE with an encoded body', 415, 'INVITE', { ...WITH_SDP, headers: { ...WITH_SDP.headers, 'Content-Encoding': 'gzip' } }],
    ['is an INVITE whose sender takes no SDP', 406, 'INVITE', { ...WITH_SDP, headers: { ...WITH_SDP.headers, Accept: 'text/plain' } }],
    ['is an INVITE whose sender takes nothing', 406, 'INVITE', { ...WITH_SDP, headers: { ...WITH_SDP.headers, Accept: '' } }],
    ['is a MESSAGE with a body of another type', 415, 'MESSAGE', { headers: { 'Content-Type': 'image/gif' }, body: 'GIF' }],
  ])('%s: %i', async (_why, status, method, written) => {
    expect(statusOf(await ask(method, written))).toBe(status);
    await world.quiesce();
    expect(world.left).toEqual(NOTHING);
  });

  it('has a URI of a scheme that we do not know: 416', async () => {
    expect(statusOf(await ask('OPTIONS', {}, 'nobody:knows@this'))).toBe(416);
  });

  it('is told what would be served', async () => {
    expect(headerOf(await ask('SUBSCRIBE'), 'Allow')).toBe('INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE');
  });

  it('is told which extensions are not there', async () => {
    const response = await ask('INVITE', { ...WITH_SDP, headers: { ...WITH_SDP.headers, Require: '100rel, nothing' } });
    expect([statusOf(response), headerOf(response, 'Unsupported')]).toEqual([420, '100rel, nothing']);
  });

  it('is told which bodies are understood', async () => {
    expect(headerOf(await ask('INVITE', { headers: { 'Content-Type': 'text/plain' }, body: 'hello' }), 'Accept')).toBe(
      'application/sdp, multipart/mixed',
    );
    expect(world.left).toMatchObject({ sessions: 0, dialogs: 0 });
  });

  it('is not one whose odd body is optional (20.11)', async () => {
    const headers = { 'Content-Type': 'image/gif', 'Content-Disposition': 'icon;handling=optional' };
    expect(statusOf(await ask('INVITE', { headers, body: 'GIF' }))).toBe(180);
  });

  it('is not OPTIONS, which is told all of it (11.2)', async () => {
    const response = await ask('OPTIONS');
    expect(statusOf(response)).toBe(200);
    expect(headerOf(response, 'Allow')).toBe('INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE');
    expect(headerOf(response, 'Accept')).toBe('application/sdp, multipart/mixed, text/plain');
    expect(headerOf(response, 'Contact')).toBe('<sip:bob@127.0.0.3:5060>');
  });

  it('gets no answer if it is an ACK', async () => {
    peer.send(peer.request('ACK', BOB_URI), BOB);
    peer.send(peer.request('ACK', BOB_URI, { headers: { From: null } }), BOB);
    await world.pass(100);
    expect(peer.received).toEqual([]);
    expect(world.left).toEqual(NOTHING);
  });
});

import { Gateway } from '../../../harness/endpoint/gateway';
import { NumberTable } from '../../../harness/endpoint/number-table';
import type { UserAgent } from '../../../harness/endpoint/user-agent';
import { bodyOf, type Peer, WITH_SDP } from './peer';
import { addressOf, World } from './world';

const GATEWAY = addressOf(5);

describe('a gateway', () => {
  let world: World;
  let gateway: UserAgent;
  let peer: Peer;
  beforeEach(async () => {
    world = new World();
    const numbers = new NumberTable({ '+15550100': 'busy', '+15550111': 'ring', '+15550122': 'ignore', '+15559*': 503, '+1*': 'answer' });
    gateway = await world.agent('gateway', 5, { persona: new Gateway(numbers) });
    peer = await world.peer(9);
  });
  afterEach(() => world.close());

  it.each<[uri: string, statuses: number[]]>([
    ['sip:+15550100@lab.example', [486]],
    ['sip:+15550100@127.0.0.5:5060;user=phone', [486]],
    ['sip:+1-555-0100@lab.example', [486]],
    ['sip:+15550100;phone-context=x@lab.example', [486]],
    ['tel:+1-555-0100', [486]],
    ['sip:+15550111@lab.example', [180]],
    ['sip:+15550122@lab.example', []],
    ['sip:+15559000@lab.example', [503]],
    ['sip:+15551234@lab.example', [180, 200]],
    ['sip:+4912345@lab.example', [404]],
    ['sip:bob@lab.example', [404]],
    ['sip:lab.example', [404]],
  ])('answers %s by its table', async (uri, statuses) => {
    peer.send(peer.request('INVITE', uri, WITH_SDP), GATEWAY);
    await world.pass(100);
    expect(peer.statuses()).toEqual(statuses);
  });

  it('is not made busy by a call', async () => {
    for (const [index, number] of ['+15551234', '+15551235', '+15551236'].entries()) {
      const headers = { ...WITH_SDP.headers, 'Call-ID': `call-${index}` };
      peer.send(peer.request('INVITE', `sip:${number}@lab.example`, { ...WITH_SDP, headers }), GATEWAY);
    }
    await world.pass(100);
    expect(peer.statuses().filter((status) => status === 200)).toHaveLength(3);
    expect(gateway.openSessions).toBe(3);
  });

  it('answers with the voice of the telephone network', async () => {
    peer.send(peer.request('INVITE', 'sip:+15551234@lab.example', WITH_SDP), GATEWAY);
    await world.pass(100);
    expect(bodyOf(peer.responses()[1] ?? '')).toMatch(/m=audio [1-9]\d* RTP\/AVP 0 8\r\n/);
  });

  it('does what a script says instead', async () => {
    gateway.onInvitation((call) => call.reject(600));
    peer.send(peer.request('INVITE', 'sip:+15551234@lab.example', WITH_SDP), GATEWAY);
    await world.pass(100);
    expect(peer.statuses()).toEqual([600]);
  });

  it('calls without an account: a challenge is final', async () => {
    const call = gateway.invite('sip:bob@lab.example', { to: peer.address });
    await world.pass(10);
    const invite = peer.received[0];
    if (invite) peer.respond(invite, 407, { headers: { 'Proxy-Authenticate': 'Digest realm="lab.example", nonce="n"' } });
    await world.pass(10);
    expect([call.state, call.finalStatus, call.shown]).toEqual(['rejected', 407, null]);
    expect(peer.requests('INVITE')).toHaveLength(1);
  });
});

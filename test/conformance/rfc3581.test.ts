import type { DatagramNetwork } from '../../harness/platform/datagram-network.js';
import { CallWorld, NOTHING } from './call-world.js';

const PROXY = 2;
const OUTSIDE = { address: '192.0.2.99', port: 40_000 };

/** A network address translator: what is bound inside is seen under another address and port outside. */
function translated(inner: DatagramNetwork): DatagramNetwork {
  return {
    bind: async (local, handlers) => {
      const socket = await inner.bind(OUTSIDE, handlers);
      return { local, send: (payload, destination) => socket.send(payload, destination), close: () => socket.close() };
    },
  };
}

describe('RFC 3581: a user agent behind an address translator', () => {
  test('gets its responses by received and rport, and acknowledges a 486 that reaches it', async () => {
    const world = new CallWorld();
    await world.proxy(PROXY, { recordRoute: true });
    const inside = { address: '10.0.0.7', port: 5060 };
    const alice = await world.agent('alice', 3, PROXY, { address: inside, network: translated(world.network) });
    const bob = await world.agent('bob', 4, PROXY);
    await world.register(alice, bob);
    bob.onInvitation((call) => {
      call.ring();
      world.clock.setTimer(500, () => call.reject(486));
    });
    const call = alice.invite('sip:bob@lab.example');
    world.clock.advance(60_000);
    expect([call.state, call.finalStatus]).toEqual(['rejected', 486]);
    const via = world
      .seen('bob')
      .find(({ message }) => message.cseq?.method === 'INVITE')
      ?.message.vias.at(-1);
    expect([via?.sentBy, via?.received, via?.rport]).toEqual(['10.0.0.7:5060', OUTSIDE.address, OUTSIDE.port]);
    // one 486 that was acknowledged: the proxy had no reason to repeat it
    const finals = world.seen(`proxy${PROXY}`).filter(({ sent, message }) => sent && message.kind === 'response' && message.status === 486);
    expect(finals).toHaveLength(1);
    expect(world.quiesce()).toEqual(NOTHING);
    await world.close();
  });
});

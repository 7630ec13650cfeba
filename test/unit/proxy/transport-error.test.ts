import type { DatagramNetwork } from '../../../harness/platform/datagram-network.js';
import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { NOTHING_LEFT, World } from './world.js';

const BOB = 'sip:bob@lab.example';

/** A network whose system refuses to send to one address: no route, a filter, a datagram too long. */
function refusing(inner: DatagramNetwork, clock: VirtualClock, address: string): DatagramNetwork {
  return {
    async bind(local, handlers) {
      const socket = await inner.bind(local, handlers);
      return {
        local: socket.local,
        send: (payload, destination, failed) => {
          if (destination.address !== address) return socket.send(payload, destination, failed);
          clock.setTimer(0, () => failed?.(new Error('network is unreachable')));
        },
        close: () => socket.close(),
      };
    },
  };
}

describe('a next hop to which the system refuses to send', () => {
  const clock = new VirtualClock();

  async function open(unreachable: string): Promise<World> {
    const network = new MemoryNetwork({ clock, random: new SeededRandom(1) });
    return World.open({}, { clock, network, wrap: (inner) => refusing(inner, clock, unreachable) });
  }

  test('counts as 503, and goes upstream as 500 at once', async () => {
    const world = await open('192.0.2.2');
    const carol = await world.peer('192.0.2.3:5060');
    world.register(await world.peer('192.0.2.9:5060'), 'bob', '<sip:bob@192.0.2.2:5060>');
    world.send(carol, 'INVITE', BOB);
    expect(carol.statuses('INVITE')).toEqual([500]);
    world.send(carol, 'MESSAGE', BOB);
    expect(carol.statuses('MESSAGE')).toEqual([500]);
    expect(world.proxy.openContexts).toBe(0);
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('does not spoil the other branches', async () => {
    const world = await open('192.0.2.2');
    const carol = await world.peer('192.0.2.3:5060');
    const bob = await world.peer('192.0.2.9:5060');
    world.register(bob, 'bob', '<sip:bob@192.0.2.2:5060>, <sip:bob@192.0.2.9:5060>');
    world.send(carol, 'INVITE', BOB);
    bob.respond(bob.lastRequest('INVITE'), 486);
    world.settle();
    expect(carol.statuses('INVITE')).toEqual([486]);
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });

  test('upstream, ends the call: nobody waits for its branches any more', async () => {
    const world = await open('192.0.2.3');
    const carol = await world.peer('192.0.2.3:5060');
    const bob = await world.peer('192.0.2.2:5060');
    world.register(bob, 'bob');
    world.send(carol, 'INVITE', BOB);
    bob.respond(bob.lastRequest('INVITE'), 180);
    world.settle();
    expect(bob.requests('CANCEL')).toHaveLength(1);
    expect(bob.requests('INVITE')).toHaveLength(1);
    bob.respond(bob.lastRequest('INVITE'), 487);
    world.settle();
    expect(world.proxy.openContexts).toBe(0);
    expect(await world.close()).toEqual(NOTHING_LEFT);
  });
});

import { Telephone } from '../../../../harness/endpoint/telephone.js';
import { UserAgent } from '../../../../harness/endpoint/user-agent.js';
import { awaitSip, READY_WITHIN_MS } from '../../../../harness/lab/container/await-sip.js';
import { LOBBY_PORT } from '../../../../harness/lab/container/role.js';
import { delay } from '../../../../harness/platform/clock.js';
import type { DatagramNetwork } from '../../../../harness/platform/datagram-network.js';
import { BusyhereError } from '../../../../harness/platform/errors.js';
import { MemoryNetwork } from '../../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { runInVirtualTime } from '../../../../harness/platform/virtual-time.js';
import { FAST_TIMERS } from '../../../../harness/transaction/timer-values.js';

const BOB = { name: 'bob', address: '10.0.0.20' };

class Stage {
  readonly clock = new VirtualClock();
  readonly memory = new MemoryNetwork({ clock: this.clock, random: new SeededRandom(1) });
  readonly end = new AbortController();
  sent = 0;
  /** Whether there is a way for what is sent. */
  hasWay = true;
  readonly network: DatagramNetwork = {
    bind: async (local, handlers) => {
      const socket = await this.memory.bind(local, handlers);
      return {
        local: socket.local,
        close: () => socket.close(),
        send: (payload, destination, failed) => {
          this.sent += 1;
          if (this.hasWay) socket.send(payload, destination, failed);
          else failed?.(new Error('ENETUNREACH'));
        },
      };
    },
  };

  wait(): Promise<void> {
    const { clock, network, end } = this;
    return awaitSip(BOB, { clock, network, random: new SeededRandom(2), local: '10.0.0.1', ended: end.signal, hint: 'look at it' });
  }

  async bob(): Promise<UserAgent> {
    const address = { address: BOB.address, port: LOBBY_PORT };
    const { clock, memory: network } = this;
    const agent = new UserAgent(
      { name: 'bob', address, clock, network, random: new SeededRandom(3), timers: FAST_TIMERS, domain: 'lab.example' },
      new Telephone(),
    );
    await agent.start();
    return agent;
  }

  get left(): [sockets: number, timers: number] {
    return [this.memory.openSockets, this.clock.pendingTimers];
  }
}

describe('waiting for a host', () => {
  it('ends with its first answer', async () => {
    const stage = new Stage();
    const waiting = stage.wait();
    const later = delay(stage.clock, 3_000).then(() => stage.bob());
    await runInVirtualTime(stage.clock, waiting);
    expect(stage.clock.now()).toBeLessThan(5_000);
    await (await later).stop();
    expect(stage.left).toEqual([0, 0]);
  });

  it('pauses between tries that cannot be sent, and gives up in time', async () => {
    const stage = new Stage();
    stage.hasWay = false;
    await expect(runInVirtualTime(stage.clock, stage.wait())).rejects.toMatchObject({
      code: 'environment',
      message: 'the container bob at 10.0.0.20 does not answer OPTIONS after 60 s',
      hint: 'look at it',
    });
    expect(stage.sent).toBeGreaterThan(1);
    expect(stage.sent).toBeLessThanOrEqual(READY_WITHIN_MS / 100);
    expect(stage.left).toEqual([0, 0]);
  });

  it.each([
    ['between two tries', false],
    ['while an answer is awaited', true],
  ])('ends at once where nobody wants it any more, %s', async (_, hasWay) => {
    const stage = new Stage();
    stage.hasWay = hasWay;
    const reason = new BusyhereError('interrupted', 'the run was interrupted');
    const waiting = stage.wait();
    stage.clock.setTimer(1_010, () => stage.end.abort(reason));
    await expect(runInVirtualTime(stage.clock, waiting)).rejects.toBe(reason);
    expect(stage.clock.now()).toBe(1_010);
    expect(stage.left).toEqual([0, 0]);
  });
});

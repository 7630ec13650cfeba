import { ControlClient } from '../../../../harness/lab/container/control-client.js';
import { ControlServer, TOLERATED_LATENESS_MS } from '../../../../harness/lab/container/control-server.js';
import { jsonLine } from '../../../../harness/lab/container/json-lines.js';
import { MemoryNetwork } from '../../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../../harness/platform/random.js';
import type { Stream } from '../../../../harness/platform/stream-network.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { runInVirtualTime } from '../../../../harness/platform/virtual-time.js';
import { MemoryStreams } from '../../drachtio/memory-streams';
import { TOKEN } from './memory-site';

const LOCAL = { address: '10.0.0.20', port: 7060 };
const HELLO = { type: 'hello', version: 1, token: TOKEN };

/** A container's door, and whoever knocks. */
class Stage {
  readonly clock = new VirtualClock();
  readonly streams = new MemoryStreams(this.clock);
  readonly late: number[] = [];
  readonly lost: string[] = [];
  /** How long the container's process has slept through, ms. */
  slept = 0;
  comings = 0;
  leavings = 0;
  readonly server = new ControlServer({
    clock: {
      now: () => this.clock.now() + this.slept,
      wallTime: (at) => this.clock.wallTime(at ?? this.clock.now() + this.slept),
      setTimer: (delayMs, callback) => this.clock.setTimer(delayMs, callback),
      pendingTimers: 0,
    },
    streams: this.streams,
    network: new MemoryNetwork({ clock: this.clock, random: new SeededRandom(1) }),
    local: LOCAL,
    role: { role: 'endpoint', name: 'bob' },
    token: TOKEN,
    came: () => {
      this.comings += 1;
    },
    left: () => {
      this.leavings += 1;
    },
  });

  connect(token = TOKEN): Promise<ControlClient> {
    const late = (_at: number, lateMs: number): void => void this.late.push(lateMs);
    return this.run(
      ControlClient.connect(this.streams, {
        name: 'bob',
        host: LOCAL.address,
        port: LOCAL.port,
        token,
        late,
        lost: (why) => this.lost.push(why),
      }),
    );
  }

  /** Somebody who writes what he likes, and what he hears. */
  async knock(...pieces: (Buffer | object)[]): Promise<{ heard: string; closed: boolean; stream: Stream }> {
    const visit = { heard: '', closed: false };
    const stream = await this.streams.connect({ host: LOCAL.address, port: LOCAL.port }, () => ({
      data: (chunk) => {
        visit.heard += chunk.toString();
      },
      closed: () => {
        visit.closed = true;
      },
    }));
    for (const piece of pieces) {
      stream.write(Buffer.isBuffer(piece) ? piece : jsonLine(piece));
      this.clock.advance(10);
    }
    return Object.assign(visit, { stream });
  }

  run<T>(work: Promise<T>): Promise<T> {
    return runInVirtualTime(this.clock, work);
  }
}

async function opened(): Promise<Stage> {
  const stage = new Stage();
  await stage.server.start();
  return stage;
}

describe('the control channel of a container', () => {
  it('welcomes who knows the token, and is left without a trace', async () => {
    const stage = await opened();
    const client = await stage.connect();
    await stage.run(client.ask({ do: 'ping' }));
    client.close();
    stage.clock.advance(10);
    await stage.run(stage.server.stop());
    expect([stage.comings, stage.leavings, stage.lost]).toEqual([1, 1, []]);
    expect([stage.clock.pendingTimers, stage.streams.openEnds, stage.streams.listeners]).toEqual([0, 0, 0]);
  });

  it('refuses another token, and tells why', async () => {
    const stage = await opened();
    await expect(stage.connect('the token of another run altogether')).rejects.toMatchObject({
      code: 'transport',
      message: expect.stringContaining('the token is another run’s'),
    });
    expect(stage.comings).toBe(0);
  });

  it.each([
    ['another version', [{ ...HELLO, version: 2 }], 'speaks version 1'],
    ['a request before the hello', [{ type: 'request', id: 1, command: { do: 'ping' } }], 'a hello was expected'],
    ['no JSON', [Buffer.from('GET / HTTP/1.1\r\n')], 'no JSON'],
    ['a hello without an end', [Buffer.alloc(2_000, 0x20)], 'more than 1024 octets'],
    ['a command that nobody knows', [HELLO, { type: 'request', id: 1, command: { do: 'shutdown' } }], 'refused'],
    ['a command with more than belongs to it', [HELLO, { type: 'request', id: 1, command: { do: 'ping', now: true } }], 'refused'],
  ])('ends with %s', async (_, pieces, why) => {
    const stage = await opened();
    const visit = await stage.knock(...pieces);
    stage.clock.advance(10);
    expect([visit.closed, visit.heard.includes(why)]).toEqual([true, true]);
  });

  it('ends with who says nothing for two seconds', async () => {
    const stage = await opened();
    const visit = await stage.knock();
    stage.clock.advance(1_900);
    expect(visit.closed).toBe(false);
    stage.clock.advance(200);
    expect([visit.closed, stage.clock.pendingTimers]).toEqual([true, 0]);
  });

  it('hands on what an element objects to', async () => {
    const stage = await opened();
    const client = await stage.connect();
    await expect(stage.run(client.ask({ do: 'register', element: 'case1/bob', expires: 3600 }))).rejects.toMatchObject({
      code: 'internal',
      message: 'there is no endpoint case1/bob here',
    });
  });

  it('tells once how late its process was, when it is asked next', async () => {
    const stage = await opened();
    const client = await stage.connect();
    stage.slept = TOLERATED_LATENESS_MS * 3;
    await stage.run(client.ask({ do: 'ping' }));
    await stage.run(client.ask({ do: 'ping' }));
    expect(stage.late).toHaveLength(1);
    expect(stage.late[0]).toBeGreaterThan(TOLERATED_LATENESS_MS);
  });

  it('says why it broke, to its owner and to everybody who waits', async () => {
    const stage = await opened();
    const client = await stage.connect();
    const asking = client.ask({ do: 'ping' });
    asking.catch(() => {}); // looked at below
    await stage.run(stage.server.stop());
    stage.clock.advance(10);
    await expect(asking).rejects.toMatchObject({ code: 'transport' });
    await expect(client.ask({ do: 'ping' })).rejects.toThrow('the container bob does not answer any more');
    expect(stage.lost).toEqual(['the connection ended']);
  });
});

import type { HostCapture } from '../../../../harness/lab/container/host-capture.js';
import { MARKER_PORT } from '../../../../harness/lab/container/marker.js';
import { MergedCaptures } from '../../../../harness/lab/container/merged-captures.js';
import type { BusyhereError } from '../../../../harness/platform/errors.js';
import type { SocketAddress } from '../../../../harness/platform/socket-address.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';
import { udpPacket } from '../../../../harness/trace/udp-packet.js';
import { EPOCH, type Frame, pcap } from '../../trace/capture-builder';

const RAW_IP = 101;
const HEADER_OCTETS = 24;
const HARNESS: SocketAddress = { address: '10.0.0.1', port: 40_000 };
const ADDRESSES = { alice: '10.0.0.20', bob: '10.0.0.21' } as const;
type Host = keyof typeof ADDRESSES;

/** Two hosts, what was sent to them, and what was told of them. */
class Stage {
  readonly clock = new VirtualClock();
  readonly markers: { to: SocketAddress; payload: Buffer }[] = [];
  readonly told: string[] = [];
  readonly failures: BusyhereError[] = [];
  readonly merged: MergedCaptures;
  readonly #captures: Record<Host, HostCapture>;

  constructor() {
    this.merged = new MergedCaptures({
      clock: this.clock,
      run: 'run1',
      socket: { local: HARNESS, send: (payload, to) => this.markers.push({ to, payload }), close: async () => {} },
      message: (host, { bytes, time }) => this.told.push(`${host} ${time - EPOCH} ${bytes.toString('latin1').split(' ')[1]}`),
      failed: (error) => this.failures.push(error),
    });
    this.#captures = { alice: this.merged.add('alice', ADDRESSES.alice), bob: this.merged.add('bob', ADDRESSES.bob) };
    for (const capture of Object.values(this.#captures)) capture.push(pcap(RAW_IP, []));
  }

  /** The host's capture shows a request that names a user. */
  message(host: Host, time: number, user: string): void {
    const text = `OPTIONS sip:${user}@lab.example SIP/2.0\r\n\r\n`;
    this.#show(
      host,
      time,
      udpPacket({ address: ADDRESSES.alice, port: 10_000 }, { address: ADDRESSES.bob, port: 10_000 }, Buffer.from(text)),
    );
  }

  /** The host's capture shows the last marker that was sent there. */
  marker(host: Host, time: number, payload = this.markers.findLast(({ to }) => to.address === ADDRESSES[host])?.payload): void {
    this.#show(host, time, udpPacket(HARNESS, { address: ADDRESSES[host], port: MARKER_PORT }, payload ?? Buffer.alloc(0)));
  }

  #show(host: Host, time: number, data: Buffer): void {
    const frame: Frame = { time: EPOCH + time, data };
    this.#captures[host].push(pcap(RAW_IP, [frame]).subarray(HEADER_OCTETS));
  }
}

describe('captures of several hosts', () => {
  it('are told in the order of time, once every host is known to have come so far', () => {
    const stage = new Stage();
    stage.message('bob', 5, 'second');
    expect(stage.markers.map(({ to }) => to)).toEqual(Object.values(ADDRESSES).map((address) => ({ address, port: MARKER_PORT })));
    stage.marker('bob', 9);
    expect(stage.told).toEqual([]); // alice's may hold what came before
    stage.message('alice', 4, 'first');
    stage.marker('alice', 8);
    expect(stage.told).toEqual(['alice 4 sip:first@lab.example', 'bob 5 sip:second@lab.example']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('wait for another round with what came after the earliest marker', () => {
    const stage = new Stage();
    stage.message('alice', 1, 'one');
    stage.marker('alice', 2);
    stage.message('bob', 3, 'three'); // on its wire before the marker that comes to it later
    stage.marker('bob', 6);
    expect(stage.told).toEqual(['alice 1 sip:one@lab.example']);
    stage.marker('alice', 7);
    stage.marker('bob', 8);
    expect(stage.told).toEqual(['alice 1 sip:one@lab.example', 'bob 3 sip:three@lab.example']);
  });

  it('are complete for who asks only by markers that were sent after he asked', async () => {
    const stage = new Stage();
    let known = '';
    stage.message('alice', 1, 'one');
    const round = stage.markers.map(({ payload }) => payload);
    void stage.merged.caughtUp().then(() => {
      known = stage.told.join();
    });
    stage.marker('alice', 2, round[0]);
    stage.marker('bob', 2, round[1]);
    await Promise.resolve();
    expect([stage.told.length, known]).toEqual([1, '']);
    stage.message('bob', 3, 'late');
    stage.marker('alice', 4);
    stage.marker('bob', 4);
    await Promise.resolve();
    expect(known).toBe('alice 1 sip:one@lab.example,bob 3 sip:late@lab.example');
  });

  it('take no marker of another run, and none of an earlier round', async () => {
    const stage = new Stage();
    let done = false;
    void stage.merged.caughtUp().then(() => {
      done = true;
    });
    const others = Buffer.from((stage.markers[0]?.payload.toString() ?? '').replace('run1', 'run2'));
    const earlier = Buffer.from((stage.markers[0]?.payload.toString() ?? '').replace(/\d+$/, '0'));
    for (const payload of [others, earlier]) for (const host of ['alice', 'bob'] as const) stage.marker(host, 1, payload);
    await Promise.resolve();
    expect(done).toBe(false);
    stage.marker('alice', 2);
    stage.marker('bob', 2);
    await Promise.resolve();
    expect(done).toBe(true);
  });

  it('have a marker sent again to who has not shown it, and to him alone', async () => {
    const stage = new Stage();
    void stage.merged.caughtUp();
    stage.marker('alice', 1);
    stage.clock.advance(100);
    expect(stage.markers.map(({ to }) => to.address)).toEqual([ADDRESSES.alice, ADDRESSES.bob, ADDRESSES.bob]);
    stage.merged.stop();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('fail where a host shows none for too long, and then never say that they are complete', async () => {
    const stage = new Stage();
    let done = false;
    void stage.merged.caughtUp().then(() => {
      done = true;
    });
    stage.marker('alice', 1);
    stage.clock.advance(11_000);
    expect(stage.failures.map(({ code, message }) => [code, message.includes('beside bob did not show')])).toEqual([['environment', true]]);
    expect([done, stage.clock.pendingTimers]).toEqual([false, 0]);
  });
});

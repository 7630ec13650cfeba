import { ClockSamples, chainOffsets } from '../../../harness/diagnosis/clock-offset.js';
import type { CapturedMessage } from '../../../harness/trace/capture-decoder.js';

const A = { address: '10.0.0.1', port: 5060 };
const B = { address: '10.0.0.2', port: 5060 };
const C = { address: '10.0.0.3', port: 5060 };

type Way = readonly [from: typeof A, to: typeof A];

function message(time: number, [source, destination]: Way, start: string, callId = '1', vias = 1): CapturedMessage {
  const stack = Array.from({ length: vias }, (_, index) => `Via: SIP/2.0/UDP h${index};branch=z9hG4bK${index}`);
  const lines = [start, ...stack, `Call-ID: ${callId}`, 'CSeq: 1 INVITE', 'From: <sip:a@x>;tag=1', '', ''];
  const bytes = Buffer.from(lines.join('\r\n'));
  return {
    time,
    source,
    destination,
    bytes,
    interfaceId: 0,
    transport: 'udp',
    originalLength: bytes.length,
    frame: 1,
    sighting: 'passing',
  };
}

function samples(...messages: CapturedMessage[]): ClockSamples {
  const all = new ClockSamples();
  for (const one of messages) all.add(one);
  return all;
}

const INVITE = 'INVITE sip:b SIP/2.0';
const RINGING = 'SIP/2.0 180 Ringing';
const BUSY = 'SIP/2.0 486 Busy Here';

test('datagrams of both directions: the time on the way cancels out', () => {
  // 10 ms on the way, the other clock 1000 ms ahead
  const ours = samples(message(0, [A, B], INVITE), message(30, [B, A], RINGING));
  const theirs = samples(message(1010, [A, B], INVITE), message(1020, [B, A], RINGING));
  expect(ours.offsetOf(theirs)).toEqual({ offset: -1000, messages: 2, by: 'datagrams' });
});

test('one direction alone: with the time on the way', () => {
  const ours = samples(message(0, [A, B], INVITE));
  expect(ours.offsetOf(samples(message(1010, [A, B], INVITE)))).toEqual({ offset: -1010, messages: 1, by: 'datagrams' });
});

test('a datagram that one capture saw more often than the other is no measure', () => {
  const ours = samples(message(0, [A, B], INVITE), message(500, [A, B], INVITE), message(600, [B, A], RINGING));
  const theirs = samples(message(1500, [A, B], INVITE), message(1600, [B, A], RINGING));
  expect(ours.offsetOf(theirs)).toMatchObject({ offset: -1000, messages: 1 });
});

test('one odd datagram among many changes nothing', () => {
  const list = Array.from({ length: 9 }, (_, index) => message(index * 100, [A, B], INVITE, `c${index}`));
  const theirs = list.map((one, index) => ({ ...one, time: one.time + (index === 4 ? 77_000 : 50) }));
  expect(samples(...list).offsetOf(samples(...theirs))).toMatchObject({ offset: -50 });
});

test('captures on the two sides of a proxy: messages that it passed on', () => {
  // 2 ms in the proxy, the other clock 3500 ms behind
  const before = samples(message(0, [A, B], INVITE), message(304, [B, A], BUSY));
  const behind = samples(message(-3498, [B, C], INVITE), message(-3198, [C, B], BUSY));
  expect(before.offsetOf(behind)).toEqual({ offset: 3500, messages: 2, by: 'passed-on' });
});

test('nothing in common: not known', () => {
  expect(samples(message(0, [A, B], INVITE, 'x')).offsetOf(samples(message(0, [A, B], INVITE, 'y')))).toBeUndefined();
});

test('a proxy that is slow in one direction only: no effect comes before its cause', () => {
  // 100 and 180 ms for INVITE, 1 ms for a response; the clocks are right
  const before = samples(message(0, [A, B], INVITE, '1', 1), message(400, [B, A], BUSY, '1', 1), message(1000, [A, B], INVITE, '2', 1));
  const behind = samples(message(100, [B, C], INVITE, '1', 2), message(399, [C, B], BUSY, '1', 2), message(1180, [B, C], INVITE, '2', 2));
  const { offset } = before.offsetOf(behind) as { offset: number };
  expect(100 + offset).toBeGreaterThanOrEqual(0);
  expect(399 + offset).toBeLessThanOrEqual(400);
  expect(behind.offsetOf(before)?.offset).toBeCloseTo(-offset, 9);
});

test('what a proxy makes anew for each hop is no measure', () => {
  const before = samples(message(0, [A, B], 'SIP/2.0 100 Trying', '1', 1));
  expect(before.offsetOf(samples(message(0, [A, B], 'SIP/2.0 100 Trying', '1', 2)))).toBeUndefined();
});

test('of three captures, each is compared with the one that it has datagrams in common with', () => {
  const first = samples(message(0, [A, B], INVITE, '1', 1), message(304, [B, A], BUSY, '1', 1));
  const middle = samples(
    message(1000, [A, B], INVITE, '1', 1),
    message(1090, [B, C], INVITE, '1', 2),
    message(1304, [B, A], BUSY, '1', 1),
    message(1302, [C, B], BUSY, '1', 2),
  );
  const last = samples(message(7090, [B, C], INVITE, '1', 2), message(7302, [C, B], BUSY, '1', 2));
  expect(chainOffsets([first, last, middle])).toMatchObject([
    { offset: 0 },
    { offset: -7000, by: 'datagrams' },
    { offset: -1000, by: 'datagrams' },
  ]);
});

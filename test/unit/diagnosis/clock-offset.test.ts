import { ClockSamples } from '../../../harness/diagnosis/clock-offset.js';
import type { CapturedMessage } from '../../../harness/trace/capture-decoder.js';

const A = { address: '10.0.0.1', port: 5060 };
const B = { address: '10.0.0.2', port: 5060 };
const C = { address: '10.0.0.3', port: 5060 };

type Way = readonly [from: typeof A, to: typeof A];

function message(time: number, [source, destination]: Way, start: string, callId = '1'): CapturedMessage {
  const lines = [start, `Call-ID: ${callId}`, 'CSeq: 1 INVITE', 'From: <sip:a@x>;tag=1', '', ''];
  const bytes = Buffer.from(lines.join('\r\n'));
  return { time, source, destination, bytes, interfaceId: 0, transport: 'udp', originalLength: bytes.length, frame: 1 };
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

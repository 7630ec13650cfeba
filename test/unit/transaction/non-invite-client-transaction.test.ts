import { Bench, notes } from './bench.js';

describe('non-INVITE client transaction (RFC 3261 17.1.2)', () => {
  test('retransmits by Timer E up to T2 until Timer F', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.request(bench.request('OPTIONS'), bench.flow, handlers);
    bench.clock.advance(200_000);
    expect(bench.timesOf('OPTIONS')).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(log).toEqual(['timeout', 'ended']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('after a provisional it retransmits every T2, and Timer F goes on', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.request(bench.request('OPTIONS'), bench.flow, handlers);
    bench.answer(100, { method: 'OPTIONS' });
    bench.clock.advance(31_999);
    expect(bench.timesOf('OPTIONS')).toEqual([0, 500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]);
    bench.clock.advance(1);
    expect(log).toEqual(['100', 'timeout', 'ended']);
  });

  test('passes one final up, absorbs its retransmissions for T4, and never ACKs', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.request(bench.request('MESSAGE'), bench.flow, handlers);
    bench.answer(486, { method: 'MESSAGE' });
    bench.answer(486, { method: 'MESSAGE' });
    bench.clock.advance(4_999);
    expect(log).toEqual(['486']);
    bench.clock.advance(1);
    expect(log).toEqual(['486', 'ended']);
    expect(bench.timesOf('MESSAGE')).toEqual([0]);
    expect(bench.timesOf('ACK')).toEqual([]);
    expect(bench.layer.openTransactions).toBe(0);
  });
});

import { Bench, notes } from './bench.js';

describe('INVITE client transaction (RFC 3261 17.1.1, RFC 6026)', () => {
  test('retransmits by Timer A until Timer B, then tells its user once and is gone', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    bench.clock.advance(31_999);
    expect(bench.timesOf('INVITE')).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(log).toEqual([]);
    bench.clock.advance(100_000);
    expect(log).toEqual(['timeout', 'ended']);
    expect(bench.timesOf('INVITE')).toHaveLength(7);
    expect(bench.layer.openTransactions).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('every retransmission is the same octets', async () => {
    const bench = await Bench.open();
    bench.layer.invite(bench.request('INVITE'), bench.flow, notes().handlers);
    bench.clock.advance(4_000);
    expect(new Set(bench.heard.map(({ text }) => text)).size).toBe(1);
  });

  test('a provisional ends retransmission and Timer B: it may ring for an hour', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    const transaction = bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    bench.clock.advance(600);
    bench.answer(180, { toTag: 'b' });
    bench.clock.advance(3_600_000);
    expect(bench.timesOf('INVITE')).toEqual([0, 500]);
    expect(log).toEqual(['180']);
    expect(transaction.state).toBe('proceeding');
  });

  test('ACKs a 486 itself, and again for each retransmission, but passes it up once', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    bench.answer(486, { toTag: 'b' });
    bench.answer(486, { toTag: 'b' });
    bench.answer(486, { toTag: 'b' });
    expect(log).toEqual(['486']);
    expect(bench.timesOf('ACK')).toHaveLength(3);
    bench.clock.advance(31_999);
    bench.answer(486, { toTag: 'b' });
    expect(bench.timesOf('ACK')).toHaveLength(4);
    bench.clock.advance(1);
    expect(log).toEqual(['486', 'ended']);
    bench.answer(486, { toTag: 'b' });
    expect(bench.timesOf('ACK')).toHaveLength(4);
    expect(bench.layer.counters.strayResponses).toBe(1);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('the ACK has the INVITE’s Request-URI, From, Call-ID, CSeq number, Route and top Via, and the response’s To', async () => {
    const bench = await Bench.open();
    bench.layer.invite(bench.request('INVITE'), bench.flow, notes().handlers);
    bench.answer(486, { toTag: 'b' });
    const [invite] = bench.requestsHeard('INVITE');
    const [ack] = bench.requestsHeard('ACK');
    expect(ack?.requestUri).toBe(invite?.requestUri);
    expect(ack?.headers.all('Via')).toEqual(invite?.headers.all('Via'));
    expect(ack?.headers.get('From')).toBe(invite?.headers.get('From'));
    expect(ack?.headers.get('To')).toBe('<sip:bob@example.com>;tag=b');
    expect(ack?.headers.get('CSeq')).toBe('1 ACK');
    expect(ack?.headers.get('Call-ID')).toBe('call-1');
    expect(ack?.headers.all('Route')).toEqual(['<sip:192.0.2.2;lr>']);
    expect(ack?.body).toHaveLength(0);
  });

  test('every 2xx goes up and none is ACKed by the transaction; after Timer M they are strays', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    bench.answer(200, { toTag: 'b' });
    bench.answer(200, { toTag: 'b' });
    bench.answer(200, { toTag: 'other-branch' });
    bench.answer(486, { toTag: 'late' });
    expect(log).toEqual(['200', '200', '200']);
    expect(bench.timesOf('ACK')).toEqual([]);
    bench.clock.advance(32_000);
    expect(log.at(-1)).toBe('ended');
    bench.answer(200, { toTag: 'b' });
    expect(log.filter((entry) => entry === '200')).toHaveLength(3);
    expect(bench.layer.counters.strayResponses).toBe(1);
  });

  test('CANCEL is held back until a provisional, has the INVITE’s branch, and is sent once', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    const transaction = bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    transaction.cancel();
    bench.clock.advance(300);
    expect(bench.timesOf('CANCEL')).toEqual([]);
    bench.answer(100);
    transaction.cancel();
    expect(bench.timesOf('CANCEL')).toEqual([300]);
    const [cancel] = bench.requestsHeard('CANCEL');
    expect(cancel?.topVia?.branch).toBe(transaction.branch);
    expect(cancel?.headers.all('Via')).toHaveLength(1);
    expect(cancel?.headers.get('CSeq')).toBe('1 CANCEL');
    bench.answer(200, { method: 'CANCEL', toTag: 'b' });
    bench.answer(487, { toTag: 'b' });
    expect(log).toEqual(['100', '487']);
    expect(bench.timesOf('ACK')).toHaveLength(1);
  });

  test('a cancelled INVITE without a final for 64·T1 counts as ended (9.1)', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    const transaction = bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    bench.answer(180, { toTag: 'b' });
    transaction.cancel();
    bench.answer(200, { method: 'CANCEL', toTag: 'b' });
    bench.clock.advance(31_999);
    expect(log).toEqual(['180']);
    bench.clock.advance(1);
    expect(log).toEqual(['180', 'timeout', 'ended']);
  });

  test('CANCEL after a final does nothing', async () => {
    const bench = await Bench.open();
    const transaction = bench.layer.invite(bench.request('INVITE'), bench.flow, notes().handlers);
    bench.answer(486, { toTag: 'b' });
    transaction.cancel();
    bench.clock.advance(100_000);
    expect(bench.timesOf('CANCEL')).toEqual([]);
  });

  test('a socket that refuses ends it', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    const refusing = { ...bench.flow, listener: Object.create(bench.flow.listener, { send: { value: refuse } }) };
    const transaction = bench.layer.invite(bench.request('INVITE'), refusing, {
      ...handlers,
      transportError: (error) => log.push(error.message),
    });
    expect(log).toEqual(['no route', 'ended']);
    expect(transaction.state).toBe('terminated');
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test.each([
    ['a foreign sent-by', (text: string) => text.replace('192.0.2.1:5060', '192.0.2.9:5060')],
    ['a foreign branch', (text: string) => text.replace(/branch=\w+/, 'branch=z9hG4bKother')],
    ['another method in CSeq', (text: string) => text.replace('1 INVITE', '1 OPTIONS')],
  ])('a response with %s is a stray: not passed up, not ACKed', async (_what, damage) => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    const sent = bench.heard[0]?.text ?? '';
    const headers = sent.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
    bench.say(damage(['SIP/2.0 486 Busy Here', ...headers, 'Content-Length: 0', '', ''].join('\r\n')));
    expect(log).toEqual([]);
    expect(bench.timesOf('ACK')).toEqual([]);
    expect(bench.layer.counters.strayResponses).toBe(1);
  });
});

function refuse(_payload: Buffer, _destination: unknown, failed?: (error: Error) => void): void {
  failed?.(new Error('no route'));
}

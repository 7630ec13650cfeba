import { createResponse } from '../../../harness/sip/create-response.js';
import type { ServerTransaction } from '../../../harness/transaction/server-transaction.js';
import { Bench, wireRequest } from './bench.js';

async function invited(): Promise<{ bench: Bench; transaction: ServerTransaction; ends: string[] }> {
  const bench = await Bench.open();
  bench.say(wireRequest('INVITE'));
  const [transaction] = bench.user.requests;
  if (!transaction) throw new Error('no INVITE came up');
  const ends: string[] = [];
  transaction.onEnded((why) => ends.push(why));
  return { bench, transaction, ends };
}

describe('INVITE server transaction (RFC 3261 17.2.1, RFC 6026)', () => {
  test('sends 100 by itself after 200 ms if its user says nothing', async () => {
    const { bench } = await invited();
    bench.clock.advance(199);
    expect(bench.heard).toEqual([]);
    bench.clock.advance(1);
    expect(bench.timesOf('SIP/2.0 100')).toEqual([200]);
    bench.clock.advance(100_000);
    expect(bench.heard).toHaveLength(1);
  });

  test('sends no 100 once its user has spoken', async () => {
    const { bench, transaction } = await invited();
    transaction.respond(createResponse(transaction.request, 180, { toTag: 'x' }));
    bench.clock.advance(100_000);
    expect(bench.heard.map(({ text }) => text.slice(8, 11))).toEqual(['180']);
  });

  test('a repeated INVITE is answered with the latest provisional and does not come up again', async () => {
    const { bench, transaction } = await invited();
    transaction.respond(createResponse(transaction.request, 100));
    transaction.respond(createResponse(transaction.request, 180, { toTag: 'x' }));
    bench.say(wireRequest('INVITE'));
    expect(bench.timesOf('SIP/2.0 180')).toHaveLength(2);
    expect(bench.user.requests).toHaveLength(1);
    expect(bench.layer.counters.retransmittedRequests).toBe(1);
  });

  test('repeats a 486 by Timer G up to T2 until Timer H, then says that nobody acknowledged', async () => {
    const { bench, transaction, ends } = await invited();
    transaction.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
    bench.clock.advance(200_000);
    expect(bench.timesOf('SIP/2.0 486')).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(ends).toEqual(['timeout']);
    expect(bench.clock.pendingTimers).toBe(0);
    expect(bench.layer.openTransactions).toBe(0);
  });

  test('an ACK ends the repetition; more ACKs and INVITEs are absorbed until Timer I', async () => {
    const { bench, transaction, ends } = await invited();
    transaction.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
    bench.clock.advance(600);
    bench.say(wireRequest('ACK', { toTag: 'x' }));
    expect(transaction.state).toBe('confirmed');
    bench.say(wireRequest('ACK', { toTag: 'x' }));
    bench.say(wireRequest('INVITE'));
    bench.clock.advance(4_999);
    expect(ends).toEqual([]);
    bench.clock.advance(1);
    expect(ends).toEqual(['acked']);
    expect(bench.timesOf('SIP/2.0 486')).toEqual([0, 500]);
    expect(bench.user.acks).toEqual([]);
    expect(bench.user.requests).toHaveLength(1);
  });

  test('a repeated INVITE before the ACK is answered with the final', async () => {
    const { bench, transaction } = await invited();
    transaction.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
    bench.say(wireRequest('INVITE'));
    expect(bench.timesOf('SIP/2.0 486')).toEqual([0, 0]);
  });

  test('only the first final goes out', async () => {
    const { bench, transaction } = await invited();
    transaction.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
    transaction.respond(createResponse(transaction.request, 603, { toTag: 'x' }));
    transaction.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    transaction.respond(createResponse(transaction.request, 180, { toTag: 'x' }));
    expect(bench.heard.map(({ text }) => text.slice(8, 11))).toEqual(['486']);
  });

  test('a 2xx is not repeated by the transaction, but each one of its user’s goes out until Timer L; its ACK goes up', async () => {
    const { bench, transaction, ends } = await invited();
    transaction.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    bench.clock.advance(1_000);
    expect(bench.timesOf('SIP/2.0 200')).toEqual([0]);
    bench.say(wireRequest('INVITE'));
    expect(bench.timesOf('SIP/2.0 200')).toEqual([0]);
    transaction.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    transaction.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
    expect(bench.heard.map(({ text }) => text.slice(8, 11))).toEqual(['200', '200']);
    bench.say(wireRequest('ACK', { toTag: 'x', branch: 'z9hG4bKack' }));
    bench.say(wireRequest('ACK', { toTag: 'x' })); // some reuse the INVITE's branch
    expect(bench.user.acks).toHaveLength(2);
    bench.clock.advance(31_000);
    expect(ends).toEqual(['acked']);
  });

  test('an ACK before any final acknowledges nothing', async () => {
    const { bench, transaction } = await invited();
    bench.say(wireRequest('ACK', { toTag: 'x' }));
    expect(transaction.state).toBe('proceeding');
  });
});

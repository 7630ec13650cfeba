import { createResponse } from '../../../harness/sip/create-response.js';
import { Bench, wireRequest } from './bench.js';

describe('non-INVITE server transaction (RFC 3261 17.2.2)', () => {
  test('a repeated request is silent before an answer, and answered again after it until Timer J', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('MESSAGE'));
    bench.say(wireRequest('MESSAGE'));
    expect(bench.heard).toEqual([]);
    const [transaction] = bench.user.requests;
    if (!transaction) throw new Error('nothing came up');
    transaction.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    transaction.respond(createResponse(transaction.request, 500, { toTag: 'x' }));
    bench.say(wireRequest('MESSAGE'));
    expect(bench.timesOf('SIP/2.0 200')).toEqual([0, 0]);
    expect(bench.user.requests).toHaveLength(1);
    bench.clock.advance(32_000);
    expect(bench.layer.openTransactions).toBe(0);
    bench.say(wireRequest('MESSAGE'));
    expect(bench.user.requests).toHaveLength(2);
    expect(bench.heard).toHaveLength(2);
  });

  test('a provisional is repeated for a repeated request', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('OPTIONS'));
    const [transaction] = bench.user.requests;
    transaction?.respond(createResponse(transaction.request, 183, { toTag: 'x' }));
    bench.say(wireRequest('OPTIONS'));
    expect(bench.timesOf('SIP/2.0 183')).toHaveLength(2);
  });
});

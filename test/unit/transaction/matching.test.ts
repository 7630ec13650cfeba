import { createResponse } from '../../../harness/sip/create-response.js';
import { Bench, notes, PEER, US, wireRequest } from './bench.js';

describe('matching requests to server transactions (RFC 3261 17.2.3)', () => {
  test('the same branch from another sent-by is another transaction', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE'));
    bench.say(wireRequest('INVITE', { via: 'SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKpeer1' }));
    expect(bench.user.requests).toHaveLength(2);
  });

  test('a CANCEL is a transaction of its own and finds its INVITE', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE'));
    bench.say(wireRequest('CANCEL'));
    bench.say(wireRequest('CANCEL'));
    expect(bench.user.cancels).toHaveLength(1);
    expect(bench.user.cancels[0]?.matched).toBe(bench.user.requests[0]);
    expect(bench.user.cancels[0]?.transaction.request.method).toBe('CANCEL');
  });

  test.each(['MESSAGE', 'DANCE'])('a CANCEL finds a %s too, also when that has its final (9.2)', async (method) => {
    const bench = await Bench.open();
    bench.say(wireRequest(method));
    const [transaction] = bench.user.requests;
    transaction?.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    bench.say(wireRequest('CANCEL'));
    expect(bench.user.cancels[0]?.matched).toBe(transaction);
    bench.user.cancels[0]?.transaction.terminate();
    bench.clock.advance(32_000);
    expect(bench.layer.openTransactions).toBe(0);
    bench.say(wireRequest('CANCEL'));
    expect(bench.user.cancels[1]?.matched).toBeUndefined();
  });

  test.each(['INVITE', 'MESSAGE'])('a CANCEL for an %s that differs in what it copies matches nothing (9.1, 22.1)', async (method) => {
    const bench = await Bench.open();
    bench.say(wireRequest(method));
    const strangers = [{ callId: 'another' }, { fromTag: 'another' }, { sequence: 8 }];
    for (const stranger of strangers) {
      bench.say(wireRequest('CANCEL', stranger));
      expect(bench.user.cancels.at(-1)?.matched).toBeUndefined();
      bench.user.cancels.at(-1)?.transaction.terminate();
    }
    expect(bench.user.cancels).toHaveLength(3);
  });

  test('a CANCEL from another address than its INVITE matches nothing; from another port it does (22.1)', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE'));
    for (const from of [
      { address: '192.0.2.66', port: 5060 },
      { address: PEER.address, port: 5099 },
    ]) {
      const socket = await bench.network.bind(from, { datagram: () => {} });
      socket.send(Buffer.from(wireRequest('CANCEL')), US);
      bench.clock.advance(0);
      bench.user.cancels.at(-1)?.transaction.terminate();
    }
    expect(bench.user.cancels.map(({ matched }) => matched)).toEqual([undefined, bench.user.requests[0]]);
  });

  test('a CANCEL for nothing comes up without an INVITE', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('CANCEL', { branch: 'z9hG4bKnone' }));
    expect(bench.user.cancels[0]?.matched).toBeUndefined();
  });

  test('without the magic cookie, RFC 2543 rules: a retransmission is known, and the ACK by its To tag', async () => {
    const via = 'SIP/2.0/UDP 192.0.2.2:5060';
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE', { via }));
    bench.say(wireRequest('INVITE', { via }));
    expect(bench.user.requests).toHaveLength(1);
    const [transaction] = bench.user.requests;
    transaction?.respond(createResponse(transaction.request, 486, { toTag: 'x' }));
    bench.say(wireRequest('ACK', { via, toTag: 'wrong' }));
    expect(transaction?.state).toBe('completed');
    expect(bench.user.acks).toHaveLength(1);
    bench.say(wireRequest('ACK', { via, toTag: 'x' }));
    expect(transaction?.state).toBe('confirmed');
    bench.say(wireRequest('CANCEL', { via }));
    expect(bench.user.cancels[0]?.matched).toBe(transaction);
  });

  test('nothing behind the magic cookie makes no transaction identifier (RFC 4475 3.2.1)', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('OPTIONS', { branch: 'z9hG4bK' }));
    bench.say(wireRequest('OPTIONS', { branch: 'z9hG4bK' }));
    bench.say(wireRequest('OPTIONS', { branch: 'z9hG4bK', callId: 'another' }));
    expect(bench.user.requests.map(({ request }) => request.callId)).toEqual(['call-9', 'another']);
  });

  test('an RFC 2543 request to another Request-URI is another transaction', async () => {
    const via = 'SIP/2.0/UDP 192.0.2.2:5060';
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE', { via }));
    bench.say(wireRequest('INVITE', { via, uri: 'sip:other@192.0.2.1' }));
    expect(bench.user.requests).toHaveLength(2);
  });

  test('a request that came by two ways is merged; one in a dialog is not (8.2.2.2)', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE', { branch: 'z9hG4bKway1' }));
    bench.say(wireRequest('INVITE', { branch: 'z9hG4bKway2' }));
    bench.say(wireRequest('INVITE', { branch: 'z9hG4bKway3', toTag: 'd' }));
    bench.say(wireRequest('INVITE', { branch: 'z9hG4bKway4', callId: 'another' }));
    expect(bench.user.requests.map((transaction) => bench.layer.isMerged(transaction))).toEqual([false, true, false, false]);
  });
});

describe('where responses go (RFC 3261 18.2, RFC 3581)', () => {
  test.each([
    ['the address and port of the Via', `SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKa`, PEER, true],
    ['the default port where the Via names none', 'SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb', PEER, true],
    ['the source address, at the Via’s port, where they differ', 'SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKc', PEER, true],
    [
      'the source address and the Via’s port although it came from another',
      'SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKd',
      { ...PEER, port: 40_000 },
      false,
    ],
    [
      'the source address although the sender wrote another as received',
      'SIP/2.0/UDP 192.0.2.2:5060;received=192.0.2.9;branch=z9hG4bKf',
      PEER,
      true,
    ],
    ['the source port where rport asks for it', 'SIP/2.0/UDP 10.9.9.9:5060;rport;branch=z9hG4bKe', { ...PEER, port: 40_000 }, true],
  ])('%s', async (_what, via, peer, heard) => {
    const bench = await Bench.open(peer);
    bench.say(wireRequest('OPTIONS', { via }));
    const [transaction] = bench.user.requests;
    transaction?.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    bench.clock.advance(0);
    expect(bench.timesOf('SIP/2.0 200')).toHaveLength(heard ? 1 : 0);
  });

  test.each([
    ['at the Via’s port', 'SIP/2.0/UDP 192.0.2.2:5070;maddr=192.0.2.9;branch=z9hG4bKm', { address: '192.0.2.9', port: 5070 }],
    ['at the default port', 'SIP/2.0/UDP 192.0.2.2;maddr=192.0.2.9;branch=z9hG4bKm', { address: '192.0.2.9', port: 5060 }],
    ['whatever rport asks for', 'SIP/2.0/UDP 192.0.2.2:5070;rport;maddr=192.0.2.9;branch=z9hG4bKm', { address: '192.0.2.9', port: 5070 }],
  ])('maddr comes before where the request came from, %s (18.2.2)', async (_what, via, address) => {
    const bench = await Bench.open();
    const arrived: string[] = [];
    await bench.network.bind(address, { datagram: (payload) => arrived.push(payload.toString('latin1')) });
    bench.say(wireRequest('OPTIONS', { via }));
    const [transaction] = bench.user.requests;
    transaction?.respond(createResponse(transaction.request, 200, { toTag: 'x' }));
    bench.clock.advance(0);
    expect([arrived.length, bench.heard.length]).toEqual([1, 0]);
  });

  test('received and rport are noted in the top Via only as asked', async () => {
    const bench = await Bench.open({ ...PEER, port: 40_000 });
    bench.say(wireRequest('OPTIONS', { via: 'SIP/2.0/UDP 192.0.2.2:5060;rport;branch=z9hG4bK1' }));
    bench.say(wireRequest('OPTIONS', { via: 'SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK2' }));
    bench.say(wireRequest('OPTIONS', { via: 'SIP/2.0/UDP host.example.com:5060;branch=z9hG4bK3' }));
    const [asked, bare, named] = bench.user.requests.map(({ request }) => request.topVia);
    expect([asked?.rport, asked?.received]).toEqual([40_000, '192.0.2.2']);
    expect([bare?.rport, bare?.received]).toEqual([undefined, undefined]);
    expect([named?.rport, named?.received]).toEqual([undefined, '192.0.2.2']);
  });
});

describe('what is no message for us', () => {
  test('a response with a second Via to a request that began here went astray (8.1.3.3)', async () => {
    const bench = await Bench.open();
    const { log, handlers } = notes();
    bench.layer.invite(bench.request('INVITE'), bench.flow, handlers);
    const [invite] = bench.requestsHeard('INVITE');
    if (!invite) throw new Error('no INVITE');
    const response = createResponse(invite, 200, { toTag: 'x' });
    response.headers.append('Via', 'SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKother');
    bench.say(response.toBuffer());
    expect([log, bench.layer.counters.strayResponses]).toEqual([[], 1]);
    bench.answer(200);
    expect(log).toEqual(['200']);
  });

  test('keep-alives are counted and nothing else', async () => {
    const bench = await Bench.open();
    bench.say('\r\n\r\n');
    bench.say('');
    expect(bench.layer.counters).toMatchObject({ keepAlives: 2, malformed: 0 });
    expect(bench.heard).toEqual([]);
  });

  test('garbage is counted and not answered', async () => {
    const bench = await Bench.open();
    bench.say('\x00\x01\x02 not SIP at all');
    bench.say(wireRequest('INVITE').replace(/Via: .*\r\n/, ''));
    expect(bench.layer.counters.malformed).toBe(2);
    expect(bench.heard).toEqual([]);
    expect(bench.user.requests).toEqual([]);
  });

  test('after closing nothing is left and nothing is heard', async () => {
    const bench = await Bench.open();
    bench.say(wireRequest('INVITE'));
    bench.layer.invite(bench.request('INVITE'), bench.flow, { response: () => {}, timeout: () => {} });
    expect(bench.heard).toHaveLength(1);
    await bench.layer.close();
    expect(bench.clock.pendingTimers).toBe(0);
    expect(bench.layer.openTransactions).toBe(0);
    expect(bench.network.openSockets).toBe(1);
    bench.say(wireRequest('INVITE', { branch: 'z9hG4bKlate' }));
    expect(bench.user.requests).toHaveLength(1);
  });
});

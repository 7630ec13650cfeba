import fc from 'fast-check';
import { MAX_VIAS, readSipFields } from '../../../harness/diagnosis/sip-fields.js';
import { looksLikeSip } from '../../../harness/trace/looks-like-sip.js';

const read = (text: string) => readSipFields(Buffer.from(text, 'latin1'));

test('reads what an analysis needs of an INVITE', () => {
  const fields = read(
    [
      'INVITE sip:bob:secret@lab.example;user=ip SIP/2.0',
      'Via: SIP/2.0/UDP 10.0.0.2:5070;rport=99;received=10.9.9.9;branch=z9hG4bK2 , SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK1',
      'v: SIP/2.0/UDP host.example;branch=old',
      'f: "Q, \\"uoted\\"" <sip:alice@lab.example;tag=no>;tag=a1',
      't: <sip:robert@lab.example>',
      'i: some-id@host',
      'CSeq:  7   INVITE',
      'Subject: x',
      'X-Busyhere-Attempt: 42',
      'Session-ID: 00ff;remote=1',
      'Proxy-Authorization: Digest',
      '  username="alice"',
      '',
      'v=0',
      'o=alice 1 2 IN IP4 10.0.0.1',
    ].join('\r\n'),
  );
  expect(fields).toEqual({
    method: 'INVITE',
    status: 0,
    reason: '',
    requestUser: 'bob',
    callId: 'some-id@host',
    cseq: 7,
    cseqMethod: 'INVITE',
    vias: [
      { branch: 'z9hG4bK2', host: '10.0.0.2', port: 5070, received: '10.9.9.9', rport: 99 },
      { branch: 'z9hG4bK1', host: '2001:db8::1', port: undefined, received: undefined, rport: undefined },
      { branch: 'old', host: 'host.example', port: undefined, received: undefined, rport: undefined },
    ],
    fromTag: 'a1',
    toTag: undefined,
    fromUser: 'alice',
    toUser: 'robert',
    marker: '42',
    sessionId: '00ff',
    sdpOrigin: 'alice 1 2 IN IP4 10.0.0.1',
    credentials: true,
  });
});

test('reads a response, folded and cut off', () => {
  expect(read('SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP a;\r\n branch=z9hG4bK1\r\nTo: <sip:b@c>;tag=t\r\nCSeq: 1 INV')).toMatchObject({
    method: null,
    status: 486,
    reason: 'Busy Here',
    callId: undefined,
    cseq: -1,
    cseqMethod: undefined,
    toTag: 't',
    vias: [{ branch: 'z9hG4bK1' }],
  });
});

test('of a Via line that was cut off, the entries that are whole count', () => {
  const vias = (text: string) => read(`SIP/2.0 486 Busy Here\r\n${text}`)?.vias.map(({ branch }) => branch);
  expect(vias('Via: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG')).toEqual(['z9hG4bK1']);
  expect(vias('Via: SIP/2.0/UDP a;branch=z9hG')).toEqual([]);
});

test.each([
  ['', false],
  ['\r\n\r\n', false],
  ['\r\nSIP/2.0 200 OK\r\n', true],
  ['SIP/2.0 200 OK', true],
  ['INVITE sip:a SIP/2.0\r\n', true],
  ['INVITE sip:a SIP/1.0\r\n', false],
  ['GET / HTTP/1.1\r\n', false],
  ['\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000', false],
])('%j looks like SIP: %s', (text, expected) => {
  expect(looksLikeSip(Buffer.from(text, 'latin1'))).toBe(expected);
});

test('a Via stack of any depth costs no more than the deepest lawful one', () => {
  const vias = Array.from({ length: 5000 }, (_, index) => `Via: SIP/2.0/UDP h;branch=z9hG4bK${index}`).join('\r\n');
  expect(read(`INVITE sip:a SIP/2.0\r\n${vias}\r\n\r\n`)?.vias).toHaveLength(MAX_VIAS);
});

test('never throws, whatever comes', () => {
  const line = fc.oneof(
    fc.constantFrom('Via:', 'Via: SIP/2.0/UDP', 'CSeq: 99999999999 INVITE', 'To: ;tag=', 'From: <<<', ' folded', ':', 'i:', 'SIP/2.0 486'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.constantFrom('INVITE sip:x SIP/2.0', 'SIP/2.0 486 Busy Here', 'SIP/2.0 999999', ''), fc.array(line), (start, lines) => {
      const bytes = Buffer.from([start, ...lines].join('\r\n'), 'latin1');
      readSipFields(bytes);
      looksLikeSip(bytes);
    }),
  );
});

import { createResponse } from '../../../harness/sip/create-response.js';
import { SipRequest, SipResponse } from '../../../harness/sip/message.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';
import { reasonPhrase } from '../../../harness/sip/reason-phrase.js';
import { formatVia } from '../../../harness/sip/via.js';

const LINES = [
  'INVITE sip:bob@lab.example SIP/2.0',
  'v:SIP/2.0/UDP a;branch=z9hG4bK1,',
  '  SIP/2.0/UDP b;branch=z9hG4bK2',
  'MAX-FORWARDS :70',
  'f: "Alice" <sip:alice@lab.example>;tag=1',
  't: <sip:bob@lab.example>',
  'i: call@lab.example',
  'CSeq: 1  INVITE',
  'Timestamp: 54',
  'X-Odd:  kept\t as it is ',
  'l: 4',
  '',
  '\0\xff\n\r',
];

function request(): SipRequest {
  const parsed = parseMessage(Buffer.from(LINES.join('\r\n'), 'latin1'));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('not the request it should be');
  return parsed.value;
}

/** The lines on the wire after a change. */
function wire(message: { toBuffer(): Buffer }): string[] {
  return message.toBuffer().toString('latin1').split('\r\n');
}

describe('serialising', () => {
  test('what was not changed goes out as it came, and without a copy', () => {
    const datagram = Buffer.from(LINES.join('\r\n'), 'latin1');
    const parsed = parseMessage(datagram);
    const out = parsed.ok ? parsed.value.toBuffer() : undefined;
    expect(out).toEqual(datagram);
    expect(out?.buffer).toBe(datagram.buffer);
  });

  test("a proxy's changes touch their own lines only", () => {
    const message = request();
    message.headers.prepend('Via', 'SIP/2.0/UDP p;branch=z9hG4bK3');
    message.headers.set('Max-Forwards', '69');
    expect(wire(message)).toEqual([
      LINES[0],
      'Via: SIP/2.0/UDP p;branch=z9hG4bK3',
      LINES[1],
      LINES[2],
      'Max-Forwards: 69',
      ...LINES.slice(4),
    ]);
  });

  test('a Via popped from a folded list leaves the rest', () => {
    const message = request();
    expect(message.headers.removeFirst('Via')).toBe('SIP/2.0/UDP a;branch=z9hG4bK1');
    expect(wire(message)).toEqual([LINES[0], 'Via: SIP/2.0/UDP b;branch=z9hG4bK2', ...LINES.slice(3)]);
  });

  test('another Request-URI or method changes the start line only', () => {
    const message = request();
    message.requestUri = 'sip:bob@192.0.2.4';
    expect(wire(message)).toEqual(['INVITE sip:bob@192.0.2.4 SIP/2.0', ...LINES.slice(1)]);
  });

  test('Content-Length follows the body', () => {
    const message = request();
    message.body = Buffer.from('hello');
    expect(wire(message)).toContain('Content-Length: 5');
    expect(wire(message).at(-1)).toBe('hello');
    const created = SipRequest.create('MESSAGE', 'sip:bob@lab.example', [['Content-Length', '99']], 'мир');
    expect(wire(created)).toEqual(['MESSAGE sip:bob@lab.example SIP/2.0', 'Content-Length: 6', '', Buffer.from('мир').toString('latin1')]);
  });

  test('a response is written with the usual phrase where none is given', () => {
    expect(wire(SipResponse.create(486, undefined, []))).toEqual(['SIP/2.0 486 Busy Here', 'Content-Length: 0', '', '']);
  });
});

describe('clone', () => {
  test('changes to it do not show in the original, nor the other way', () => {
    const original = request();
    const clone = original.clone();
    clone.headers.set('Subject', 'x');
    clone.requestUri = 'sip:carol@lab.example';
    clone.body = Buffer.from('y');
    expect(wire(original)).toEqual(LINES);
    original.headers.removeFirst('Via');
    expect(clone.vias).toHaveLength(2);
    expect(clone.kind).toBe('request');
  });

  test('what an accessor returned may be changed without harm', () => {
    const message = request();
    const via = message.topVia;
    via?.params.set('received', '192.0.2.1');
    expect(message.topVia?.received).toBeUndefined();
    message.headers.replaceFirst('Via', via ? formatVia(via) : '');
    expect(message.topVia?.received).toBe('192.0.2.1');
    expect(message.vias.map((each) => each.host)).toEqual(['a', 'b']);
  });
});

test('accessors read on demand and follow changes', () => {
  const message = request();
  expect([message.callId, message.fromTag, message.toTag, message.maxForwards]).toEqual(['call@lab.example', '1', undefined, 70]);
  expect([message.cseq, message.from?.displayName, message.uri?.host]).toEqual([{ sequence: 1, method: 'INVITE' }, 'Alice', 'lab.example']);
  message.headers.set('To', '<sip:bob@lab.example>;tag=2');
  message.headers.set('CSeq', '2 INVITE');
  expect([message.toTag, message.to?.tag, message.cseq?.sequence]).toEqual(['2', '2', 2]);
  message.headers.set('Max-Forwards', '256');
  message.headers.set('CSeq', '2147483648 INVITE');
  message.headers.set('From', 'nonsense');
  expect([message.maxForwards, message.cseq, message.from, message.expires]).toEqual([undefined, undefined, undefined, undefined]);
});

describe('a response to a request', () => {
  test('takes Via, From, To, Call-ID and CSeq byte for byte, and the tag where To has none', () => {
    const response = createResponse(request(), 486, { toTag: 'z', headers: [['Retry-After', '5']] });
    expect(wire(response)).toEqual([
      'SIP/2.0 486 Busy Here',
      ...LINES.slice(1, 3),
      LINES[4],
      'To: <sip:bob@lab.example>;tag=z',
      ...LINES.slice(6, 8),
      'Retry-After: 5',
      'Content-Length: 0',
      '',
      '',
    ]);
  });

  test('leaves a tag that is there, and a 100 takes the Timestamp', () => {
    const message = request();
    message.headers.set('To', '<sip:bob@lab.example>;tag=2');
    expect(createResponse(message, 200, { toTag: 'z' }).toTag).toBe('2');
    expect(createResponse(message, 100).headers.get('Timestamp')).toBe('54');
    expect(createResponse(message, 200).headers.has('Timestamp')).toBe(false);
  });

  test('has its own phrase and body', () => {
    const response = createResponse(request(), 486, { reason: 'Besetzt', body: 'x' });
    expect([response.reason, response.body.toString()]).toEqual(['Besetzt', 'x']);
  });

  test('does not change the request', () => {
    const message = request();
    createResponse(message, 200, { toTag: 'z' }).headers.delete('Via');
    expect(wire(message)).toEqual(LINES);
  });
});

test('a code without a phrase gets that of its class', () => {
  expect([486, 499, 699, 700].map(reasonPhrase)).toEqual(['Busy Here', 'Bad Request', 'Busy Everywhere', 'Unknown']);
});

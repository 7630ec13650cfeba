import type { SipMessage } from '../../../harness/sip/message.js';
import { DEFAULT_LIMITS, type ParseError, type ParseLimits, parseMessage } from '../../../harness/sip/parse-message.js';

const REQUEST_LINE = 'OPTIONS sip:bob@lab.example SIP/2.0\r\n';
const VIA = 'Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n';

function accept(text: string | Buffer, limits?: ParseLimits): SipMessage {
  const parsed = parseMessage(Buffer.from(text as string, 'latin1'), limits);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

function refuse(text: string, limits?: Partial<ParseLimits>): ParseError {
  const parsed = parseMessage(Buffer.from(text, 'latin1'), { ...DEFAULT_LIMITS, ...limits });
  if (parsed.ok) throw new Error('was accepted');
  return parsed.error;
}

describe('start line', () => {
  test('of a request: method in its case, Request-URI as written', () => {
    expect(accept('Invite sip:b%4Fb@LAB.example;LR SIP/2.0\r\n\r\n')).toMatchObject({
      kind: 'request',
      method: 'Invite',
      requestUri: 'sip:b%4Fb@LAB.example;LR',
      version: 'SIP/2.0',
    });
  });

  test('of a response: code, and a reason that may be empty', () => {
    expect(accept('SIP/2.0 486 Busy  Here\r\n\r\n')).toMatchObject({ kind: 'response', status: 486, reason: 'Busy  Here' });
    expect(accept('SIP/2.0 100 \r\n\r\n')).toMatchObject({ status: 100, reason: '' });
  });

  test('the version counts in any case', () => {
    const message = accept('OPTIONS sip:a sip/2.0\r\n\r\n');
    expect(message.toBuffer().toString()).toBe('OPTIONS sip:a sip/2.0\r\n\r\n');
  });

  test.each([
    ['INVITE  sip:a SIP/2.0', 400],
    ['INVITE sip:a  SIP/2.0', 400],
    ['INVITE sip:a SIP/2.0 ', 400],
    ['INVITE sip:a b SIP/2.0', 400],
    ['INVITE SIP/2.0', 400],
    ['INV@TE sip:a SIP/2.0', 400],
    ['INVITE sip:a SIP/3.0', 505],
    ['INVITE sip:a SIP/2.1', 505],
  ])('"%s" is answered %d', (line, status) => {
    expect(refuse(`${line}\r\n${VIA}\r\n`)).toMatchObject({ status, offset: 0, line: 1, message: { kind: 'request' } });
  });

  test.each(['SIP/2.0 99 No', 'SIP/2.0 700 No', 'SIP/2.0 2000 No', 'SIP/2.0 200', 'SIP/2.0 +20 No', 'SIP/3.0 200 OK', 'SIP/2.0'])(
    '"%s" is dropped',
    (line) => {
      const error = refuse(`${line}\r\n${VIA}\r\n`);
      expect(error.status).toBeUndefined();
      expect(error.message?.kind).toBe('response');
    },
  );

  test.each(['hello', 'GET / HTTP/1.1', 'INVITE sip:a', ' INVITE', '\0'])('"%s" is not SIP at all', (line) => {
    expect(refuse(`${line}\r\n\r\n`)).toEqual({ offset: 0, line: 1, reason: expect.any(String) });
  });

  test('line ends before it are skipped, and do not go out again', () => {
    expect(accept(`\r\n\r\n${REQUEST_LINE}\r\n`).toBuffer().toString()).toBe(`${REQUEST_LINE}\r\n`);
  });

  test.each(['', '\r\n\r\n', '\r\n'])('nothing but line ends keeps a binding alive', (text) => {
    expect(refuse(text)).toMatchObject({ keepAlive: true });
  });
});

describe('header lines', () => {
  test('values are unfolded and trimmed, and 0xA0 at an end is no white space', () => {
    const message = accept(`${REQUEST_LINE}Subject:\r\n  one \r\n\ttwo\t \r\nX: caf\xc3\xa0\r\n\r\n`);
    expect([message.headers.get('s'), message.headers.get('X')]).toEqual(['one two', 'caf\xc3\xa0']);
  });

  test('white space may stand before the colon', () => {
    expect(accept(`${REQUEST_LINE}Subject \t: one\r\n\r\n`).headers.get('Subject')).toBe('one');
  });

  test.each([
    ['no colon at all', 'nonsense\r\n'],
    ['an empty name', ': x\r\n'],
    ['a name that is no token', 'a b: x\r\n'],
    ['a bare LF', 'Subject: x\n'],
    ['a bare LF within a fold', 'Subject: x\n y\r\n'],
    ['a colon in a fold only', 'Subject\r\n : x\r\n'],
  ])('%s is located, and the lines after it are read', (_, line) => {
    const error = refuse(`${REQUEST_LINE}X: 1\r\n${line}${VIA}\r\n`);
    expect(error).toMatchObject({ status: 400, line: 3 });
    expect(error.message?.topVia?.sentBy).toBe('a');
  });

  test('nothing folds under the start line', () => {
    expect(refuse(`${REQUEST_LINE} Subject: x\r\n\r\n`)).toMatchObject({ status: 400, line: 2 });
  });

  test.each(['', 'X: 1\r\n', 'X: 1', 'X: 1\r\n y'])('no empty line after "%s"', (lines) => {
    expect(refuse(REQUEST_LINE + lines)).toMatchObject({ status: 400, message: { kind: 'request' } });
  });
});

describe('body', () => {
  const octets = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

  test('is every octet after the empty line, or as many as Content-Length says', () => {
    const head = Buffer.from(`${REQUEST_LINE}\r\n`);
    expect(accept(Buffer.concat([head, octets])).body).toEqual(octets);
    const shorter = Buffer.concat([Buffer.from(`${REQUEST_LINE}l: 200\r\n\r\n`), octets]);
    expect(accept(shorter).body).toEqual(octets.subarray(0, 200));
    expect(accept(shorter).toBuffer()).toEqual(shorter.subarray(0, -56));
  });

  test.each(['5', '-1', '+1', '0x1', '1.0', '', '1 1', '99999999999999999999'])(
    'Content-Length "%s" for one octet is answered 400',
    (length) => {
      const error = refuse(`${REQUEST_LINE}Content-Length: ${length}\r\n\r\nx`);
      expect(error).toMatchObject({ status: 400, line: 2 });
      expect(error.message?.body.toString()).toBe('x');
    },
  );

  test('two Content-Length fields are answered 400, even where they agree', () => {
    expect(refuse(`${REQUEST_LINE}Content-Length: 1\r\nl: 1\r\n\r\nx`)).toMatchObject({ status: 400, line: 3 });
  });
});

describe('limits', () => {
  test('on the datagram: 513, with what is needed to answer', () => {
    const error = refuse(`${REQUEST_LINE}${VIA}\r\n${'x'.repeat(1000)}`, { maxMessageOctets: 200 });
    expect(error).toMatchObject({ status: 513, offset: 200 });
    expect(error.message?.topVia?.sentBy).toBe('a');
  });

  test('on header fields: as many as allowed, and not one more', () => {
    accept(`${REQUEST_LINE}${VIA.repeat(3)}\r\n`, { ...DEFAULT_LIMITS, maxHeaderLines: 3 });
    const error = refuse(`${REQUEST_LINE}${VIA.repeat(4)}\r\n`, { maxHeaderLines: 3 });
    expect(error).toMatchObject({ status: 513, line: 5 });
    expect(error.message?.headers.count('Via')).toBe(3);
  });

  test('on one field with its folds, and on the start line', () => {
    expect(refuse(`${REQUEST_LINE}X: 1\r\n${' 2\r\n'.repeat(20)}\r\n`, { maxLineOctets: 60 })).toMatchObject({ status: 513, line: 2 });
    expect(refuse(`OPTIONS sip:${'a'.repeat(60)} SIP/2.0\r\n\r\n`, { maxLineOctets: 60 })).toMatchObject({ status: 414, line: 1 });
  });
});

import { parseMultipart } from '../../../harness/sip/multipart.js';

const TYPE = 'multipart/mixed; boundary="a b"';

test('parts come byte for byte, preamble and epilogue are none', () => {
  const binary = Buffer.from([0, 10, 13, 255, 45, 45]);
  const body = Buffer.concat([
    Buffer.from('preamble\r\n--a b  \r\nContent-Type: text/plain\r\n\r\none\r\n\r\n--a bc\r\n--a b\r\n\r\n'),
    binary,
    Buffer.from('\r\n--a b--\r\nepilogue'),
  ]);
  const parts = parseMultipart(TYPE, body);
  if (!parts.ok) throw new Error(parts.error);
  expect(parts.value.map((part) => part.body.toString('latin1'))).toEqual(['one\r\n\r\n--a bc', binary.toString('latin1')]);
  expect(parts.value.map((part) => part.headers.get('Content-Type'))).toEqual(['text/plain', undefined]);
});

test.each([
  ['text/plain;boundary=x', '--x--'],
  ['multipart/mixed', '--x--'],
  ['nonsense', '--x--'],
  ['multipart/mixed;boundary=x', 'no boundary at all'],
  ['multipart/mixed;boundary=x', '--x\r\n\r\nnever closed'],
  ['multipart/mixed;boundary=x', '--x'],
])('%s with "%s" is refused', (type, body) => {
  expect(parseMultipart(type, Buffer.from(body)).ok).toBe(false);
});

import { Headers } from '../../../harness/sip/headers.js';

function headers(): Headers {
  return Headers.from([
    ['v', 'SIP/2.0/UDP a;x="1,2", SIP/2.0/UDP b'],
    ['Route', '<sip:a,b@c;lr>,<sip:d>'],
    ['VIA', 'SIP/2.0/UDP c'],
    ['X-Unknown', 'one'],
  ]);
}

test('names are found in any case and in compact form', () => {
  for (const name of ['Via', 'via', 'VIA', 'v', 'V']) expect(headers().count(name)).toBe(2);
  expect(headers().get('x-unknown')).toBe('one');
  expect(headers().has('Contact')).toBe(false);
  expect(Array.from(headers().entries(), ([name]) => name)).toEqual(['Via', 'Route', 'Via', 'X-Unknown']);
});

test('elements of lists go over all lines; commas in quotes and in < > separate nothing', () => {
  expect(headers().list('Via')).toEqual(['SIP/2.0/UDP a;x="1,2"', 'SIP/2.0/UDP b', 'SIP/2.0/UDP c']);
  expect(headers().list('Route')).toEqual(['<sip:a,b@c;lr>', '<sip:d>']);
  expect(Headers.from([['Supported', ' , a ,, b,']]).list('k')).toEqual(['a', 'b']);
  expect(Headers.from([['Supported', 'a, "never ends, b']]).list('k')).toEqual(['a', '"never ends, b']);
});

test('a header that is no list keeps its commas', () => {
  const date = 'Sat, 13 Nov 2010 23:29:00 GMT';
  const fields = Headers.from([
    ['Date', date],
    ['WWW-Authenticate', 'Digest realm="a", nonce="b"'],
  ]);
  expect([fields.list('Date'), fields.list('WWW-Authenticate')]).toEqual([[date], ['Digest realm="a", nonce="b"']]);
  expect(fields.removeFirst('Date')).toBe(date);
});

test('set leaves one field in the place of the first, or adds it at the end', () => {
  const fields = headers();
  fields.set('via', 'SIP/2.0/UDP z');
  fields.set('Max-Forwards', '70');
  expect(fields.toString()).toBe('Via: SIP/2.0/UDP z\r\nRoute: <sip:a,b@c;lr>,<sip:d>\r\nX-Unknown: one\r\nMax-Forwards: 70\r\n');
});

test('prepend goes above the first of its name, else to the top; append to the end', () => {
  const fields = headers();
  fields.prepend('Route', '<sip:z>');
  fields.prepend('Record-Route', '<sip:r>');
  fields.append('Via', 'SIP/2.0/UDP z');
  expect(Array.from(fields.entries(), ([name]) => name)).toEqual(['Record-Route', 'Via', 'Route', 'Route', 'Via', 'X-Unknown', 'Via']);
  expect(fields.list('Route')[0]).toBe('<sip:z>');
});

test('the first element is taken off, a line without elements vanishes', () => {
  const fields = headers();
  const taken = [1, 2, 3, 4].map(() => fields.removeFirst('Via'));
  expect(taken).toEqual(['SIP/2.0/UDP a;x="1,2"', 'SIP/2.0/UDP b', 'SIP/2.0/UDP c', undefined]);
  expect(fields.has('Via')).toBe(false);
});

test('the first element is replaced, the others stay', () => {
  const fields = headers();
  fields.replaceFirst('Via', 'SIP/2.0/UDP z');
  fields.replaceFirst('Contact', '<sip:nobody>');
  expect(fields.list('Via')).toEqual(['SIP/2.0/UDP z', 'SIP/2.0/UDP b', 'SIP/2.0/UDP c']);
  expect(fields.has('Contact')).toBe(false);
});

test('delete takes all of the name', () => {
  const fields = headers();
  fields.delete('v');
  fields.delete('Contact');
  expect(Array.from(fields.entries(), ([name]) => name)).toEqual(['Route', 'X-Unknown']);
});

test('a value cannot smuggle in a line', () => {
  const fields = Headers.from([['Subject', 'a\r\nVia: SIP/2.0/UDP evil\n\nbody\rx']]);
  expect(fields.toString()).toBe('Subject: a Via: SIP/2.0/UDP evil body x\r\n');
});

test('text beyond octets is written as UTF-8', () => {
  expect(Headers.from([['Subject', 'мир']]).get('Subject')).toBe(Buffer.from('мир').toString('latin1'));
});

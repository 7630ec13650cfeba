import { isUniqueBranch } from '../../../harness/sip/branch.js';
import { formatVia, parseVia, type Via } from '../../../harness/sip/via.js';

function via(text: string): Via {
  const outcome = parseVia(text);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

test('reads the usual form', () => {
  const parsed = via('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77;rport;received=192.0.2.9');
  expect([parsed.transport, parsed.host, parsed.port, parsed.sentBy]).toEqual(['UDP', '192.0.2.1', 5060, '192.0.2.1:5060']);
  expect([parsed.branch, parsed.rport, parsed.received]).toEqual(['z9hG4bK77', true, '192.0.2.9']);
  expect(formatVia(parsed)).toBe('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77;rport;received=192.0.2.9');
});

test('bears white space wherever RFC 3261 section 25.1 lets it stand', () => {
  const parsed = via('SIP /  2.0 / TCP   first.example.com : 4000 ; ttl = 16 ; branch = z9hG4bKa7c6a8dlze.1');
  expect(formatVia(parsed)).toBe('SIP/2.0/TCP first.example.com:4000;ttl=16;branch=z9hG4bKa7c6a8dlze.1');
});

test.each([
  ['rport=4000', 4000],
  ['rport=x', undefined],
  ['rport=0', undefined],
  ['x', undefined],
])('%s is the port %s', (param, port) => {
  expect(via(`SIP/2.0/UDP a;${param}`).rport).toBe(port);
});

test.each([
  '',
  'SIP/2.0/UDP',
  'SIP/2.0/UDP ',
  'SIP/2.0 UDP a',
  'SIP/2.0/U@P a',
  'SIP/2.0/UDP a b',
  'SIP/2.0/UDP a:0',
  'SIP/2.0/UDP a:65536',
  'SIP/2.0/UDP a:x',
  'SIP/2.0/UDP 2001:db8::1',
  'SIP/2.0/UDP [2001:db8::1',
  'SIP/2.0/UDP a;;branch=1',
  'SIP/2.0/UDP a;branch=',
])('refuses "%s"', (text) => {
  expect(parseVia(text).ok).toBe(false);
});

test('finds the way back through empty parameters when it is told to be lenient', () => {
  const outcome = parseVia('SIP/2.0/UDP 192.0.2.15;;branch=1;', true);
  expect(outcome.ok && [outcome.value.sentBy, outcome.value.branch]).toEqual(['192.0.2.15', '1']);
});

test('only the cookie and something after it make a branch unique', () => {
  expect(['z9hG4bK1', 'Z9HG4BK1', 'z9hG4bK', '1', '', null, undefined].map(isUniqueBranch)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

import { checkMessage } from '../../../harness/sip/check-message.js';
import { type SipMessage, SipRequest, SipResponse } from '../../../harness/sip/message.js';

const MANDATORY: [string, string][] = [
  ['Via', 'SIP/2.0/UDP a;branch=z9hG4bK1'],
  ['From', '<sip:alice@lab.example>;tag=1'],
  ['To', '<sip:bob@lab.example>'],
  ['Call-ID', 'call@lab.example'],
  ['CSeq', '1 INVITE'],
];

function request(...more: [string, string][]): SipRequest {
  return SipRequest.create('INVITE', 'sip:bob@lab.example', [...MANDATORY, ...more]);
}

function replaced(name: string, value: string): SipRequest {
  const message = request();
  message.headers.set(name, value);
  return message;
}

test('what has the mandatory headers and nothing else is good', () => {
  expect(checkMessage(request())).toBeNull();
  expect(checkMessage(SipResponse.create(200, undefined, MANDATORY))).toBeNull();
});

test.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('%s must be there, in requests and responses', (name) => {
  const without = MANDATORY.filter(([each]) => each !== name);
  for (const message of [SipRequest.create('INVITE', 'sip:b@c', without), SipResponse.create(200, undefined, without)] as SipMessage[]) {
    expect(checkMessage(message)).toEqual({ header: name, reason: 'is missing', status: 400 });
  }
});

test.each(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Type', 'Expires'])('%s may stand once', (name) => {
  const value = MANDATORY.find(([each]) => each === name)?.[1] ?? (name === 'Content-Type' ? 'application/sdp' : '70');
  const message = request();
  message.headers.set(name, value);
  expect(checkMessage(message)).toBeNull();
  message.headers.append(name, value);
  expect(checkMessage(message)).toMatchObject({ header: name, reason: 'stands more than once' });
});

test('lists and credentials may stand several times', () => {
  const credentials = 'Digest realm="r", nonce="n"';
  expect(
    checkMessage(request(['Via', 'SIP/2.0/UDP b'], ['Proxy-Authorization', credentials], ['Proxy-Authorization', credentials])),
  ).toBeNull();
});

test('the method of CSeq is that of the request, to the letter', () => {
  expect(checkMessage(replaced('CSeq', '1 Invite'))).toMatchObject({ header: 'CSeq', status: 400 });
  expect(checkMessage(SipResponse.create(200, undefined, MANDATORY))).toBeNull();
});

test.each(['<sip:bob@lab.example>', 'sip:bob@lab.example?Route=x', 'bob', 'sip:2001:db8::1'])('Request-URI %s is refused', (uri) => {
  expect(checkMessage(SipRequest.create('INVITE', uri, MANDATORY))).toMatchObject({ header: 'Request-URI', status: 400 });
});

test.each([
  ['Via', 'SIP/2.0/UDP a;;branch=1'],
  ['Via', 'SIP/2.0/UDP a,,SIP/2.0/UDP b'],
  ['Via', 'SIP/2.0/UDP a;branch=1;BRANCH=2'],
  ['From', 'Bell, A. <sip:a@b>'],
  ['To', '<sip:a@b>;tag=1;tag=2'],
  ['Call-ID', 'a@b@c'],
  ['Call-ID', 'a b'],
  ['CSeq', '2147483648 INVITE'],
  ['CSeq', 'INVITE'],
  ['CSeq', '1'],
  ['CSeq', '1INVITE'],
  ['Max-Forwards', '256'],
  ['Max-Forwards', '-1'],
  ['Expires', 'soon'],
  ['Contact', 'sip:a@b?x=y'],
  ['Route', '<sip:a'],
  ['Record-Route', 'x'],
  ['Require', 'a b'],
  ['Allow', 'INVITE,,ACK'],
  ['Content-Type', 'application'],
  ['Accept', 'text'],
  ['Timestamp', 'x'],
  ['Warning', '1812 overture "In Progress"'],
  ['Warning', '399 a "never ends'],
  ['Retry-After', 'x'],
  ['RAck', '1 2'],
  ['MIME-Version', '1'],
  ['Authorization', 'Digest'],
  ['Authorization', 'Digest realm'],
  ['WWW-Authenticate', 'Digest realm="x'],
  ['Subject', 'a\0b'],
  ['X-Unknown', 'a\x7fb'],
])('%s: %s is refused', (name, value) => {
  expect(checkMessage(replaced(name, value))).toMatchObject({ header: name, status: 400 });
});

test.each([
  ['To', '"\\\0\\\x7f" <sip:a@b>'],
  ['Contact', '*'],
  ['Contact', '<sip:a@b>;expires=280297596632815'],
  ['Expires', '9'.repeat(100)],
  ['Supported', ''],
  ['Accept', ''],
  ['Allow', ''],
  ['Subject', ''],
  ['Date', 'Fri, 01 Jan 2010 16:00:00 EST'],
  ['Accept', 'text/*;q=0.5, */* , application/sdp'],
  ['Content-Type', 'multipart/mixed; boundary="a b"'],
  ['Retry-After', '18000;duration=3600'],
  ['Retry-After', "120 (I'm in a meeting)"],
  ['Warning', '307 isi.edu "Session parameter \'foo\' not understood", 301 isi.edu "x"'],
  ['Timestamp', '54.21 0.5'],
  ['RAck', '776656 1 INVITE'],
  ['Session-Expires', '4000;refresher=uac'],
  ['Authorization', 'NoOneKnowsThisScheme opaque-data=here'],
  ['Authorization', 'Bearer eyJ.e-_=='],
  ['X-Unknown', ';;,,;;,;'],
  ['Subject', '\xd0\xbc'],
])('%s: %s is accepted', (name, value) => {
  expect(checkMessage(replaced(name, value))).toBeNull();
});

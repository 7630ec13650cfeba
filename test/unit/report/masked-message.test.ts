import { messageLines } from '../../../harness/report/diagnosis/masked-message.js';

const lines = (text: string, show = false): string[] => messageLines(Buffer.from(text, 'utf8'), show);

test.each([
  [
    'Authorization: Digest username="alice", realm="lab", nonce="N0", uri="sip:x", response="5ec", cnonce="C0", nc=1, qop=auth',
    'Authorization: Digest username="alice", realm="lab", nonce=***, uri="sip:x", response=***, cnonce=***, nc=1, qop=auth',
  ],
  ['Proxy-Authorization:Digest response=5ec,nonce=N0', 'Proxy-Authorization: Digest response=***, nonce=***'],
  ['AUTHORIZATION  :  digest RESPONSE = "5ec"', 'AUTHORIZATION: Digest RESPONSE=***'],
  [
    'Authorization: Digest username="5ec", userhash=true, response="5ec"',
    'Authorization: Digest username=***, userhash=true, response=***',
  ],
  ['Authorization: Basic 5ecret==', 'Authorization: Basic ***'],
  ['Authorization: Bearer 5ec', 'Authorization: Bearer ***'],
  ['Authorization: 5ec', 'Authorization: ***'],
  ['Authorization: Digest response="5ec, nonce="N0"5ec"', expect.not.stringMatching(/5ec|N0/)],
  ['Authorization: Digest realm="a\\\\", response="5ec"', expect.not.stringContaining('5ec')],
  ['Authorization: Digest unknown=5ec, 5ec', 'Authorization: Digest unknown=***, ***'],
  ['Authentication-Info: rspauth="5ec", nextnonce="N0", nc=1', 'Authentication-Info: rspauth=***, nextnonce=***, nc=1'],
  ['Contact: <sip:bob:5ec@10.0.0.1>', 'Contact: <sip:bob:***@10.0.0.1>'],
  ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:5ec|2^20', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***'],
  ['k=base64:5ec', 'k=***'],
  ['WWW-Authenticate: Digest realm="lab", nonce="N0"', 'WWW-Authenticate: Digest realm="lab", nonce="N0"'],
  ['Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9', 'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9'],
])('%j', (line, shown) => {
  expect(lines(`${line}\r\n`)).toEqual([shown]);
  if (!line.includes('  :')) expect(lines(`${line}\r\n`, true)).toEqual([line]);
});

test('credentials that go on in a folded line are masked with it', () => {
  const text = 'INVITE sip:x SIP/2.0\r\nAuthorization: Digest realm="r",\r\n response="5ec",\r\n\tcnonce="5ec"\r\nTo: x\r\n\r\n';
  expect(lines(text)).toEqual(['INVITE sip:x SIP/2.0', 'Authorization: Digest realm="r", response=***, cnonce=***', 'To: x', '']);
});

test.each(['\r', '\n'])('whatever ends the lines: %j', (end) => {
  expect(lines(`A: b${end}Authorization: Basic 5ec${end}`)).toEqual(['A: b', 'Authorization: Basic ***']);
});

test('what would drive a terminal is spelled out, what people write is left alone', () => {
  expect(lines('Subject: a\u001b[31mb\u009bc\u202ed\tГриб\u0000')).toEqual(['Subject: a\\x1b[31mb\\x9bc\\u202ed\\x09Гриб\\x00']);
});

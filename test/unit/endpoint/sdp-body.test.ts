import { sdpOf } from '../../../harness/endpoint/sdp-body.js';
import { SipRequest } from '../../../harness/sip/message.js';

const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

function invite(contentType: string | undefined, body: string): SipRequest {
  return SipRequest.create('INVITE', 'sip:bob@example.com', contentType === undefined ? [] : [['Content-Type', contentType]], body);
}

function parts(boundary: string, ...bodies: string[]): string {
  return [...bodies.map((body) => `--${boundary}\r\n${body}\r\n`), `--${boundary}--\r\n`].join('');
}

test.each<[string, string | undefined, string, string | undefined]>([
  ['a plain body', 'application/sdp', SDP, SDP],
  ['a type in capitals with parameters', 'Application/SDP;charset=utf-8', SDP, SDP],
  [
    'the SDP part of several',
    'multipart/mixed;boundary=b',
    parts('b', 'Content-Type: text/plain\r\n\r\nhi', `Content-Type: application/sdp\r\n\r\n${SDP}`),
    SDP,
  ],
  [
    'parts within a part',
    'multipart/mixed;boundary=b',
    parts('b', `Content-Type: multipart/alternative;boundary=c\r\n\r\n${parts('c', `Content-Type: application/sdp\r\n\r\n${SDP}`)}`),
    SDP,
  ],
  ['no body', 'application/sdp', '', undefined],
  ['no type', undefined, SDP, undefined],
  ['another type', 'text/plain', SDP, undefined],
  ['a multipart body without SDP', 'multipart/mixed;boundary=b', parts('b', 'Content-Type: text/plain\r\n\r\nhi'), undefined],
  ['a multipart body without its end', 'multipart/mixed;boundary=b', `--b\r\nContent-Type: application/sdp\r\n\r\n${SDP}`, undefined],
  [
    'a multipart type that is none of ours',
    'multipart/signed;boundary=b',
    parts('b', `Content-Type: application/sdp\r\n\r\n${SDP}`),
    undefined,
  ],
])('%s', (_what, contentType, body, sdp) => {
  expect(sdpOf(invite(contentType, body))).toBe(sdp);
});

test('parts nested deeper than anybody means to are not looked into', () => {
  let body = `Content-Type: application/sdp\r\n\r\n${SDP}`;
  for (let depth = 0; depth < 50; depth++) body = `Content-Type: multipart/mixed;boundary=b${depth}\r\n\r\n${parts(`b${depth}`, body)}`;
  const [, type = '', inner = ''] = /^Content-Type: (.*)\r\n\r\n([\s\S]*)$/.exec(body) ?? [];
  expect(sdpOf(invite(type, inner))).toBeUndefined();
});

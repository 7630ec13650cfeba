/** Writes a capture of busy calls over a proxy, as one of a busy hour looks, for measuring how fast captures are read. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { PcapngWriter } from '../../dist/esm/trace/pcapng-writer.js';

const [CALLER, PROXY, CALLEE] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ address, port: 5060 }));
const BEGAN = Date.UTC(2024, 0, 1);
const MS_BETWEEN_CALLS = 5;
const BUSY_AFTER_MS = 300;
const SDP =
  'v=0\r\no=alice 53655 2353 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';
const PADDING = `X-Padding: ${'x'.repeat(52)}\r\n`; // to a message's usual size

/**
 * @param {string} path
 * @param {{ calls: number, lostEvery: number }} options of every `lostEvery`th call the proxy swallows the 486
 * @returns how many messages the capture holds
 */
export function writeBusyCapture(path, { calls, lostEvery }) {
  const writer = new PcapngWriter();
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([writer.section('busyhere bench'), writer.interface('eth0')]));
  const waiting = [];
  let messages = 0;
  const flush = (until) => {
    waiting.sort((one, other) => one[0] - other[0]);
    const count = waiting.findIndex(([time]) => time >= until);
    const due = waiting.splice(0, count === -1 ? waiting.length : count);
    messages += due.length;
    if (due.length > 0) writeSync(file, Buffer.concat(due.map((one) => writer.datagram(0, 0, eventOf(one)))));
  };
  for (let call = 0; call < calls; call++) {
    const time = BEGAN + call * MS_BETWEEN_CALLS;
    waiting.push(...busyCall(call, time, call % lostEvery === 0));
    if (call % 500 === 0) flush(time);
  }
  flush(Number.POSITIVE_INFINITY);
  closeSync(file);
  return messages;
}

function busyCall(call, time, isLost) {
  const own = `Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-a-${call}\r\n`;
  const proxys = `Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKp.${call}.deadbeef0123456789abcdef.0\r\n`;
  const common = (method, tag) =>
    `From: "Alice" <sip:alice@10.0.0.1:5060>;tag=a${call}\r\nTo: <sip:bob@10.0.0.2:5060>${tag ? `;tag=b${call}` : ''}\r\n` +
    `Call-ID: ${call}-call@10.0.0.1\r\nCSeq: 1 ${method}\r\n${PADDING}`;
  const request = (method, via, body = '') =>
    Buffer.from(
      `${method} sip:bob@10.0.0.2:5060 SIP/2.0\r\n${via}${common(method, method === 'ACK')}Contact: <sip:alice@10.0.0.1:5060;transport=UDP>\r\n` +
        `Max-Forwards: 70\r\n${body && 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  const response = (status, via) => Buffer.from(`SIP/2.0 ${status}\r\n${via}${common('INVITE', true)}Content-Length: 0\r\n\r\n`);
  const busy = time + BUSY_AFTER_MS;
  const messages = [
    [time, CALLER, PROXY, request('INVITE', own, SDP)],
    [time + 0.5, PROXY, CALLER, response('100 Trying', own)],
    [time + 0.7, PROXY, CALLEE, request('INVITE', proxys + own, SDP)],
    [time + 0.9, CALLEE, PROXY, response('100 Trying', proxys + own)],
    [time + 2, CALLEE, PROXY, response('180 Ringing', proxys + own)],
    [time + 2.2, PROXY, CALLER, response('180 Ringing', own)],
    [busy, CALLEE, PROXY, response('486 Busy Here', proxys + own)],
    [busy + 0.2, PROXY, CALLEE, request('ACK', proxys)],
  ];
  if (isLost) return messages;
  return [...messages, [busy + 0.4, PROXY, CALLER, response('486 Busy Here', own)], [busy + 0.6, CALLER, PROXY, request('ACK', own)]];
}

function eventOf([time, source, destination, bytes]) {
  return { time, source, destination, bytes, sighting: 'passing' };
}

/**
 * Parser messages per second: a plain INVITE with SDP of about 500 octets, read as a router reads it. Run by itself it
 * prints the figure; `npm run bench` takes `parserRate`.
 */

import { pathToFileURL } from 'node:url';

const { parseMessage } = await import('../../dist/esm/sip/parse-message.js');

const BODY = [
  'v=0',
  'o=alice 2890844526 2890844526 IN IP4 127.0.0.2',
  's=-',
  'c=IN IP4 127.0.0.2',
  't=0 0',
  'm=audio 49172 RTP/AVP 0',
  '',
].join('\r\n');
const INVITE = [
  'INVITE sip:bob@lab.example SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.2:5060;branch=z9hG4bK776asdhds;rport',
  'Max-Forwards: 70',
  'From: "Alice" <sip:alice@lab.example>;tag=1928301774',
  'To: <sip:bob@lab.example>',
  'Call-ID: a84b4c76e66710@127.0.0.2',
  'CSeq: 314159 INVITE',
  'Contact: <sip:alice@127.0.0.2:5060>',
  'User-Agent: busyhere',
  'Content-Type: application/sdp',
  `Content-Length: ${BODY.length}`,
  '',
  BODY,
].join('\r\n');

/** Reads the fields that a router needs; a sum of their lengths, so that none can be left out. */
function readRoutingFields(datagram) {
  const parsed = parseMessage(datagram);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  const { value: message } = parsed;
  const { branch, sentBy } = message.topVia;
  const { sequence, method } = message.cseq;
  const lengths = message.method.length + message.requestUri.length + branch.length + sentBy.length + message.callId.length;
  return lengths + sequence + method.length + message.fromTag.length + (message.toTag?.length ?? 0) + message.maxForwards;
}

/** One core, best of several rounds. Each round has datagrams of its own, as a socket would give them. */
export function parserRate({ rounds = 10, messages = 100_000 } = {}) {
  const datagrams = Array.from({ length: 1000 }, (_, index) =>
    Buffer.from(INVITE.replace('z9hG4bK776', `z9hG4bK${100 + (index % 900)}`), 'latin1'),
  );
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (let count = 0; count < messages; count++) readRoutingFields(datagrams[count % datagrams.length]);
    best = Math.max(best, (messages * 1e9) / Number(process.hrtime.bigint() - start));
  }
  return { messagesPerSecond: Math.round(best), octets: INVITE.length };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { messagesPerSecond, octets } = parserRate();
  console.log(`parser: ${messagesPerSecond.toLocaleString('en-US')} messages/s of ${octets} octets`);
}

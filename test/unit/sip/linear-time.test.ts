import { checkMessage } from '../../../harness/sip/check-message.js';
import { createResponse } from '../../../harness/sip/create-response.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';
import { touchEverything } from './touch-everything.js';

/**
 * Messages made to be slow: each takes a size and has about so many octets. What takes time in proportion to the square of it
 * would take 64 times as long for 8 times the size.
 */
const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
  'many headers': (size) => 'X: y\r\n'.repeat(size / 6),
  'many unknown names': (size) => Array.from({ length: size / 10 }, (_, index) => `X${index}: y\r\n`).join(''),
  'many lines without a colon': (size) => 'xxxxxx\r\n'.repeat(size / 8),
  'many Via fields': (size) => 'Via: SIP/2.0/UDP a;branch=1\r\n'.repeat(size / 29),
  'one long Via list': (size) => `Via: ${'SIP/2.0/UDP a,'.repeat(size / 14)}SIP/2.0/UDP b\r\n`,
  'many Content-Length fields': (size) => 'l: 0\r\n'.repeat(size / 6),
  'one header of many folds': (size) => `Subject: x\r\n${' \t\r\n'.repeat(size / 4)}`,
  'long runs of blanks': (size) => `Subject: x${' '.repeat(size)}y\r\nFrom: x${' '.repeat(size)}<sip:a@b>\r\n`,
  'blanks before the colon': (size) => `Subject${' '.repeat(size)}: x\r\nCall-ID${'\t'.repeat(size)}x\r\n`,
  'a run of semicolons': (size) => `Via: SIP/2.0/UDP a${';'.repeat(size)}\r\nFrom: <sip:a@b>${';'.repeat(size)}\r\n`,
  'many parameters': (size) => `From: <sip:a@b>${Array.from({ length: size / 7 }, (_, index) => `;p${index}`).join('')}\r\n`,
  'many URI parameters': (size) => `From: <sip:a@b${Array.from({ length: size / 7 }, (_, index) => `;p${index}`).join('')}>\r\n`,
  'a run of commas': (size) => `Contact: ${','.repeat(size)}\r\nVia: ${','.repeat(size)}\r\n`,
  'a quote that never ends': (size) => `From: "${'a'.repeat(size)}\r\nContact: ${'",'.repeat(size / 2)}"\r\n`,
  'many backslashes': (size) => `From: "${'\\'.repeat(size)}\r\nSubject: ${'\\\0'.repeat(size / 2)}\r\n`,
  'angle brackets that never end': (size) => `Contact: ${'<,'.repeat(size / 2)}\r\nRoute: ${'<>,'.repeat(size / 3)}\r\n`,
  'many quoted strings': (size) => `From: ${'""'.repeat(size / 2)}\r\nContact: ${'"",'.repeat(size / 3)}\r\n`,
  'many percent signs': (size) => `From: <sip:${'%'.repeat(size)}@b>\r\nTo: <sip:${'%41'.repeat(size / 3)}@b>\r\n`,
  'many at signs': (size) => `From: <sip:${'@'.repeat(size)}>\r\nCall-ID: ${'@'.repeat(size)}\r\n`,
  'many slashes in Via': (size) => `Via: ${'SIP/'.repeat(size / 4)}\r\nContent-Type: ${'a/'.repeat(size / 2)}\r\n`,
  'many URI headers': (size) => `To: <sip:a@b?${'a=b&'.repeat(size / 4)}>\r\nFrom: <sip:a@b?${'a='.repeat(size / 2)}>\r\n`,
  'long numbers': (size) => `CSeq: ${'9'.repeat(size)} INVITE\r\nMax-Forwards: ${'9'.repeat(size)}x\r\nTimestamp: ${'1'.repeat(size)}x\r\n`,
  'many words': (size) => `From: ${'a '.repeat(size / 2)}<sip:a@b>\r\nRetry-After: 1${' '.repeat(size)}\r\n`,
  'long credentials': (size) => `Authorization: Digest ${Array.from({ length: size / 9 }, (_, index) => `p${index}="x",`).join('')}\r\n`,
  'many dots and colons': (size) => `From: <sip:${'a.'.repeat(size / 2)}>\r\nVia: SIP/2.0/UDP [${':'.repeat(size)}]\r\n`,
  'a multipart body of boundaries': (size) => `c: multipart/mixed;boundary=b\r\n\r\n${'\r\n--b'.repeat(size / 5)}`,
};

const UNLIMITED = { maxMessageOctets: 1e9, maxHeaderLines: 1e9, maxLineOctets: 1e9 };

function work(datagram: Buffer): void {
  const parsed = parseMessage(datagram, UNLIMITED);
  const message = parsed.ok ? parsed.value : parsed.error.message;
  if (!message) throw new Error('nothing was read');
  checkMessage(message);
  touchEverything(message);
  if (message.kind === 'request') createResponse(message, 400, { toTag: 'x' }).toBuffer();
}

/** Milliseconds, the least of several runs, so that other work on the machine hardly counts. */
function least(runs: number, datagram: Buffer): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = process.hrtime.bigint();
    work(datagram);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return best;
}

const SMALL = 16 * 1024;

test.each(Object.entries(HOSTILE))('%s', (_, make) => {
  const datagram = (size: number) => Buffer.from(`INVITE sip:a@b SIP/2.0\r\n${make(size)}\r\n`, 'latin1');
  const [small, large] = [datagram(SMALL), datagram(8 * SMALL)];
  least(5, small); // warms the compiler up
  const ratio = () => least(5, large) / Math.max(least(9, small), 0.05);
  // One look at a machine that is busy elsewhere proves nothing; what is quadratic is so at every look.
  expect([ratio, ratio, ratio].some((look) => look() < 40)).toBe(true);
});

import { StepCounter } from './count-steps.js';

/** Messages made to be slow: each takes a size and has about so many octets. */
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

const hostile = Object.entries(HOSTILE);
const datagramOf = (make: (size: number) => string, size: number): Buffer =>
  Buffer.from(`INVITE sip:a@b SIP/2.0\r\n${make(size)}\r\n`, 'latin1');
const KIB = 1024;
const SIZES = [4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB];

const counter = new StepCounter();
let work: (datagram: Buffer) => void;
beforeAll(async () => {
  // Loaded only now: V8 counts in what is compiled while it counts.
  work = (await import('./read-whole.js')).readWhole;
  // What is built once, at the first message, is no part of the work.
  for (const [, make] of hostile) work(datagramOf(make, 100));
});
afterAll(() => counter.close());

/** Linear work doubles, quadratic work becomes four times as much. */
const MOST_OF_A_DOUBLING = 3;

describe('twice the size is not much more than twice the work', () => {
  test.each(hostile)('%s', (_, make) => {
    const steps = SIZES.map((size) => {
      const datagram = datagramOf(make, size);
      return counter.count(() => work(datagram));
    });
    for (const [index, count] of steps.slice(1).entries()) expect(count / (steps[index] ?? 0)).toBeLessThan(MOST_OF_A_DOUBLING);
  });

  test('and the count shows what is quadratic', () => {
    const steps = SIZES.map((size) => {
      const datagram = Buffer.from(`INVITE sip:a@b SIP/2.0\r\n${'X: y\r\n'.repeat(size / 64)}\r\n`, 'latin1');
      return counter.count(() => {
        for (let time = 0; time < size / KIB; time++) work(datagram);
      });
    });
    for (const [index, count] of steps.slice(1).entries()) expect(count / (steps[index] ?? 0)).toBeGreaterThan(MOST_OF_A_DOUBLING);
  });
});

/**
 * How far a regular expression goes back cannot be counted, so this once time is looked at: that of the processor, of which
 * linear work takes some hundredths of this and quadratic work many times this.
 */
const MOST_CPU_MS = 4_000;

test.each(hostile)('%s: no regular expression goes back over and over', (_, make) => {
  const datagram = datagramOf(make, 256 * KIB);
  const before = process.cpuUsage();
  work(datagram);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(MOST_CPU_MS);
});

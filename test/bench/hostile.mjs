/**
 * `node test/bench/hostile.mjs [GIGABYTES]`: time and memory that `busyhere diagnose` takes for what nobody should give it,
 * each through a pipe, so that nothing is held on disk. Build first.
 */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PcapngWriter } from '../../dist/esm/trace/pcapng-writer.js';

const GIGABYTES = Number(process.argv[2] ?? 4);
const COMMAND = fileURLToPath(new URL('../../dist/cjs/cli/main.js', import.meta.url));
const PRELOAD = fileURLToPath(new URL('./max-rss.cjs', import.meta.url));
const A = { address: '10.0.0.1', port: 5060 };
const B = { address: '10.0.0.2', port: 5060 };
const PIECE = 1 << 20;

const writer = new PcapngWriter();
const head = Buffer.concat([writer.section('hostile'), writer.interface('eth0')]);
const message = (time, text, source = A, destination = B) =>
  writer.datagram(0, Date.UTC(2024, 0, 1), { time, source, destination, bytes: Buffer.from(text), sighting: 'passing' });

function invite(index) {
  const lines = [
    `Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK${index}`,
    'From: <sip:a@x>;tag=1',
    'To: <sip:b@x>',
    `Call-ID: ${index}@x`,
    'CSeq: 1 INVITE',
  ];
  return `INVITE sip:b@x SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** The same octets over and over, until the stream is as long as wanted. */
function* repeated(piece) {
  for (let octets = 0; octets < GIGABYTES * 2 ** 30; octets += piece.length) yield piece;
}

function* callIds(count) {
  for (let index = 0; index < count; index += 1000) {
    yield Buffer.concat(Array.from({ length: 1000 }, (_, at) => message((index + at) / 100, invite(index + at))));
  }
}

const rtp = Buffer.concat(Array.from({ length: 4000 }, (_, index) => message(index, `\u0001${'x'.repeat(200)}`)));
const STREAMS = {
  [`${GIGABYTES} GB of media`]: () => repeated(rtp),
  [`${GIGABYTES} GB of zeros`]: () => repeated(Buffer.alloc(PIECE)),
  [`${GIGABYTES} GB of noise`]: () => repeated(Buffer.from(Array.from({ length: PIECE }, (_, at) => (at * 2654435761) >>> 24))),
  [`${GIGABYTES} GB of one INVITE`]: () => repeated(Buffer.concat(Array.from({ length: 4000 }, () => message(1, invite(1))))),
  'a million Call-IDs in 10 s': () => callIds(1_000_000),
};

for (const [name, pieces] of Object.entries(STREAMS)) {
  const began = performance.now();
  const { code, errors, output } = await diagnose(pieces());
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const told = (output.match(/"notes":\[("[^"]*?)",?[^\]]*\]\}/)?.[1] ?? '').slice(-160);
  console.log(`${name}: exit ${code}, ${seconds} s, ${/max RSS.*/.exec(errors)?.[0]} ${told}`);
}

function diagnose(pieces) {
  const child = spawn(process.execPath, ['--require', PRELOAD, COMMAND, 'diagnose', '-', '--json', '--only', 'lost'], { stdio: 'pipe' });
  let errors = '';
  let output = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  child.stdout.on('data', (text) => {
    output = (output + text).slice(-5000);
  });
  child.stdin.on('error', () => undefined);
  feed(child.stdin, pieces);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, errors, output })));
}

async function feed(into, pieces) {
  into.write(head);
  for (const piece of pieces) {
    if (!into.writable) return;
    if (!into.write(piece)) await new Promise((resolve) => into.once('drain', resolve));
  }
  into.end();
}

/**
 * `npm run bench`: what a busy call costs (INVITE with SDP, 486, ACK over UDP on loopback), ours beside sipp and
 * Kamailio in the same run, since a figure without its neighbour says little about another machine. Build first.
 */

import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { diagnoseTimes } from './diagnose.mjs';
import { sippThroughB2bua } from './drachtio.mjs';
import { OwnElement } from './own-element.mjs';
import { parserRate } from './parser.mjs';
import { isThere, sippCalls, startKamailio } from './peers.mjs';
import { containerTimes, endpointTimes, suiteTimes } from './suite.mjs';

const CALLS = 12_000;
const OPEN = 64; // calls under way at a time
const RATE = 2_000; // calls/s through the proxies
const B2BUA_RATE = 1_000; // calls/s through the drachtio-srf application, which carries two calls for each
const BARESIP_IS_THERE = isThere('baresip', '-h');
const ENGINE_IS_THERE = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../dist/cjs/cli/main.js', import.meta.url));
const PRELOAD = fileURLToPath(new URL('./first-datagram.cjs', import.meta.url));

// Addresses of this process: its id is in them.
const at = (block) => ({ address: `127.${block}.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`, port: 5060 });
const [CALLER, PROXY, CALLEE] = [at(191), at(192), at(193)];

/** Our caller calls our callee, through our proxy where asked. */
async function ownCalls({ throughProxy }) {
  const callee = await OwnElement.start('callee', { address: CALLEE });
  const proxy = throughProxy ? await OwnElement.start('proxy', { address: PROXY, nextHop: CALLEE }) : undefined;
  const caller = await OwnElement.start('caller', { address: CALLER, outbound: throughProxy ? PROXY : CALLEE });
  const elements = { caller, callee, ...(proxy && { proxy }) };
  await caller.run({ calls: 3_000, open: OPEN }); // the compiler of Node warms up; a server runs for longer than that
  const before = await cpuOf(elements);
  const { seconds, failed } = await caller.run({ calls: CALLS, open: OPEN });
  const after = await cpuOf(elements);
  for (const element of Object.values(elements)) await element.stop();
  const perCall = Object.fromEntries(Object.keys(elements).map((name) => [name, (after[name] - before[name]) / CALLS]));
  return { perSecond: CALLS / seconds, failed, perCall };
}

async function cpuOf(elements) {
  return Object.fromEntries(await Promise.all(Object.entries(elements).map(async ([name, element]) => [name, await element.cpu()])));
}

/** sipp at both ends of our proxy, so that it does the very work that Kamailio does. */
async function sippThroughOurs() {
  const proxy = await OwnElement.start('proxy', { address: PROXY, nextHop: CALLEE });
  const through = { address: PROXY, cpu: () => proxy.cpu() };
  const ends = { caller: CALLER, callee: CALLEE };
  await sippCalls({ ...ends, calls: 3_000, rate: RATE, through });
  const result = await sippCalls({ ...ends, calls: CALLS, rate: RATE, through });
  await proxy.stop();
  return result;
}

async function sippThroughKamailio() {
  const proxy = await startKamailio(PROXY, CALLEE);
  try {
    return await sippCalls({ caller: CALLER, callee: CALLEE, calls: CALLS, rate: RATE, through: proxy });
  } finally {
    await proxy.stop();
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Runs the command some times; the median of what `measure` makes of each run and its wall time in ms. */
function command(args, measure, times = 5) {
  const one = () => {
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    // 4: the machine was too busy to judge some cases, which is no reason not to measure.
    if (status !== 0 && status !== 4) throw new Error(`${args.join(' ')} ended with code ${status}: ${stderr}`);
    return measure({ wall: performance.now() - began, stderr });
  };
  return median(Array.from({ length: times }, one));
}

const number = (value) => (value === undefined ? '' : Math.round(value).toLocaleString('en-US'));

function row(what, { perSecond, failed, perCall: { caller, callee, proxy } }, note = '') {
  const cells = [number(perSecond), number(failed), number(caller), number(proxy), number(callee)];
  console.log(`  ${what.padEnd(32)}${cells.map((cell) => cell.padStart(10)).join('')}  ${note}`.trimEnd());
}

async function rowsOfEndpoints(sippIsThere) {
  const choices = [
    ['bob and carol sipp', ['bob=sipp', 'carol=sipp'], sippIsThere],
    ['bob baresip', ['bob=baresip'], BARESIP_IS_THERE],
    ['all sipjs-udp', ['sipjs-udp'], true],
  ];
  for (const [what, chosen, isHere] of choices) {
    if (isHere) suiteRow(`kb834477, ${what}`, await endpointTimes(COMMAND, ROOT, chosen), 'on udp');
  }
}

async function rowsOfContainers() {
  const { suite, further } = await containerTimes(COMMAND, ROOT);
  suiteRow('kb834477 in containers', suite, 'three in a row, from their making to their end');
  const range = `${number(further[0])} to ${number(further.at(-1))}`;
  console.log(`  a further delivered case ${number(median(further))} ms (${range}) in warm containers`);
}

function suiteRow(what, { walls, same, inconclusive, skipped }, note) {
  const range = walls.length > 1 ? ` (${number(walls[0])} to ${number(walls.at(-1))})` : '';
  const verdicts = same ? 'the same verdicts' : 'NOT the same verdicts';
  const unjudged = `${inconclusive === 0 ? '' : `, ${inconclusive} inconclusive`}${skipped === 0 ? '' : `, ${skipped} skipped`}`;
  console.log(`  ${what.padEnd(28)}${number(median(walls))} ms${range}, ${verdicts}${unjudged}; ${note}`);
}

const times = (one, other) => `${(one / other).toFixed(1)} × `;

async function main() {
  const sippIsThere = isThere('sipp', '-v');
  const kamailioIsThere = isThere('kamailio', '-v');
  console.log(`\n  Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
  console.log(`  ${number(CALLS)} busy calls; ${OPEN} open at a time, or ${number(RATE)}/s where a rate is named\n`);
  console.log(`  ${''.padEnd(32)}${['calls/s', 'failed', 'caller µs', 'proxy µs', 'callee µs'].map((head) => head.padStart(10)).join('')}`);
  const pair = await ownCalls({ throughProxy: false });
  row('ours → ours', pair);
  if (sippIsThere) {
    const peers = await sippCalls({ caller: CALLER, callee: CALLEE, calls: CALLS, open: OPEN });
    const ratio = `ours costs ${times(pair.perCall.caller, peers.perCall.caller)}the caller, ${times(pair.perCall.callee, peers.perCall.callee)}the callee`;
    row('sipp → sipp', peers, ratio);
  }
  row('ours → our proxy → ours', await ownCalls({ throughProxy: true }));
  if (sippIsThere) {
    const ours = await sippThroughOurs();
    row(`sipp → our proxy → sipp, ${number(RATE)}/s`, ours);
    if (kamailioIsThere) {
      const peer = await sippThroughKamailio();
      row(`sipp → Kamailio → sipp, ${number(RATE)}/s`, peer, `ours costs ${times(ours.perCall.proxy, peer.perCall.proxy)}the proxy`);
    }
  }
  if (sippIsThere) {
    const ends = { caller: CALLER, b2bua: PROXY, callee: CALLEE };
    const b2bua = await sippThroughB2bua({ ...ends, calls: CALLS, rate: B2BUA_RATE, waitForEnd: true });
    const note = `first call ${b2bua.firstCallMs.toFixed(0)} ms; ${number(b2bua.left)} entries left`;
    row(`sipp → drachtio → sipp, ${number(B2BUA_RATE)}/s`, b2bua, note);
  }
  const { messagesPerSecond, octets } = parserRate();
  console.log(`\n  parser                ${number(messagesPerSecond)} messages/s of ${octets} octets, routing fields read`);
  console.log(`  busyhere --version    ${number(command([COMMAND, '--version'], ({ wall }) => wall))} ms`);
  const suite = [COMMAND, 'run', 'scenarios/kb834477', '--seed', '1'];
  const first = ({ stderr }) => Number(/first datagram (\S+)/.exec(stderr)?.[1]);
  console.log(`  first datagram        ${number(command(['--require', PRELOAD, ...suite], first))} ms after the start of the process`);
  const { udp, memory, atOnce, busy } = await suiteTimes(COMMAND, ROOT);
  suiteRow('kb834477 on udp', udp, 'ten in a row');
  suiteRow('kb834477 in memory', memory, 'ten in a row');
  suiteRow('kb834477, 3 at once', atOnce, 'on udp, against the above');
  suiteRow('kb834477, busy machine', busy, 'on udp, beside two processes that are never idle');
  await rowsOfEndpoints(sippIsThere);
  if (ENGINE_IS_THERE) await rowsOfContainers();
  const tsharkIsThere = isThere('tshark', '--version');
  const { messages, megabytes, seconds, tshark } = diagnoseTimes(COMMAND, tsharkIsThere);
  const beside = tshark === undefined ? '' : `; tshark -z sip,stat ${tshark.toFixed(1)} s`;
  console.log(`  diagnose              ${seconds.toFixed(1)} s for ${number(messages)} SIP messages, ${number(megabytes)} MB${beside}`);
  const missing = [
    ...(sippIsThere ? [] : ['sipp (sip-tester)']),
    ...(kamailioIsThere ? [] : ['kamailio']),
    ...(BARESIP_IS_THERE ? [] : ['baresip']),
  ];
  if (missing.length > 0) console.log(`\n  not installed, so not measured beside: ${missing.join(', ')}`);
}

await main();

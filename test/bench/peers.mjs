/** The independent peers: sipp as caller and busy callee, Kamailio as proxy. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SCENARIOS = fileURLToPath(new URL('./sipp', import.meta.url));
const KAMAILIO = fileURLToPath(new URL('./kamailio.cfg', import.meta.url));
const BOUND_MS = 40_000; // sipp's own -timeout has been seen not to end it

export function isThere(program, flag) {
  return spawnSync(program, [flag], { stdio: 'ignore' }).error === undefined;
}

/** CPU time of a process and its children that still run, in µs, from the system's accounting in ticks of 10 ms. */
export function cpuOfTree(pid) {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return ticksOf(pid) * 10_000 + children.reduce((sum, child) => sum + cpuOfTree(Number(child)), 0);
}

function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
  } catch {
    return []; // it ended in between
  }
}

const parentOf = (pid) => Number(statOf(pid)[1] ?? 0);
const ticksOf = (pid) => Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0);

/** Resolves when the UDP address is held by somebody. */
export async function bound({ address, port }) {
  const octets = Buffer.from(address.split('.').map(Number).reverse()).toString('hex');
  const key = ` ${octets}:${port.toString(16).padStart(4, '0')} `.toUpperCase();
  for (let waited = 0; waited < 5_000; waited += 10) {
    if (readFileSync('/proc/net/udp', 'latin1').includes(key)) return;
    await pause(10);
  }
  throw new Error(`nobody opened ${address}:${port}`);
}

/** Runs sipp to its end; resolves with the CPU time of the process, its wall time, and the counts of its statistics. */
function sipp(scenario, local, args, folder) {
  const statistics = join(folder, `${scenario}.csv`);
  const command = ['sipp', '-sf', join(SCENARIOS, `${scenario}.xml`), '-i', local.address, '-p', String(local.port), '-nostdin']
    .concat(['-buff_size', '4000000', '-trace_stat', '-stf', statistics, '-fd', '1', ...args])
    .map((word) => `'${word}'`)
    .join(' ');
  // The shell's own `time` accounts for the process exactly, and for all of its life.
  const child = spawn('bash', ['-c', `TIMEFORMAT='cpu %U %S %R'; time ${command} >/dev/null 2>&1`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('latin1').on('data', (text) => {
    said += text;
  });
  const bound = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), BOUND_MS);
  return once(child, 'close').then(() => {
    clearTimeout(bound);
    const [, user, system, seconds] = /cpu (\S+) (\S+) (\S+)/.exec(said) ?? [];
    if (seconds === undefined) throw new Error(`sipp (${scenario}) did not end within ${BOUND_MS / 1000} s`);
    return { cpu: (Number(user) + Number(system)) * 1e6, seconds: Number(seconds), ...countsOf(statistics) };
  });
}

function countsOf(file) {
  const [heads = '', ...lines] = readFileSync(file, 'latin1').trim().split('\n');
  const last = lines.at(-1)?.split(';') ?? [];
  const value = (head) => Number(last[heads.split(';').indexOf(head)] ?? Number.NaN);
  return { successful: value('SuccessfulCall(C)'), failed: value('FailedCall(C)') };
}

/**
 * sipp calls a busy sipp: at a rate (calls/s), or with so many calls open at a time. `through` is a proxy to measure:
 * `{address, cpu()}`. Resolves with calls/s, failures and CPU µs per call of caller, callee and proxy.
 */
export async function sippCalls({ calls, rate, open, caller, callee, through }) {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-bench-'));
  try {
    const busy = sipp('busy', callee, ['-m', String(calls)], folder);
    await bound(callee);
    const before = await through?.cpu();
    const load = rate === undefined ? ['-r', '100000', '-l', String(open)] : ['-r', String(rate), '-l', '60000'];
    const { address, port } = through?.address ?? callee;
    const { cpu, seconds, successful, failed } = await sipp('caller', caller, [...load, '-m', String(calls), `${address}:${port}`], folder);
    const after = await through?.cpu();
    const { cpu: calleeCpu } = await busy;
    const perCall = { caller: cpu / calls, callee: calleeCpu / calls, proxy: through && (after - before) / calls };
    return { perSecond: calls / seconds, failed: failed + (calls - failed - successful), perCall };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kamailio as a stateful relay from an address to a next hop. */
export async function startKamailio(address, nextHop) {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-kamailio-'));
  const next = `NEXT_HOP="sip:${nextHop.address}:${nextHop.port}"`;
  const listen = `udp:${address.address}:${address.port}`;
  const args = ['-DD', '-E', '-m', '512', '-M', '16', '-Y', folder, '-f', KAMAILIO, '-A', next, '-l', listen, '-P', join(folder, 'pid')];
  const child = spawn('kamailio', args, { stdio: 'ignore', cwd: folder });
  await bound(address);
  return {
    address,
    cpu: () => cpuOfTree(child.pid),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How long `busyhere diagnose` takes for a capture of 150,000 SIP messages, and tshark for its SIP statistics of the same. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBusyCapture } from './capture.mjs';

const CALLS = 15_000;

/** @returns what was measured; `tshark` in seconds is undefined where it is not installed */
export function diagnoseTimes(command, tsharkIsThere) {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-bench-'));
  const path = join(folder, 'busy.pcapng');
  try {
    const messages = writeBusyCapture(path, { calls: CALLS, lostEvery: 50 });
    const ours = wallTime(process.execPath, [command, 'diagnose', path, '--only', 'lost', '--json'], [1]);
    const tshark = tsharkIsThere ? wallTime('tshark', ['-q', '-z', 'sip,stat', '-r', path], [0]) : undefined;
    return { messages, megabytes: statSync(path).size / 1e6, seconds: ours, tshark };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function wallTime(program, args, codes) {
  const began = performance.now();
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (!codes.includes(status)) throw new Error(`${program} ${args.join(' ')} ended with code ${status}: ${stderr}`);
  return (performance.now() - began) / 1000;
}

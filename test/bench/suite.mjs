/**
 * The default suite, scenarios/kb834477, as a user starts it: ten runs in a row in one process, three at once, one beside
 * processes that are never idle, in containers, and with somebody else's endpoints. What is compared is every verdict; a case that could not be judged is one too.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RUNS = 10;
const AT_ONCE = 3;
const CONTAINER_RUNS = 3;

/**
 * @param command the built command line
 * @param cwd where scenarios/ is
 * @returns for each way of running: wall times in ms, whether all runs said the same, cases that could not be judged
 */
export function suiteTimes(command, cwd) {
  return withRuns(command, cwd, async (run) => {
    const udp = await inARow((index) => run(`udp-${index}`, '--seed', `${index + 1}`));
    const memory = await inARow((index) => run(`memory-${index}`, '--seed', `${index + 1}`, '--engine', 'memory'));
    const atOnce = summary(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => run(`at-once-${index}`, '--seed', '1'))), udp);
    const spinners = Array.from({ length: 2 }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    const stop = () => {
      for (const spinner of spinners) spinner.kill('SIGKILL');
    };
    const busy = summary([await run('busy', '--seed', '1').finally(stop)], udp);
    return { udp, memory, atOnce, busy };
  });
}

/**
 * The same in containers, which are made and removed each time, and how long each delivered case takes in warm ones that
 * have nothing else to do, in ms, ascending.
 */
export function containerTimes(command, cwd) {
  return withRuns(command, cwd, async (run) => {
    await run('images', '--engine', 'docker', '-g', 'telephony'); // which are built once
    const suite = await inARow((index) => run(`docker-${index}`, '--seed', '1', '--engine', 'docker'), CONTAINER_RUNS);
    const { cases } = await run('warm', '--engine', 'docker', '-g', 'gateway-host', '-j', '1');
    const [, ...further] = cases.filter(({ attempts }) => attempts.at(-1)?.observed === 486);
    return { suite, further: further.map(({ durationMs }) => durationMs).sort((one, other) => one - other) };
  });
}

/** The same over UDP with somebody else's endpoints. @param chosen as `--endpoint` takes them */
export function endpointTimes(command, cwd, chosen) {
  const choice = chosen.flatMap((one) => ['--endpoint', one]);
  return withRuns(command, cwd, async (run) => summary([await run('endpoints', ...choice)]));
}

async function withRuns(command, cwd, work) {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-bench-'));
  try {
    return await work((name, ...more) => suiteRun({ command, cwd, file: join(folder, `${name}.json`) }, more));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inARow(one, times = RUNS) {
  const runs = [];
  for (let index = 0; index < times; index++) runs.push(await one(index));
  return summary(runs);
}

function summary(runs, { verdicts } = runs[0]) {
  return {
    verdicts,
    walls: runs.map(({ wall }) => wall).sort((one, other) => one - other),
    same: runs.every((one) => one.verdicts === verdicts),
    inconclusive: runs.reduce((sum, one) => sum + one.inconclusive, 0),
    skipped: runs[0].skipped,
  };
}

async function suiteRun({ command, cwd, file }, more) {
  const began = performance.now();
  const args = [command, 'run', 'scenarios/kb834477', '--reporter', `json=${file}`, ...more];
  const child = spawn(process.execPath, args, { cwd, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  const wall = performance.now() - began;
  if (code !== 0 && code !== 4) throw new Error(`${args.join(' ')} ended with code ${code}`);
  const { cases, summary: counted } = JSON.parse(readFileSync(file, 'utf8'));
  const verdicts = cases.map(({ id, status, attempts }) => [
    id,
    status,
    attempts.map(({ observed, loss }) => [observed, loss?.kind, loss?.hop]),
  ]);
  return { wall, cases, verdicts: JSON.stringify(verdicts), inconclusive: counted.inconclusive, skipped: counted.skipped };
}

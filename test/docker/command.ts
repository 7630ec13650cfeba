import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { ownerOf, RUN_LABEL } from '../../harness/lab/docker/labels.js';
import type { RunResult } from '../../harness/scenario/result.js';
import { Program } from '../interop/programs';
import { COMMAND, ROOT } from './engine';

/** Until a run in containers is given up, ms: machines are busy, and the first run builds images. */
const BOUND_MS = 280_000;

/** The command in a process of its own, as a user starts it. */
export function busyhere(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  return new Program(process.execPath, [COMMAND, ...args], { cwd: ROOT, boundMs: BOUND_MS, env: { ...process.env, ...env } });
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'docker-lab-'));
}

export function resultsIn(path: string): RunResult {
  return JSON.parse(readFileSync(path, 'utf8')) as RunResult;
}

/** One case that waits for 32 s: long enough to do something to it. */
export const LONG_CASE = [
  'run',
  '--engine',
  'docker',
  'scenarios/kb834477/second-invitation.yaml',
  '-g',
  'trust=shared-listener,action=voice,bob=ringing',
  '--timers',
  'rfc3261',
] as const;

/** Servers and participants of that case, and a capture beside each. */
const CONTAINERS = 10;

/** Resolves when all containers of that case run; rejects when the program ends before. */
export async function containersOf(program: Program, engine: Docker): Promise<Docker.Container[]> {
  let over = false;
  void program.exited.then(() => {
    over = true;
  });
  for (;;) {
    const all = await engine.listContainers({ filters: { label: [RUN_LABEL], status: ['running'] } });
    const running = all.filter(({ Labels }) => ownerOf(Labels)?.pid === program.pid);
    if (running.length >= CONTAINERS) return running.map(({ Id }) => engine.getContainer(Id));
    if (over) throw new Error(`it ended before its containers ran: ${program.output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A TCP connection to the control port, 7060, that is established, in a line of /proc/PID/net/tcp (proc(5)). */
const REACHED = /^ *\d+: [0-9A-F]{8}:1B94 [0-9A-F]{8}:[0-9A-F]{4} 01 /m;

/** Resolves when the harness has its connection to a host's container. */
export async function reached(container: Docker.Container): Promise<void> {
  const { State } = await container.inspect();
  while (!REACHED.test(readFileSync(`/proc/${State.Pid}/net/tcp`, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 100));
}

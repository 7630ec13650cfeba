import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processPresence } from '../../endpoint/program/process-presence.js';

/** Who made the parts of a lab. */
export interface Owner {
  /** The machine, as far as a process on it can tell it from others. */
  readonly machine: string;
  readonly pid: number;
  /** When the process began, in whatever its system counts: another one may get its number later. */
  readonly began: string;
}

/** This process. */
export function thisProcess(): Owner {
  return { machine: machineName(), pid: process.pid, began: beginningOf(process.pid) ?? '' };
}

/** Whether a process still runs; undefined where it is on another machine, and nobody here knows. */
export function isAlive({ machine, pid, began }: Owner): boolean | undefined {
  if (machine !== machineName()) return undefined;
  const presence = processPresence(pid);
  return presence === 'own' ? (beginningOf(pid) ?? '') === began : presence === 'others';
}

/** `4f1d22a9`, drawn anew for each run whatever its seed: two runs with one seed may go on at once. */
export function newRunName(): string {
  return randomBytes(4).toString('hex');
}

/** What only this run's harness and containers know. */
export function newToken(): string {
  return randomBytes(24).toString('hex');
}

/**
 * A container on the machine has the machine's boot, and may have its host name; it counts processes for itself. So does
 * everybody who has a name space of his own for them (pid_namespaces(7)).
 */
function machineName(): string {
  const boot = ifThere(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))?.trim();
  const numbers = ifThere(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, numbers].map((part) => part ?? '').join('/');
}

/** The 22nd field of /proc/PID/stat (proc(5)): ticks since boot. Systems without it tell nothing. */
function beginningOf(pid: number): string | undefined {
  const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function ifThere(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { processPresence } from './process-presence.js';

/** The name tells whose it is: a process of this machine, or of a container that has the same folder for temporary files. */
function ownedBy(pid: number): string {
  return `busyhere-programs-${hostname()}-${pid}-`;
}

let isSwept = false;

/**
 * A new folder for files of programs. Those that earlier processes left, since they were killed, go when the first is made.
 * @param parent where all processes have theirs
 */
export function makeProgramFolder(parent = tmpdir()): string {
  if (!isSwept) sweepProgramFolders(parent);
  isSwept = true;
  return mkdtempSync(join(parent, ownedBy(process.pid)));
}

/** Removes the folders of processes that are there no more. */
export function sweepProgramFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/-(\d+)-\w{6}$/.exec(name)?.[1]);
    if (name.startsWith(ownedBy(pid)) && processPresence(pid) === 'none') removeIfPossible(join(parent, name));
  }
}

/** Another run may be sweeping too. */
function removeIfPossible(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // What cannot be removed is none of ours to worry about.
  }
}

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, type Owner, thisProcess } from './run-identity.js';

const PREFIX = 'busyhere-image-';
const OWNER = 'owner.json';
const CONTEXT = 'context';

/** Gives the work an empty folder for what an image is built of, and takes it away afterwards. */
export async function withBuildFolder(work: (context: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  try {
    writeFileSync(join(folder, OWNER), JSON.stringify(thisProcess()));
    const context = join(folder, CONTEXT);
    mkdirSync(context);
    await work(context);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes the folders of processes that were killed while they built. */
export function sweepBuildFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (name.startsWith(PREFIX) && isLeft(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function isLeft(folder: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as Owner) === false;
  } catch {
    return false; // it is just being made, or somebody else's
  }
}

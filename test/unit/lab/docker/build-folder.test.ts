import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sweepBuildFolders, withBuildFolder } from '../../../../harness/lab/docker/build-folder.js';
import { thisProcess } from '../../../../harness/lab/docker/run-identity.js';

/** A folder as one is left by somebody. */
function left(owner: object | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-image-'));
  mkdirSync(join(folder, 'context'));
  if (owner) writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
  return folder;
}

describe('the folder of what an image is built of', () => {
  it('is there for the work and not after it, whatever comes of that', async () => {
    const folders: string[] = [];
    const failing = withBuildFolder(async (context) => {
      sweepBuildFolders(); // another run's
      expect(existsSync(context)).toBe(true);
      folders.push(context, dirname(context));
      throw new Error('no room');
    });
    await expect(failing).rejects.toThrow('no room');
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false]);
  });

  it('is removed by the next where its process was killed', () => {
    const own = thisProcess();
    const [killed, alive, elsewhere, unknown] = [
      left({ ...own, pid: 2 ** 22 + 1 }), // beyond the most that Linux numbers
      left(own),
      left({ ...own, machine: 'another' }),
      left(undefined),
    ];
    sweepBuildFolders();
    expect([killed, alive, elsewhere, unknown].map((folder) => existsSync(folder))).toEqual([false, true, true, true]);
    for (const folder of [alive, elsewhere, unknown]) rmSync(folder, { recursive: true });
  });
});

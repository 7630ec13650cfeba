import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProgramFolder, sweepProgramFolders } from '../../../../harness/endpoint/program/program-folder';

describe('folders for files of programs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-folders-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** The id of a process that has come to its end. */
  const dead = (): number => spawnSync('true').pid;
  const left = (name: string): string => {
    mkdirSync(join(folder, name, 'bob'), { recursive: true });
    writeFileSync(join(folder, name, 'bob', 'stdout'), 'x');
    return name;
  };

  it('go where the process is gone that made them, and stay otherwise', () => {
    const own = makeProgramFolder(folder);
    left(`busyhere-programs-${hostname()}-${dead()}-aB3dEf`);
    const others = [
      left(`busyhere-programs-${hostname()}-${process.ppid}-aB3dEf`),
      left(`busyhere-programs-another.host-${dead()}-aB3dEf`),
      left(`busyhere-${dead()}-aB3dEf`),
      left('busyhere-programs-'),
    ];
    sweepProgramFolders(folder);
    expect(existsSync(own)).toBe(true);
    expect(
      readdirSync(folder)
        .filter((name) => !own.endsWith(name))
        .sort(),
    ).toEqual(others.sort());
  });

  it('are swept when a process makes its first one, and no more', () => {
    const name = left(`busyhere-programs-${hostname()}-${dead()}-aB3dEf`);
    jest.isolateModules(() => {
      const fresh = require('../../../../harness/endpoint/program/program-folder') as { makeProgramFolder: typeof makeProgramFolder };
      fresh.makeProgramFolder(folder);
      expect(existsSync(join(folder, name))).toBe(false);
      left(name);
      fresh.makeProgramFolder(folder);
      expect(existsSync(join(folder, name))).toBe(true);
    });
  });
});

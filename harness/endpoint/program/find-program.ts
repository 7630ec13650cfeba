import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is; undefined where this machine does not have it. @param path the folders of PATH */
export function findProgram(name: string, path: string = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

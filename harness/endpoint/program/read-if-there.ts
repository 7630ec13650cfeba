import { readFileSync } from 'node:fs';

/** What a program has written to a file so far, an octet a character; empty where there is no such file. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

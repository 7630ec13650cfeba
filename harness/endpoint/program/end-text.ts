import { constants } from 'node:os';
import type { ProgramEnd } from './supervised-program.js';

/** How a program ended, in words that follow its name: `ended with exit code 1`, `was ended by signal 11 (SIGSEGV)`. */
export function endText({ code, signal }: ProgramEnd): string {
  if (signal === null) return `ended with exit code ${code ?? 'unknown'}`;
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return `was ended by signal ${signal}${name === undefined ? '' : ` (${name})`}`;
}

import { constants } from 'node:os';
import type { ProgramReport } from './program-outputs.js';
import type { ProgramEnd } from './supervised-program.js';

/** How a program ended, in words that follow its name: `ended with exit code 1`, `was ended by signal 11 (SIGSEGV)`. */
export function endText({ code, signal }: ProgramEnd): string {
  if (signal === null) return `ended with exit code ${code ?? 'unknown'}`;
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return `was ended by signal ${signal}${name === undefined ? '' : ` (${name})`}`;
}

/** How a program ended, for its report. @param end undefined where it ran until we ended it */
export function reportedEnd(end: ProgramEnd | undefined): Pick<ProgramReport, 'exitCode' | 'signal'> {
  const { code, signal } = end ?? { code: null, signal: null };
  return { exitCode: code, ...(signal === null ? {} : { signal }) };
}

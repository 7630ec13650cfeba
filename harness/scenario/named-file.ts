import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { xmlMistake } from '../endpoint/sipp/user-scenario.js';

/**
 * What is wrong with a file that a scenario names; undefined where it can be read.
 * @param written its name in the scenario
 */
export function faultOfFile(absolute: string, written: string): string | undefined {
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (!stats) return `there is no file ${written} (${absolute})`;
  if (stats.isDirectory()) return `${written} (${absolute}) is a directory; a file was expected`;
  if (!stats.isFile()) return `${written} (${absolute}) is not a regular file`;
  try {
    accessSync(absolute, constants.R_OK);
    return undefined;
  } catch (error) {
    return `${written} (${absolute}) cannot be read: ${(error as NodeJS.ErrnoException).code}`;
  }
}

/** What is wrong with what stands in a scenario for sipp that can be read: sipp plays tags that do not fit together, and says nothing. */
export function faultOfSippScenario(absolute: string, written: string): string | undefined {
  const mistake = xmlMistake(readFileSync(absolute, 'utf8'));
  return mistake && `${written}:${mistake.line}:${mistake.column}: ${mistake.message} (${absolute})`;
}

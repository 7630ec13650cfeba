import { type ErrorCode, errorCode } from '../platform/errors.js';
import type { RunResult } from '../scenario/result.js';

/** Every exit code of every command; other programs decide by them. */
export const EXIT_CODES = {
  asExpected: 0,
  notAsExpected: 1,
  usage: 2,
  environment: 3,
  fault: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** What each means, for help texts and documentation. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT_CODES.asExpected, 'all as expected'],
  [EXIT_CODES.notAsExpected, 'a case was not as expected, or no case matched'],
  [EXIT_CODES.usage, 'the command line, the configuration or a scenario cannot be understood'],
  [EXIT_CODES.environment, 'the machine lacks something: an address is taken, a file cannot be written'],
  [EXIT_CODES.fault, 'a fault of busyhere itself, or cases that could not be judged'],
  [EXIT_CODES.interrupted, 'interrupted; reports are written all the same'],
];

const BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: EXIT_CODES.usage,
  configuration: EXIT_CODES.usage,
  scenario: EXIT_CODES.usage,
  capture: EXIT_CODES.usage,
  'address-in-use': EXIT_CODES.environment,
  'address-unavailable': EXIT_CODES.environment,
  environment: EXIT_CODES.environment,
  transport: EXIT_CODES.environment,
  interrupted: EXIT_CODES.interrupted,
  internal: EXIT_CODES.fault,
};

export function exitCodeOfError(error: unknown): ExitCode {
  const code = errorCode(error);
  return code === undefined ? EXIT_CODES.fault : BY_ERROR[code];
}

/** A case that failed says more than one that could not be judged. */
export function exitCodeOfRun({ summary }: Pick<RunResult, 'summary'>): ExitCode {
  if (summary.interrupted > 0) return EXIT_CODES.interrupted;
  if (summary.failed > 0) return EXIT_CODES.notAsExpected;
  return summary.inconclusive > 0 ? EXIT_CODES.fault : EXIT_CODES.asExpected;
}

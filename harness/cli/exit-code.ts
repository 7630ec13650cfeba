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

/** What a code means, where `diagnose` has cases of its own with those. */
export interface ExitCodeMeaning {
  readonly code: ExitCode;
  readonly meaning: string;
  readonly diagnose?: string;
}

/** The one table, for help, documentation and README. */
export const EXIT_CODE_TABLE: readonly ExitCodeMeaning[] = [
  { code: EXIT_CODES.asExpected, meaning: 'all as expected', diagnose: 'nothing lost or altered' },
  {
    code: EXIT_CODES.notAsExpected,
    meaning: 'a case was not as expected, or nothing matched or could be played',
    diagnose: 'a response was lost or altered',
  },
  { code: EXIT_CODES.usage, meaning: 'the command line, the configuration, a scenario or a capture cannot be understood' },
  {
    code: EXIT_CODES.environment,
    meaning: 'the machine or the proxy lacks something: an address is taken, a file cannot be written, nothing answers',
  },
  { code: EXIT_CODES.fault, meaning: 'a fault of busyhere itself, or cases that could not be judged' },
  { code: EXIT_CODES.interrupted, meaning: 'interrupted, or nobody reads the output any more; run still writes its reports' },
];

/** `all as expected; diagnose: nothing lost or altered`. @param mark how the name of a command is written */
export function exitCodeText({ meaning, diagnose }: ExitCodeMeaning, mark: (command: string) => string = (command) => command): string {
  return diagnose === undefined ? meaning : `${meaning}; ${mark('diagnose')}: ${diagnose}`;
}

/** What a code means when one command ends with it. */
export type CommandExitCodes = readonly (readonly [code: ExitCode, meaning: string])[];

const FAULT: CommandExitCodes[number] = [EXIT_CODES.fault, 'a fault of busyhere itself; please report it'];
const LEFT: CommandExitCodes[number] = [EXIT_CODES.interrupted, 'interrupted, or nobody reads the output any more'];

/** For each command what it can end with, and nothing else. */
export const COMMAND_EXIT_CODES = {
  run: [
    [EXIT_CODES.asExpected, 'every case was as expected; with --list, the cases were shown'],
    [EXIT_CODES.notAsExpected, 'a case was not as expected, no case matches, or all were skipped'],
    [EXIT_CODES.usage, 'the command line, the configuration or a scenario cannot be understood, or the proxy knows another password'],
    [EXIT_CODES.environment, 'the machine or the proxy lacks something: an address is taken, a report cannot be written, nothing answers'],
    [EXIT_CODES.fault, 'cases that could not be judged since this machine was too slow, or a fault of busyhere itself'],
    [EXIT_CODES.interrupted, 'interrupted, or nobody reads the output any more; reports are still written'],
  ],
  list: [
    [EXIT_CODES.asExpected, 'the cases were shown'],
    [EXIT_CODES.notAsExpected, 'no case matches'],
    [EXIT_CODES.usage, 'the command line, the configuration or a scenario cannot be understood'],
    [EXIT_CODES.environment, 'the bundled scenarios are missing'],
    FAULT,
    LEFT,
  ],
  diagnose: [
    [EXIT_CODES.asExpected, 'nothing was lost or altered'],
    [EXIT_CODES.notAsExpected, 'a final response was lost or altered'],
    [
      EXIT_CODES.usage,
      'the command line or the configuration cannot be understood, or a capture not be read to its end; no attempt is what --call-id, --from and --to ask for',
    ],
    [EXIT_CODES.environment, 'the page cannot be written'],
    FAULT,
    LEFT,
  ],
  doctor: [
    [EXIT_CODES.asExpected, 'nothing that is needed is lacking'],
    [EXIT_CODES.notAsExpected, 'no case matches'],
    [EXIT_CODES.usage, 'the command line, the configuration or a scenario cannot be understood'],
    [EXIT_CODES.environment, 'the machine or the proxy lacks something, or does not answer'],
    FAULT,
    LEFT,
  ],
  init: [
    [EXIT_CODES.asExpected, 'the files were written'],
    [EXIT_CODES.usage, 'the command line cannot be understood, or a file is there already: nothing was written'],
    [EXIT_CODES.environment, 'a file cannot be written'],
    FAULT,
    LEFT,
  ],
} as const satisfies Readonly<Record<string, CommandExitCodes>>;

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
  // What tests nothing must not look like what went well.
  if (summary.cases > 0 && summary.skipped === summary.cases) return EXIT_CODES.notAsExpected;
  return summary.inconclusive > 0 ? EXIT_CODES.fault : EXIT_CODES.asExpected;
}

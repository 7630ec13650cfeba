import { DIAGNOSE_FLAGS } from './diagnose-flags.js';
import { COMMAND_EXIT_CODES, type CommandExitCodes, type ExitCode } from './exit-code.js';
import { ENGINE_FLAG, type Flag, RUN_FLAGS, SELECTION_FLAGS, SUT_FLAGS } from './flags.js';
import type { Host } from './host.js';

/** What the user asked a command for: arguments in their order, values of flags by key (see `keyOf`). */
export interface Invocation {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

export type Command = (invocation: Invocation, host: Host) => Promise<ExitCode>;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Its arguments as the help shows them: `[PATH...]`. */
  readonly args: string;
  readonly argsDescription: string;
  readonly flags: readonly Flag[];
  /** At least two; a test has each of them work. */
  readonly examples: readonly string[];
  readonly exitCodes: CommandExitCodes;
  /** An interruption is its own affair: it ends in order and writes its reports. */
  readonly tearsDown?: true;
  /** Loads the command's own file: nobody pays for what another command needs. */
  load(): Promise<Command>;
}

const SCENARIO_ARGS = {
  args: '[path...]',
  argsDescription:
    'scenario files, or folders of them; without any ./scenarios, else the bundled suite. A path scenarios/… that is not here may be one of that suite',
} as const;

/** Every command that exists. One that does not is not listed. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run scenarios and say what came of each case',
    ...SCENARIO_ARGS,
    flags: RUN_FLAGS,
    examples: [
      'busyhere run scenarios/kb834477',
      'busyhere run scenarios/kb834477 --trust shared-listener --ladder',
      'busyhere run --engine memory --reporter list,junit=report.xml',
      'busyhere run scenarios/busy.yaml --sut external --sut-config proxy.yaml',
    ],
    exitCodes: COMMAND_EXIT_CODES.run,
    tearsDown: true,
    load: async () => (await import('./run-command.js')).runCommand,
  },
  {
    name: 'list',
    summary: 'show the cases that run would run, one id a line',
    ...SCENARIO_ARGS,
    flags: SELECTION_FLAGS,
    examples: ['busyhere list scenarios/kb834477', "busyhere list -g 'bob=engaged'"],
    exitCodes: COMMAND_EXIT_CODES.list,
    load: async () => (await import('./list-command.js')).listCommand,
  },
  {
    name: 'diagnose',
    summary: 'say where final responses were lost in captures, pcap or pcapng',
    args: '<capture...>',
    argsDescription: 'capture files, taken together; - is standard input',
    flags: DIAGNOSE_FLAGS,
    examples: [
      'busyhere diagnose call.pcapng',
      'busyhere diagnose caller-side.pcap callee-side.pcap --only lost',
      'tcpdump -w - port 5060 | busyhere diagnose -',
    ],
    exitCodes: COMMAND_EXIT_CODES.diagnose,
    load: async () => (await import('./diagnose-command.js')).diagnoseCommand,
  },
  {
    name: 'doctor',
    summary: 'say what this machine has, or what a proxy that runs already needs and answers',
    ...SCENARIO_ARGS,
    flags: [...SELECTION_FLAGS, ENGINE_FLAG, ...SUT_FLAGS],
    examples: [
      'busyhere doctor',
      'busyhere doctor --engine docker',
      'busyhere doctor scenarios/busy.yaml --sut external --sut-config proxy.yaml',
      'busyhere doctor scenarios/kb834477 --trust gateway-host --sut external --sut-address sip:192.0.2.1:5060',
    ],
    exitCodes: COMMAND_EXIT_CODES.doctor,
    load: async () => (await import('./doctor-command.js')).doctorCommand,
  },
  {
    name: 'init',
    summary: 'write first scenarios, a description of your proxy, a configuration and a CI workflow',
    args: '[folder]',
    argsDescription: 'where to; without it, here. Nothing that is there is overwritten',
    flags: [],
    examples: ['busyhere init', 'busyhere init tests/sip'],
    exitCodes: COMMAND_EXIT_CODES.init,
    load: async () => (await import('./init-command.js')).initCommand,
  },
];

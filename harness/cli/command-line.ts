import { Command as Commander, CommanderError, Help, Option } from 'commander';
import { BusyhereError, errorCode } from '../platform/errors.js';
import { didYouMean } from '../scenario/nearest.js';
import { TOOL } from '../scenario/tool.js';
import { COMMANDS, type CommandEntry } from './commands.js';
import { readConfigFile } from './config-file.js';
import { type CommandExitCodes, EXIT_CODE_TABLE, EXIT_CODES, type ExitCode, exitCodeOfError, exitCodeText } from './exit-code.js';
import type { Flag } from './flags.js';
import type { Host } from './host.js';

/** Of the meanings of exit codes in the help. */
const EXIT_CODE_INDENT = 7;

/**
 * Does what the arguments ask for. Never throws: what goes wrong is told on standard error.
 *
 * @param argv the arguments without node and script
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT_CODES.asExpected;
  const program = buildProgram(host, (ended) => {
    code = ended;
  });
  try {
    // Who names no command asks what there is.
    const written = argv.length === 0 ? ['--help'] : withBareValues(argv);
    await program.parseAsync(written, { from: 'user' });
    return code;
  } catch (error) {
    return tellError(error, host);
  }
}

function buildProgram(host: Host, onEnd: (code: ExitCode) => void): Commander {
  const program = new Commander('busyhere')
    .description('Says whether a SIP busy response reaches the caller through a proxy’s trust configuration, and where it was lost.')
    .version(TOOL.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      () =>
        `\n${exitCodeHelp(
          EXIT_CODE_TABLE.map((row) => [row.code, exitCodeText(row)]),
          host,
        )}\nMore: busyhere help run`,
    )
    .showSuggestionAfterError(false);
  // Commander hands these on to the commands made after them.
  program.exitOverride().configureOutput({
    writeOut: (text) => host.stdout.write(text),
    writeErr: (text) => host.stderr.write(text),
    outputError: () => {}, // told by tellError
    getOutHelpWidth: () => host.stdout.columns ?? 80,
    getErrHelpWidth: () => host.stderr.columns ?? 80,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const entry of COMMANDS) addCommand(program, entry, host, onEnd);
  return program;
}

function addCommand(program: Commander, entry: CommandEntry, host: Host, onEnd: (code: ExitCode) => void): void {
  const command = program
    .command(entry.name)
    .summary(entry.summary)
    .description(`${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.`)
    .argument(entry.args, entry.argsDescription)
    .addHelpText(
      'after',
      () => `\nExamples:\n${entry.examples.map((example) => `  ${example}`).join('\n')}\n\n${exitCodeHelp(entry.exitCodes, host)}`,
    );
  for (const flag of entry.flags) command.addOption(optionFor(flag));
  command.configureHelp({
    minWidthToWrap: 20,
    optionTerm: ({ flags, long }) => (isBare(entry.flags, long) ? flags.replace(/ <(.*)>$/, '[=$1]') : flags),
  });
  // One argument arrives as text, several as a list, none as undefined.
  command.action(async (written: string | string[] | undefined, given: Record<string, unknown>) => {
    if (!entry.tearsDown) host.endWhenInterrupted();
    const args = [written ?? []].flat();
    const flags = { ...(entry.flags.length > 0 ? readConfigFile(host.cwd, entry.flags) : {}), ...given };
    const execute = await entry.load();
    onEnd(await execute({ args, flags }, host));
  });
}

function optionFor(flag: Flag): Option {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const option = new Option(`${short}--${flag.name}${flag.value === undefined ? '' : ` <${flag.value}>`}`, describeFlag(flag));
  if (flag.planned) option.hideHelp();
  if (flag.value !== undefined) option.argParser((text, previous) => readFlag(flag, text, previous));
  return option;
}

/** Whether a flag may stand without its value, which then must follow after `=`. */
function isBare(flags: readonly Flag[], long: string | undefined): boolean {
  return flags.some(({ name, bare }) => bare !== undefined && long === `--${name}`);
}

function describeFlag({ description, standard }: Flag): string {
  return standard === undefined ? description : `${description} (default: ${standard})`;
}

/** Reads a flag's text; values of a flag that may be repeated become a list. */
function readFlag(flag: Flag, text: string, previous: unknown): unknown {
  if (flag.planned) throw new BusyhereError('usage', `--${flag.name} is not available in this version`);
  const value = flag.read ? flag.read(text) : text;
  return flag.repeatable ? [...((previous as unknown[] | undefined) ?? []), value].flat() : value;
}

/** `--bail` alone means `--bail=1`: what stands behind it is the next argument, not its value. */
function withBareValues(argv: readonly string[]): string[] {
  const bare = new Map(
    COMMANDS.flatMap(({ flags }) => flags.flatMap(({ name, bare: value }) => (value === undefined ? [] : [[`--${name}`, value]]))),
  );
  const end = argv.indexOf('--');
  return argv.map((text, index) => (bare.has(text) && (end < 0 || index < end) ? `${text}=${bare.get(text)}` : text));
}

function exitCodeHelp(codes: CommandExitCodes, host: Host): string {
  const width = Math.max(40, host.stdout.columns ?? 80) - EXIT_CODE_INDENT;
  const wrapped = (meaning: string): string => new Help().boxWrap(meaning, width).replaceAll('\n', `\n${' '.repeat(EXIT_CODE_INDENT)}`);
  return `Exit codes:\n${codes.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${wrapped(meaning)}`).join('\n')}`;
}

function tellError(error: unknown, host: Host): ExitCode {
  if (error instanceof CommanderError) return tellUsage(error, host);
  if (errorCode(error) === undefined) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.stderr.write(`busyhere: a fault of busyhere itself, please report it\n${told}\n`);
    return EXIT_CODES.fault;
  }
  const { code, message, hint } = error as BusyhereError;
  const lead = code === 'scenario' ? '' : 'busyhere: ';
  host.stderr.write(`${lead}${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  return exitCodeOfError(error);
}

/** Help and version end the same way as mistakes in commander, with exit code 0. */
function tellUsage(error: CommanderError, host: Host): ExitCode {
  if (error.exitCode === 0) return EXIT_CODES.asExpected;
  if (error.code !== 'commander.help') {
    const message = error.message.replace(/^error: /, '');
    host.stderr.write(
      `busyhere: ${message}${suggestion(message)}\n  busyhere --help shows the commands, busyhere help run the flags of one\n`,
    );
  }
  return EXIT_CODES.usage;
}

function suggestion(message: string): string {
  const [, kind, written] = /^unknown (command|option) '([^'=]+)/.exec(message) ?? [];
  if (written === undefined) return '';
  if (kind === 'command')
    return didYouMean(
      written,
      COMMANDS.map(({ name }) => name),
    );
  const others = COMMANDS.filter(({ flags }) => flags.some(({ name, planned }) => !planned && `--${name}` === written));
  if (others.length > 0) return `; that is a flag of ${others.map(({ name }) => `busyhere ${name}`).join(' and ')}`;
  const flags = COMMANDS.flatMap((command) => command.flags).flatMap((flag) => (flag.planned ? [] : [`--${flag.name}`]));
  return didYouMean(written, [...flags, '--help', '--version']);
}

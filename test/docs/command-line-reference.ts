import type { CommandEntry } from '../../harness/cli/commands.js';
import { EXIT_CODE_TABLE, exitCodeText } from '../../harness/cli/exit-code.js';
import { type Flag, keyOf } from '../../harness/cli/flags.js';

const INTRODUCTION = `# The command line

This page is generated from the table that parser and help are made from; a test keeps it fresh.

A configuration file \`busyhere.config.json\` (or \`.ts\`, \`.js\`, \`.cjs\`, \`.mjs\`) in the working directory sets defaults: the column *key* names them. What is given on the command line comes first. Flags that may be repeated take lists.

| environment | meaning |
|---|---|
| \`NO_COLOR\` | set and not empty: no colours |
| \`FORCE_COLOR\` | set, not empty and not 0: colours also where the output is no terminal, unless \`NO_COLOR\` is set and not empty |
| \`LC_ALL\`, \`LC_CTYPE\`, \`LANG\` | the first that is set says whether drawings may use more than ASCII: \`C.UTF-8\` |
`;

/** Writes the reference page of the command line. */
export function commandLineReference(commands: readonly CommandEntry[]): string {
  const codes = exitCodeRows();
  const exitCodes = ['## Exit codes in general', '', '| code | meaning |', '|---|---|', ...codes, ''].join('\n');
  return [INTRODUCTION, ...commands.map(section), exitCodes].join('\n');
}

/** The exit codes as rows of a table in Markdown. */
export function exitCodeRows(): string[] {
  return EXIT_CODE_TABLE.map((entry) => `| ${entry.code} | ${exitCodeText(entry, (command) => `\`${command}\``)} |`);
}

function section({ name, summary, args, argsDescription, flags, examples, exitCodes }: CommandEntry): string {
  const shown = flags.filter(({ planned }) => !planned);
  const table = shown.length === 0 ? [] : ['', '| flag | meaning | default | key |', '|---|---|---|---|', ...shown.map(row)];
  const head = [`## \`busyhere ${name} ${args}\``, '', `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, ''];
  const codes = exitCodes.map(([code, meaning]) => `| ${code} | ${meaning} |`);
  const ends = ['| exit code | meaning |', '|---|---|', ...codes, ''];
  return [...head, `\`${args}\`: ${argsDescription}.`, ...table, '', '```sh', ...examples, '```', '', ...ends].join('\n');
}

function row(flag: Flag): string {
  const value = flag.value === undefined ? '' : flag.bare === undefined ? ` ${flag.value}` : `[=${flag.value}]`;
  const written = `${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${value}`;
  const cells = [
    `\`${written}\``,
    `${flag.description}${flag.repeatable ? '; may be repeated' : ''}`,
    flag.standard ?? '',
    `\`${keyOf(flag)}\``,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

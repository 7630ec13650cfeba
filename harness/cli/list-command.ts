import { countText } from '../diagnosis/wording.js';
import { skipReasons } from '../report/skip-reasons.js';
import type { Case } from '../scenario/case.js';
import { chooseCases } from './choose-cases.js';
import type { Invocation } from './commands.js';
import { EXIT_CODES, type ExitCode } from './exit-code.js';
import type { Host } from './host.js';

/** `busyhere list`. */
export async function listCommand(invocation: Invocation, host: Host): Promise<ExitCode> {
  return listCases(chooseCases(invocation, host.cwd), host);
}

/** The ids on standard output; on standard error how many they are, how many of them a run would skip, and why. */
export function listCases(cases: readonly Case[], host: Host): ExitCode {
  if (cases.length === 0) return noCase(host);
  host.stdout.write(cases.map(({ id }) => `${id}\n`).join(''));
  const scenarios = new Set(cases.map(({ scenario }) => scenario)).size;
  const skipped = cases.flatMap(({ skip }) => (skip ? [skip] : []));
  const rest = skipped.length === 0 ? '' : `, ${skipped.length} of which are skipped`;
  host.stderr.write(`${countText(cases.length, 'case')} of ${countText(scenarios, 'scenario')}${rest}\n`);
  for (const reason of skipReasons(skipped)) host.stderr.write(`  ${reason}\n`);
  return EXIT_CODES.asExpected;
}

/** Nothing matched: a run that tests nothing must not look like one that went well. */
export function noCase(host: Host): ExitCode {
  host.stderr.write('busyhere: no case matches\n  busyhere list shows all ids\n');
  return EXIT_CODES.notAsExpected;
}

import { closeSync, lstatSync, mkdirSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BusyhereError } from '../platform/errors.js';
import { GithubReporter } from '../report/github-reporter.js';
import { JsonReporter } from '../report/json-reporter.js';
import { JunitReporter } from '../report/junit-reporter.js';
import { LadderFilesReporter } from '../report/ladder-files-reporter.js';
import { ListReporter } from '../report/list/list-reporter.js';
import type { Reporter, Sink } from '../report/reporter.js';
import type { Case } from '../scenario/case.js';
import { TOOL } from '../scenario/tool.js';
import type { ReporterSpec } from './flag-values.js';
import type { Host } from './host.js';
import { terminalOf } from './host-terminal.js';

export interface ReporterOptions {
  readonly specs: readonly ReporterSpec[];
  readonly ladders: boolean;
  readonly output: string | undefined;
  readonly replay: string;
  replayOf(one: Case): string;
}

/**
 * Makes the reporters. Files that cannot be written are found out now, not after the run.
 *
 * @throws BusyhereError `usage` where two reports would mix in one place, `environment` for a file that cannot be written
 */
export function makeReporters({ specs, ladders, output, replay, replayOf }: ReporterOptions, host: Host): Reporter[] {
  const places = specs.filter(({ kind }) => kind === 'json' || kind === 'junit').map(({ file }) => file ?? '');
  if (new Set(places).size < places.length) {
    throw new BusyhereError(
      'usage',
      '--reporter: two reports would go to the same place',
      'give each a file of its own: json=FILE,junit=FILE',
    );
  }
  // What programs read on standard output must not be mixed with what people read.
  const people = places.includes('') ? host.stderr : host.stdout;
  const make = ({ kind, file }: ReporterSpec): Reporter => {
    const sink = file === null ? { write: (text: string) => void host.stdout.write(text) } : fileSink(resolve(host.cwd, file), file);
    switch (kind) {
      case 'list':
        return new ListReporter({ terminal: terminalOf(people, host), tool: `${TOOL.name} ${TOOL.version}`, ladders, replay, replayOf });
      case 'json':
        return new JsonReporter(sink);
      case 'junit':
        return new JunitReporter(sink);
      case 'github':
        return new GithubReporter({ write: (text) => void people.write(text) });
    }
  };
  const artefacts = output === undefined ? [] : [new LadderFilesReporter(resolve(host.cwd, output), ladders)];
  return [...specs.map(make), ...artefacts];
}

/**
 * Finds out now whether the file can be written, and takes away what an earlier run left there: until the report is there, no
 * file is, rather than one that nobody can read. What is no file of its own, such as /dev/stdout, stays.
 */
function fileSink(path: string, written: string): Sink {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'w'));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BusyhereError('environment', `${written} cannot be written: ${reason}`, undefined, { cause: error });
  }
  removeIfFile(path);
  return { write: (text) => writeFileSync(path, text, { flag: 'a' }) };
}

function removeIfFile(path: string): void {
  try {
    if (lstatSync(path).isFile()) unlinkSync(path);
  } catch {
    // one that is mounted, or in somebody else's folder, stays as it is: empty
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileNameOfCase } from '../scenario/case-capture.js';
import type { CaseFinished, RunEvent } from '../scenario/run-events.js';
import { glyphsFor } from './glyphs.js';
import { drawLadder } from './ladder.js';
import type { Reporter } from './reporter.js';

const WIDTH = 100;

/** Writes the ladders of cases as text files into a folder. */
export class LadderFilesReporter implements Reporter {
  readonly name = 'ladder files';

  constructor(
    private readonly directory: string,
    /** Of all cases, not only of those that are not as expected. */
    private readonly all: boolean,
  ) {}

  handle(event: RunEvent): void {
    if (event.type !== 'caseFinished' || (event.result.status === 'passed' && !this.all)) return;
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(join(this.directory, `${fileNameOfCase(event.case.id)}.ladder.txt`), ladders(event));
  }
}

function ladders({ case: played, result, evidence }: CaseFinished): string {
  const glyphs = glyphsFor(true);
  const drawn = evidence.attempts.map(({ label, attempt }) => {
    const loss = result.attempts.find((one) => one.label === label)?.loss;
    const lines = drawLadder(attempt, { width: WIDTH, glyphs, nameOf: (address) => evidence.nameOf(address) });
    return [label, '', ...lines, ...(loss ? ['', `${loss.kind}: ${loss.reason}`] : []), ''].join('\n');
  });
  return `${played.id}\n${result.status}${result.reason === null ? '' : `: ${result.reason}`}\n\n${drawn.join('\n')}`;
}

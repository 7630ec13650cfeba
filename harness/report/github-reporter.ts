import type { CaseResult } from '../scenario/result.js';
import type { RunEvent } from '../scenario/run-events.js';
import type { Reporter, Sink } from './reporter.js';

/** Workflow commands of GitHub Actions: an annotation for each case that is not as expected, at its scenario's file. */
export class GithubReporter implements Reporter {
  readonly name = 'github';

  constructor(private readonly sink: Sink) {}

  handle(event: RunEvent): void {
    if (event.type !== 'caseFinished') return;
    const level = LEVELS[event.result.status];
    if (level === undefined) return;
    const file = event.case.file === null ? '' : `file=${escapeProperty(event.case.file)},`;
    this.sink.write(`::${level} ${file}title=${escapeProperty(event.result.id)}::${escapeData(messageOf(event.result))}\n`);
  }
}

const LEVELS: Readonly<Partial<Record<CaseResult['status'], string>>> = { failed: 'error', inconclusive: 'warning' };

function messageOf({ reason, status, attempts }: CaseResult): string {
  const losses = attempts.flatMap(({ label, loss }) => (loss ? [`${label}: ${loss.reason}`] : []));
  return [reason ?? status, ...losses].join('\n');
}

/** https://github.com/actions/toolkit, packages/core/src/command.ts names what must be escaped. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

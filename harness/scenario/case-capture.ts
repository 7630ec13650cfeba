import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Recorder } from '../trace/recorder.js';
import { writeTraceFile } from '../trace/trace-file.js';
import type { CaseResult } from './result.js';
import type { AttemptEvidence } from './run-events.js';
import { TOOL } from './tool.js';

const HASH_DIGITS = 8;

export interface CaptureOptions {
  /** `retain-on-failure`: of cases that are not as expected, or could not be judged. */
  readonly mode: 'on' | 'retain-on-failure';
  readonly folder: string;
}

/** What a case leaves behind for its capture. */
export interface CaseTrace {
  readonly recorder: Recorder;
  /** Until when it was watched, ms of the trace. */
  readonly end: number;
  readonly horizonMs: number;
}

/**
 * Writes the capture of a case if it is wanted, its verdicts at its head and where a final ended beside the datagram.
 * @returns the result with the path of its capture, or as it was
 * @throws BusyhereError `environment` where the file cannot be written
 */
export async function keepCapture(
  result: CaseResult,
  trace: CaseTrace,
  attempts: readonly AttemptEvidence[],
  { mode, folder }: CaptureOptions,
): Promise<CaseResult> {
  if (mode === 'retain-on-failure' && result.status === 'passed') return result;
  const path = join(folder, `${fileNameOfCase(result.id)}.pcapng`);
  const losses = new Map(attempts.flatMap(({ label, attempt: { loss } }) => (loss ? [[loss.at, `${label}: ${loss.reason}`]] : [])));
  const { recorder, end, horizonMs } = trace;
  const watched = recorder.events.filter(({ time }) => time <= end); // what came after is no part of the verdict
  await writeTraceFile(path, watched, {
    application: `${TOOL.name} ${TOOL.version}`,
    startedAt: recorder.startedAt,
    end,
    comment: [`${result.id}: ${result.status}`, ...result.attempts.map(verdictLine), ...howToRead(recorder, horizonMs)].join('\n'),
    commentOf: ({ sequence }) => losses.get(sequence),
  });
  return { ...result, trace: path };
}

/**
 * The id without the signs that some file system, or a shell, does not take. Where more than the usual ones had to go, what
 * is left may be another id's too, so some digits of its hash follow.
 */
export function fileNameOfCase(id: string): string {
  const plain = id.replace(/[[\]/]/g, '-').replace(/-$/, '');
  const name = plain.replace(/[^A-Za-z0-9._=,-]+/g, '-');
  return name === plain ? name : `${name}-${createHash('sha256').update(id).digest('hex').slice(0, HASH_DIGITS)}`;
}

function verdictLine({ label, observed, loss }: CaseResult['attempts'][number]): string {
  return `${label}: ${observed ?? 'not seen'}${loss ? `, ${loss.kind} at ${loss.hop ?? loss.between?.join(' – ')} (${loss.certainty})` : ''}`;
}

/** A datagram stands in the capture at its sender's interface and at its receiver's: that is how one lost between them is told. */
function howToRead({ events }: Recorder, horizonMs: number): string[] {
  const point = events[0]?.point ?? '';
  return [
    `One interface a host: each datagram stands here where it was sent and where it arrived. One side alone: frame.interface_name == "${point}"`,
    `The horizon was ${horizonMs} ms: busyhere diagnose --horizon ${horizonMs}ms`,
  ];
}

import { join } from 'node:path';
import { endText } from '../endpoint/program/end-text.js';
import type { ProgramOutputs, ProgramReport } from '../endpoint/program/program-outputs.js';
import { fileNameOfCase } from './case-capture.js';
import type { CaseResult, ProgramResult } from './result.js';

/**
 * Tells what the case's programs said of themselves, keeps their files where it was not as expected, and leaves none else.
 * @param folder for artefacts; undefined: nothing is kept
 */
export function settlePrograms(result: CaseResult, outputs: ProgramOutputs | undefined, folder: string | undefined): CaseResult {
  if (!outputs) return result;
  const isArtefact = result.status === 'failed' || result.status === 'inconclusive';
  const place = folder !== undefined && isArtefact ? join(folder, fileNameOfCase(result.id)) : undefined;
  const isKept = place !== undefined && outputs.keep(place);
  outputs.discard();
  const told = isKept ? [...outputs.reports.filter(saysSomething), ...onlySilent(outputs.reports)] : outputs.reports.filter(saysSomething);
  const programs = told.map((report): ProgramResult => ({ ...report, files: isKept ? join(place, report.participant) : null }));
  if (programs.length === 0) return result;
  return { ...result, reason: withRemarks(result, outputs.reports), programs };
}

function saysSomething({ exitCode, signal, remarks }: ProgramReport): boolean {
  return exitCode !== null || signal !== undefined || remarks.length > 0;
}

/** One of each participant whose programs have nothing to say: their files may be worth a look all the same. */
function onlySilent(reports: readonly ProgramReport[]): ProgramReport[] {
  return reports.filter(({ participant }, index) => {
    const same = reports.filter((other) => other.participant === participant);
    return !same.some(saysSomething) && same[0] === reports[index];
  });
}

/** What a program says of itself proves nothing, but may explain. */
function withRemarks({ reason, status }: CaseResult, reports: readonly ProgramReport[]): string | null {
  if (status !== 'failed' || reason === null) return reason;
  const said = reports.flatMap(({ participant, program, exitCode, signal, remarks }) => {
    const exit = exitCode === null && signal === undefined ? [] : [endText({ code: exitCode, signal: signal ?? null })];
    const words = [...exit, ...remarks];
    return words.length === 0 ? [] : [`${participant}'s ${program}: ${words.join('; ')}`];
  });
  return [reason, ...said].join('; ');
}

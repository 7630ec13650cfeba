import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ProgramOutputs } from '../../../harness/endpoint/program/program-outputs';
import { settlePrograms } from '../../../harness/scenario/case-programs';
import type { CaseResult } from '../../../harness/scenario/result';

const FAILED: CaseResult = {
  id: 'calls[trust=a]',
  scenario: 'calls',
  variant: {},
  status: 'failed',
  reason: 'carol → bob: expected 486, observed ringing',
  durationMs: 1,
  trace: null,
  attempts: [],
  journal: [],
};
const PASSED: CaseResult = { ...FAILED, status: 'passed', reason: null };

describe('what is left of the programs of a case', () => {
  let folder: string;
  let outputs: ProgramOutputs;
  let files: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-test-'));
    outputs = new ProgramOutputs();
    files = outputs.folderOf('bob');
    writeFileSync(join(files, 'errors.log'), 'oh');
    outputs.tell({ participant: 'bob', program: 'sipp', exitCode: 1, remarks: ['calls: 1 in'] });
  });
  afterEach(() => {
    outputs.discard();
    rmSync(folder, { recursive: true });
  });

  it('is kept where the case failed, and told in its reason', () => {
    const result = settlePrograms(FAILED, outputs, folder);
    const kept = join(folder, 'calls-trust=a', 'bob');
    expect(readFileSync(join(kept, 'errors.log'), 'utf8')).toBe('oh');
    expect(result.programs).toEqual([{ participant: 'bob', program: 'sipp', exitCode: 1, remarks: ['calls: 1 in'], files: kept }]);
    expect(result.reason).toBe("carol → bob: expected 486, observed ringing; bob's sipp: ended with exit code 1; calls: 1 in");
    expect(existsSync(dirname(files))).toBe(false);
  });

  it('tells the signal that ended it, by its name', () => {
    outputs.tell({ participant: 'carol', program: 'baresip', exitCode: null, signal: 11, remarks: [] });
    const { reason, programs } = settlePrograms(FAILED, outputs, undefined);
    expect(reason).toMatch(/; carol's baresip: was ended by signal 11 \(SIGSEGV\)$/);
    expect(programs?.[1]).toMatchObject({ participant: 'carol', exitCode: null, signal: 11 });
  });

  it('is told, and nothing kept, where it passed or nobody gave a folder', () => {
    expect(settlePrograms(PASSED, outputs, folder)).toMatchObject({ reason: null, programs: [{ files: null }] });
    expect(existsSync(join(folder, 'calls-trust=a'))).toBe(false);
    expect(existsSync(dirname(files))).toBe(false);
    expect(settlePrograms(FAILED, outputs, undefined).programs).toMatchObject([{ files: null }]);
  });

  it('names the files of a program that has nothing to say, once, where they are kept', () => {
    const silent = { program: 'sipp', exitCode: null, remarks: [] };
    for (const participant of ['carol', 'bob', 'carol']) outputs.tell({ participant, ...silent });
    const kept = (participant: string): string => join(folder, 'calls-trust=a', participant);
    expect(settlePrograms(FAILED, outputs, folder).programs).toEqual([
      { participant: 'bob', program: 'sipp', exitCode: 1, remarks: ['calls: 1 in'], files: kept('bob') },
      { participant: 'carol', ...silent, files: kept('carol') },
    ]);
    expect(settlePrograms(PASSED, outputs, folder).programs).toHaveLength(1);
  });

  it('is nothing where no program ran', () => {
    expect(settlePrograms(FAILED, new ProgramOutputs(), folder)).toBe(FAILED);
    expect(settlePrograms(FAILED, undefined, folder)).toBe(FAILED);
  });
});

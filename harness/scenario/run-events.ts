import type { Attempt } from '../diagnosis/attempt.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { Case } from './case.js';
import type { CaseResult, RunResult } from './result.js';

/** What a run tells while it goes, in this order: runStarted, for each case caseStarted and caseFinished, runFinished. */
export type RunEvent = RunStarted | CaseStarted | CaseFinished | RunFinished;

export type EmitRunEvent = (event: RunEvent) => void;

export interface RunStarted {
  readonly type: 'runStarted';
  readonly engine: string;
  readonly sut: string;
  readonly timers: string;
  readonly horizonMs: number;
  readonly seed: number;
  readonly cases: readonly Case[];
}

export interface CaseStarted {
  readonly type: 'caseStarted';
  readonly case: Case;
}

export interface CaseFinished {
  readonly type: 'caseFinished';
  readonly case: Case;
  readonly result: CaseResult;
  readonly evidence: CaseEvidence;
}

export interface RunFinished {
  readonly type: 'runFinished';
  readonly result: RunResult;
}

/** What the verdicts of a case were made from: too much for the results file, needed for ladders. */
export interface CaseEvidence {
  readonly attempts: readonly AttemptEvidence[];
  /** The name of the participant or server at an address; undefined for a stranger's. */
  nameOf(address: SocketAddress): string | undefined;
}

export interface AttemptEvidence {
  /** As {@link AttemptResult.label}. */
  readonly label: string;
  readonly attempt: Attempt;
}

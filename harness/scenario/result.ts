import type { Certainty, LossKind } from '../diagnosis/attempt.js';
import type { JournalEntry } from '../trust/decision.js';
import type { Observed } from './model.js';

export type { Certainty, LossKind } from '../diagnosis/attempt.js';
export type { JournalEntry } from '../trust/decision.js';
export type { Observed } from './model.js';

/** Rises with any incompatible change of the types below: other programs read them as JSON. */
export const RESULT_SCHEMA_VERSION = 1;

/** One run: the whole of the results file. */
export interface RunResult {
  readonly schemaVersion: typeof RESULT_SCHEMA_VERSION;
  readonly tool: { readonly name: string; readonly version: string };
  readonly engine: string;
  readonly sut: string;
  readonly timers: string;
  /** How long after its last branch ended an attempt without a final is called pending: the longest of the run's cases. */
  readonly horizonMs: number;
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly summary: RunSummary;
  readonly cases: readonly CaseResult[];
}

export type CaseStatus = 'passed' | 'failed' | 'skipped' | 'inconclusive' | 'interrupted';

/** How many cases there are, and how many of each status. */
export interface RunSummary extends Readonly<Record<CaseStatus, number>> {
  readonly cases: number;
}

export interface CaseResult {
  readonly id: string;
  readonly scenario: string;
  readonly variant: Readonly<Record<string, string | number>>;
  readonly status: CaseStatus;
  /** Why it is not passed, in a sentence; null where it passed. */
  readonly reason: string | null;
  readonly durationMs: number;
  /** Where it is not the usual one of the case: the machine was too busy, and it was measured again with slower timers. */
  readonly horizonMs?: number;
  /** Path of the case's capture, or null. */
  readonly trace: string | null;
  readonly attempts: readonly AttemptResult[];
  readonly journal: readonly JournalEntry[];
  /** What the endpoints' programs said of themselves; absent where none ran. */
  readonly programs?: readonly ProgramResult[];
}

/** What a program that played a participant said of itself: never evidence. */
export interface ProgramResult {
  readonly participant: string;
  readonly program: string;
  /** Null where it ran until we ended it, or a signal did. */
  readonly exitCode: number | null;
  /** The number of the signal that ended it; absent where none did, or we ended it. */
  readonly signal?: number;
  readonly remarks: readonly string[];
  /** The folder of its output, or null where that was not kept. */
  readonly files: string | null;
}

export interface AttemptResult {
  /** `carol → bob` */
  readonly label: string;
  readonly originator: string;
  /** The participant that was meant, or the number or URI. */
  readonly callee: string;
  /** What was allowed; empty where nothing was asserted. */
  readonly expected: readonly Observed[];
  /** null: the attempt was never made, or its case ended too early to tell. */
  readonly observed: Observed | null;
  readonly finalAtCallee: number | null;
  readonly finalAtOriginator: number | null;
  /** The participants that the INVITE arrived at. */
  readonly reached: readonly string[];
  readonly loss: LossResult | null;
  /** The sentence that the persona's user would see. */
  readonly shown: string | null;
  /** The final response that the originator's CANCEL got; null: none came; absent: it sent no CANCEL. */
  readonly cancel?: number | null;
}

/** Where and how a final response was lost. */
export interface LossResult {
  readonly kind: LossKind;
  /** The server or participant; null where it was lost between two. */
  readonly hop: string | null;
  readonly between: readonly [string, string] | null;
  readonly certainty: Certainty;
  readonly reason: string;
}

/** Counts the cases by status. */
export function summarise(cases: readonly CaseResult[]): RunSummary {
  const counts = { cases: cases.length, passed: 0, failed: 0, skipped: 0, inconclusive: 0, interrupted: 0 };
  for (const { status } of cases) counts[status]++;
  return counts;
}

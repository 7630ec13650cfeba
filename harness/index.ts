/** The entry `busyhere`: scenarios in code, runs, and the diagnosis of traces. */

export type { Attempt, AttemptEvent, Loss, Outcome } from './diagnosis/attempt.js';
export { observedOf } from './diagnosis/attempt.js';
export { diagnose } from './diagnosis/diagnose.js';
export {
  type CaptureDiagnosis,
  type CaptureDiagnosisOptions,
  type CaptureSummary,
  diagnoseCaptures,
} from './diagnosis/diagnose-captures.js';
export type { DiagnosisOptions } from './diagnosis/options.js';
export type { ExternalSut, SutAccount } from './lab/external-sut.js';
export { BusyhereError, type ErrorCode, errorCode } from './platform/errors.js';
export { formatSocketAddress, parseSocketAddress, type SocketAddress } from './platform/socket-address.js';
export type { Case, Variant } from './scenario/case.js';
export { defineScenario } from './scenario/define-scenario.js';
export { loadScenario, loadScenarios } from './scenario/load.js';
export type {
  AttemptResult,
  CaseResult,
  CaseStatus,
  Certainty,
  JournalEntry,
  LossKind,
  LossResult,
  Observed,
  RunResult,
  RunSummary,
} from './scenario/result.js';
export { RESULT_SCHEMA_VERSION } from './scenario/result.js';
export { runSuite } from './scenario/run.js';
export type { CaseEvidence, EmitRunEvent, RunEvent } from './scenario/run-events.js';
export type { RunOptions } from './scenario/run-options.js';
export { type RunScenarioOptions, runScenario } from './scenario/run-scenario.js';
export type { Scenario } from './scenario/scenario.js';
export type { ScenarioInput } from './scenario/scenario-schema.js';
export { type Selection, selectCases } from './scenario/select.js';
export type { Sighting, TraceEvent } from './trace/event.js';
